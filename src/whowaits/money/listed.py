"""The public price list: genai-prices, read so that it cannot answer with a price nobody published.

That package answers every question it can somehow answer: a tier without rates gets the synchronous price, a date
before a rate was recorded too, and a model found at another provider loses its tier. Here each of these is None.
Imported on use: nothing of this is needed to check code.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from whowaits.money.rates import Rates, nano
from whowaits.rules import load_calls
from whowaits.rules.model_ids import bare_model

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

CONTEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
}
"""Tier -> what the package calls it; an unknown spelling would silently mean the synchronous price."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model of the list. `own` = listed by this provider itself, not only found at another one."""

    model: ModelInfo
    own: bool


@functools.cache
def list_name() -> str:
    """Return the name and version of the price list."""
    return f"genai-prices {version('genai-prices')}"


@functools.cache
def find(list_id: str, model: str) -> Found | None:
    """Return a model by any spelling of its id, None where the provider does not sell it."""
    from genai_prices.data_snapshot import get_snapshot

    snapshot = get_snapshot()
    for spelling in _spellings(model):
        try:
            provider, info = snapshot.find_provider_model(spelling, None, list_id, None)
        except LookupError:
            continue
        own = any(info is listed for listed in provider.models)
        return Found(info, own)
    return None


@functools.cache
def is_public(model: str) -> bool:
    """Whether anybody sells a model under this id, but for a date or a version at its end: then it names nobody."""
    return any(name in _public_ids() or _DATED.sub("", name) in _public_ids() for name in _spellings(model.lower()))


@functools.cache
def _public_ids() -> frozenset[str]:
    from genai_prices.data_snapshot import get_snapshot

    return frozenset(info.id.lower() for provider in get_snapshot().providers for info in provider.models)


_DATED: Final = re.compile(r"(-\d{4}-\d{2}-\d{2}|[-@]\d{8}|-latest)?(-v\d+(:\d+)?)?$")


def standard(found: Found, on: date) -> Rates | None:
    """Return the synchronous rates of a day, None for a model that is not sold by the token."""
    return _rates(found.model.get_prices(_noon(on)).__dict__)


def tier(found: Found, name: str, on: date) -> Rates | None:
    """Return the rates of another tier, None unless the list has them for this model at this provider.

    A day before the tier was recorded has its rates too, as long as the synchronous price was the same.
    """
    context = dict(CONTEXTS[name])
    variants = [v for v in found.model.price_variants or () if v.when == context]
    if not found.own or not variants:
        return None
    at = _noon(on)
    if not any(v.constraint is None or v.constraint.active(at) for v in variants):
        start = _noon(min(_start(v.constraint) for v in variants))
        if found.model.get_prices(start) != found.model.get_prices(at):
            return None
        at = start
    return _rates(found.model.get_prices(at, context).__dict__)


def _start(constraint: Any) -> date:
    """First day of a constraint; one without a day (an hour of the day) never bars the way."""
    start: date = getattr(constraint, "start_date", date.min)
    return start


def _noon(on: date) -> datetime:
    """A day has one price here; noon UTC lies outside the peak hours of the providers that have them."""
    return datetime.combine(on, time(12), UTC)


def _spellings(model: str) -> Iterator[str]:
    """The id as it is, then without the prefixes that SDKs and gateways put before it."""
    name = bare_model(model)
    yield name
    while "/" in name:
        name = name.partition("/")[2]
        yield name
    prefixed = load_calls().model_id(name)
    if prefixed.provider:
        yield prefixed.bare


def _rates(prices: Mapping[str, Any]) -> Rates | None:
    """Rates with their steps; a kind of token without a price of its own costs what the kind it belongs to does."""
    listed = {key: value for key, value in prices.items() if value is not None}
    if "input_mtok" not in listed:
        return None
    starts = sorted({tier.start for value in listed.values() for tier in getattr(value, "tiers", ())})
    return replace(_step(listed, -1), above=tuple((start, _step(listed, start)) for start in starts))


def _step(listed: Mapping[str, Any], above: int) -> Rates:
    def price(key: str, otherwise: int) -> int:
        return nano(_at(listed[key], above)) if key in listed else otherwise

    fresh = price("input_mtok", 0)
    write = price("cache_write_5m_mtok", price("cache_write_mtok", fresh))
    return Rates(
        input=fresh,
        cache_read=price("cache_read_mtok", fresh),
        cache_write_5m=write,
        cache_write_1h=price("cache_write_1h_mtok", write),
        output=price("output_mtok", 0),
        search=1_000 * price("web_searches_kcount", 0),
        request=1_000 * price("requests_kcount", 0),
    )


def _at(value: Any, above: int) -> Decimal:
    """The price in the step for requests with more than `above` input tokens."""
    if isinstance(value, Decimal):
        return value
    fits = [tier.price for tier in value.tiers if tier.start <= above]
    price: Decimal = fits[-1] if fits else value.base
    return price
