"""Rates of each kind of token, of the tier that was paid and of the slower one that could have been.

In this order: own `[[price]]` entries of the configuration, the rates that rules/offers lists, the public price
list, and, where only the synchronous rates are known, those times the factor of the offer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from whowaits.money import listed
from whowaits.money.rates import MILLION, Rates, carried, nano, scaled, with_fees, without_hits
from whowaits.rules import ListedRate, ProviderOffer, Sale, load_calls, load_offers
from whowaits.rules.model_ids import bare_model
from whowaits.rules.offers import SlowTier

if TYPE_CHECKING:
    from whowaits.config import PriceEntry, RateCard

USUAL_FACTOR_PPM: Final = 500_000
"""What nearly every batch API charges of the synchronous price; only where a log does not say who is paid."""
NO_OWN: tuple[PriceEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SlowRates:
    """Rates of a slower tier. `low`: every cache hit is lost there; `high`: hits are as many as before."""

    low: Rates
    high: Rates
    basis: Literal["rates", "factor"]
    source: str


class RateKey(NamedTuple):
    """What a rate depends on; `day` is the day of the call."""

    provider: str | None
    model: str | None
    kind: str | None
    tier: str
    day: date


class RateRow(NamedTuple):
    """Rates for one key and one range of request sizes, flat, in nano-dollars per million tokens.

    The range is input tokens `more_than` (excluded) to `up_to` (included, None = no end). `paid_*` are the rates
    of the tier and day of the call, `list_*` the synchronous rates of the report's day (those of priority for a call
    on it), `batch_*` and `flex_*` those of the slower tiers on that day; `batch_lost` is what a cached token costs
    there when its hit is lost. `*_search` and `*_request` are fees for a million, which no tier discounts: `list_*` are
    those of every tier of the report's day.
    `*_factor_ppm` is the flat factor in millionths, for calls without rates. null = not known, or not sold.
    `alias`: the model id is one that its provider moves to newer models ("...-latest"), so its rates may be others.
    """

    provider: str | None
    model: str | None
    kind: str | None
    tier: str
    day: date
    more_than: int
    up_to: int | None
    paid_input: int | None
    paid_cache_read: int | None
    paid_cache_write_5m: int | None
    paid_cache_write_1h: int | None
    paid_output: int | None
    paid_search: int | None
    paid_request: int | None
    list_input: int | None
    list_cache_read: int | None
    list_cache_write_5m: int | None
    list_cache_write_1h: int | None
    list_output: int | None
    list_search: int | None
    list_request: int | None
    batch_input: int | None
    batch_cache_read: int | None
    batch_cache_write_5m: int | None
    batch_cache_write_1h: int | None
    batch_output: int | None
    batch_lost: int | None
    flex_input: int | None
    flex_cache_read: int | None
    flex_cache_write_5m: int | None
    flex_cache_write_1h: int | None
    flex_output: int | None
    batch_factor_ppm: int | None
    flex_factor_ppm: int | None
    batch_basis: str | None
    flex_basis: str | None
    alias: bool


def price_source(own: Sequence[PriceEntry] = NO_OWN) -> str:
    """Return what a report says about where its rates come from."""
    checked = max(offer.checked for offer in load_offers().by_provider.values())
    mine = f"; {len(own)} own rates" if own else ""
    return f"{listed.list_name()}; offers checked {checked}{mine}"


def payee(provider: str | None, model: str | None) -> str | None:
    """Return who is paid: the canonical provider, or where none is given the one that the model's name says."""
    return load_offers().provider(provider) or load_calls().provider_of(bare_model(model))


def rates(
    provider: str | None,
    model: str | None,
    kind: str | None,
    tier: str,
    on: date,
    own: Sequence[PriceEntry] = NO_OWN,
) -> Rates | None:
    """Return what a call on `tier` cost on a day, None where nobody published it."""
    if tier in ("batch", "flex"):
        slow = slow_rates(provider, model, kind, on, "batch" if tier == "batch" else "flex", own)
        return slow.high if slow else None
    who = payee(provider, model)
    if tier == "provisioned" or who is None or not model:
        return None
    public = _public(who, model, tier, on)
    entry = _own_entry(own, who, model, on)
    return public if entry is None or tier == "priority" else _overlaid(entry.standard, public)


def slow_rates(
    provider: str | None,
    model: str | None,
    kind: str | None,
    as_of: date,
    tier: SlowTier = "batch",
    own: Sequence[PriceEntry] = NO_OWN,
) -> SlowRates | None:
    """Return what a slower tier would cost on a day, None where it takes no such calls or its price is not known."""
    who = payee(provider, model)
    offer = load_offers().of(who)
    sale = offer.sale(tier) if offer else None
    if who is None or offer is None or sale is None or not model or not sale.takes(bare_model(model), kind):
        return None
    public = _public_slow(offer, sale, model, tier, as_of)
    entry = _own_entry(own, who, model, as_of)
    if entry is None:
        return public
    return _own_slow(entry, tier, _public(who, model, "standard", as_of), public, sale, model)


def rate_rows(keys: Iterable[RateKey], as_of: date, own: Sequence[PriceEntry] = NO_OWN) -> list[RateRow]:
    """Return the rates of every distinct key, one row for each range of request sizes; sorted."""

    @functools.cache
    def today(provider: str | None, model: str | None, kind: str | None, tier: str) -> _Today:
        return _today(provider, model, kind, tier, as_of, own)

    rows: list[RateRow] = []
    for key in sorted(set(keys), key=lambda k: (str(k.provider), str(k.model), str(k.kind), k.tier, k.day)):
        paid = rates(*key, own)
        rows.extend(_rows(key, paid, today(key.provider, key.model, key.kind, key.tier)))
    return rows


@dataclass(frozen=True, slots=True)
class _Today:
    """What is the same for calls of all days: the rates of the report's day."""

    sync: Rates | None
    batch: SlowRates | None
    flex: SlowRates | None
    factors: tuple[int | None, int | None]
    alias: bool


def _today(
    provider: str | None, model: str | None, kind: str | None, tier: str, as_of: date, own: Sequence[PriceEntry]
) -> _Today:
    fast = rates(provider, model, kind, tier, as_of, own) if tier == "priority" else None
    return _Today(
        sync=fast or rates(provider, model, kind, "standard", as_of, own),
        batch=slow_rates(provider, model, kind, as_of, "batch", own),
        flex=slow_rates(provider, model, kind, as_of, "flex", own),
        factors=(_ppm(provider, model, kind, "batch"), _ppm(provider, model, kind, "flex")),
        alias=bare_model(model).endswith("-latest"),
    )


def _rows(key: RateKey, paid: Rates | None, today: _Today) -> Iterable[RateRow]:
    batch, flex = today.batch, today.flex
    cards = (paid, today.sync, batch and batch.high, batch and batch.low, flex and flex.high)
    starts = sorted({start for card in cards if card for start, _ in card.above})
    bases = (_basis(batch, today.factors[0]), _basis(flex, today.factors[1]))
    for more_than, up_to in zip([-1, *starts], [*starts, None], strict=True):
        of_size = [card.at(more_than + 1) if card else None for card in cards]
        fast = [rate for card in of_size[:2] for rate in (*_flat(card), *_fees(card))]
        flat = [*fast, *_flat(of_size[2])]
        lost = of_size[3].cache_read if of_size[3] else None
        slower = (lost, *_flat(of_size[4]), *today.factors, *bases)
        yield RateRow._make((*key, more_than, up_to, *flat, *slower, today.alias))


def _flat(card: Rates | None) -> tuple[int | None, ...]:
    if card is None:
        return (None,) * 5
    return card.input, card.cache_read, card.cache_write_5m, card.cache_write_1h, card.output


def _fees(card: Rates | None) -> tuple[int | None, ...]:
    return (None, None) if card is None else (card.search, card.request)


def _basis(slow: SlowRates | None, factor_ppm: int | None) -> str | None:
    if slow is not None:
        return slow.basis
    return None if factor_ppm is None else "factor"


def _ppm(provider: str | None, model: str | None, kind: str | None, tier: SlowTier) -> int | None:
    """The factor that calls without rates get. A log that names neither provider nor model gets the usual half."""
    if not provider and not model and tier == "batch":
        return USUAL_FACTOR_PPM
    factor = load_offers().factor(payee(provider, model), model, kind, tier)
    return None if factor is None else int(factor * MILLION)


def _public(who: str, model: str, tier: str, on: date) -> Rates | None:
    """The list's rates of a day, synchronous or priority."""
    offer = load_offers().of(who)
    found = listed.find((offer.price_list if offer else None) or who, model)
    if found is None:
        return None
    return listed.tier(found, tier, on) if tier == "priority" else listed.standard(found, on)


def _public_slow(offer: ProviderOffer, sale: Sale, model: str, tier: SlowTier, on: date) -> SlowRates | None:
    name = bare_model(model)
    mode = sale.cache_of(name)
    found = listed.find(offer.price_list or offer.provider, model)
    sync = listed.standard(found, on) if found else None
    for rate in offer.rates:
        if rate.tier == tier and fnmatchcase(name, rate.model):
            return _both(_from_offer(rate, mode, sync), mode, "rates", f"rules/offers/{offer.provider}.yaml")
    if found is None:
        return None
    if offer.list_has_batch and (slow := listed.tier(found, tier, on)):
        return _both(slow if sync is None else with_fees(slow, sync), mode, "rates", listed.list_name())
    factor = sale.factor_of(name)
    if factor is None or sync is None:
        return None
    return _both(scaled(sync, factor, mode), mode, "factor", f"rules/offers/{offer.provider}.yaml")


def _both(slow: Rates, mode: str, basis: Literal["rates", "factor"], source: str) -> SlowRates:
    lost = without_hits(slow)
    return SlowRates(low=lost, high=lost if mode == "none" else slow, basis=basis, source=source)


def _from_offer(rate: ListedRate, mode: str, sync: Rates | None) -> Rates:
    """The rate of the offer; longer requests cost as much more of it as they do of the synchronous rate."""
    fresh = nano(rate.input)
    cached = fresh if rate.cache_read is None or mode == "none" else nano(rate.cache_read)
    base = Rates(fresh, cached, fresh, fresh, nano(rate.output or Decimal(0)))
    if sync is None:
        return base
    base = with_fees(base, sync)
    return replace(base, above=tuple((start, carried(step, sync, base)) for start, step in sync.above))


def _own_entry(own: Sequence[PriceEntry], who: str, model: str, on: date) -> PriceEntry | None:
    """The entry in force on a day: the one of this model that started last."""
    offers, name = load_offers(), bare_model(model)
    mine = [
        entry
        for entry in own
        if entry.starts_on <= on
        and offers.provider(entry.provider) == who
        and fnmatchcase(name, bare_model(entry.model))
    ]
    return max(mine, key=lambda entry: entry.starts_on, default=None)


def _overlaid(card: RateCard, public: Rates | None) -> Rates | None:
    """Own rates; what they leave out is public, fees too, else the rate of fresh input.

    Longer requests cost as much more of them as they do of the public rates.
    """
    if card.input is None and public is None:
        return None
    fresh = public.input if card.input is None and public else nano(card.input or Decimal(0))
    base = public or Rates(fresh, fresh, fresh, fresh, 0)
    write = base.cache_write_5m if card.cache_write is None else nano(card.cache_write)
    flat = Rates(
        input=fresh,
        cache_read=base.cache_read if card.cache_read is None else nano(card.cache_read),
        cache_write_5m=write,
        cache_write_1h=(max(base.cache_write_1h, write) if card.cache_write_1h is None else nano(card.cache_write_1h)),
        output=base.output if card.output is None else nano(card.output),
        search=base.search if card.web_search is None else 1_000 * nano(card.web_search),
        request=base.request,
    )
    return replace(flat, above=tuple((start, carried(flat, base, step)) for start, step in base.above))


def _own_slow(
    entry: PriceEntry, tier: SlowTier, sync: Rates | None, slow: SlowRates | None, sale: Sale, model: str
) -> SlowRates | None:
    """The slower tier under own rates: its own card, else the public ratio, else the factor."""
    source = str(entry.place)
    own = _overlaid(entry.standard, sync)
    mode = sale.cache_of(bare_model(model))
    card = entry.batch if tier == "batch" else entry.flex
    if card is not None:
        written = _overlaid(card, slow.high if slow else None)
        return _both(with_fees(written, own or written), mode, "rates", source) if written else None
    if own is None:
        return None
    if slow is not None and sync is not None:
        return _both(carried(own, sync, slow.high), mode, slow.basis, source)
    factor = sale.factor_of(bare_model(model))
    return None if factor is None else _both(scaled(own, factor, mode), mode, "factor", source)
