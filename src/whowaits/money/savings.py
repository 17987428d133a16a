"""What calls cost and what they would have cost on a slower tier: the reference of the arithmetic, in whole numbers.

The log half does the same in SQL over many rows (logs/features.sql) and is tested against this.

    list      = sum of tokens x rate + fees                         femto-dollars, exact
    spend     = the cost the source reports, else list at the rates of the day and tier // 1,000,000
    slow      = spend x list at the slow rates // list at the synchronous rates      both of the report's day
    slow      = spend x factor in millionths // 1,000,000           without rates or tokens
    saving    = spend - slow
    sync      = spend x list at the synchronous rates // list at the rates of its tier     of a call on a slow tier

A fee (a web search, a request) is the same on every tier: it stands in both lists, and none of it is saved.

Both lists are of one day, so that a price cut in between is not taken for a saving, and a discount that was
negotiated carries over. The synchronous list of a call on priority is that of priority: its premium does not.

A call that failed, that a gateway's cache answered, that ran on a slow tier already or on capacity paid for in
advance saves nothing. A call about
whose offer nothing is known has no saving at all, which is not a saving of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from whowaits.model import Saving, Tier
from whowaits.money.rates import MILLION, Rates, usd

SLOW_TIERS: frozenset[Tier] = frozenset({"batch", "flex"})
SETTLED_TIERS: frozenset[Tier] = SLOW_TIERS | {"provisioned"}
"""Tiers on which a call has nothing to save by waiting."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call by kind, disjoint, and its web searches. `output` includes reasoning."""

    uncached: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    searches: int = 0

    @property
    def input_total(self) -> int:
        """All input tokens, cached ones included: what the steps of long requests count."""
        return self.uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h


@dataclass(frozen=True, slots=True)
class Call:
    """What one row of a log says about money. `tokens` None = the log has none; `answered_by_cache` = a gateway's."""

    tokens: Tokens | None
    reported_nano: int | None = None
    tier: Tier = "standard"
    ok: bool = True
    answered_by_cache: bool = False

    @property
    def billed(self) -> bool:
        """Whether the provider did work for this call."""
        return self.ok and not self.answered_by_cache


@dataclass(frozen=True, slots=True)
class CallRates:
    """The rates of one call: paid on its day and tier; synchronous, and slow with hits lost and kept, of the
    report's day."""

    paid: Rates | None = None
    sync: Rates | None = None
    low: Rates | None = None
    high: Rates | None = None
    factor_ppm: int | None = None


class Cost(NamedTuple):
    """Nano-dollars of one call: as it was, and on the slow tier. `slow_low` belongs to the low saving, so it is
    the larger amount. None = not known."""

    spend: int | None
    slow_low: int | None
    slow_high: int | None


def list_femto(tokens: Tokens, rates: Rates) -> int:
    """Return what the tokens and fees of one call cost at list rates, in femto-dollars."""
    step = rates.at(tokens.input_total)
    return (
        tokens.uncached * step.input
        + tokens.cache_read * step.cache_read
        + tokens.cache_write_5m * step.cache_write_5m
        + tokens.cache_write_1h * step.cache_write_1h
        + tokens.output * step.output
        + tokens.searches * step.search
        + step.request
    )


def spend_nano(call: Call, paid: Rates | None) -> int | None:
    """Return what a call cost, None where neither the log nor a price list says it."""
    if call.reported_nano is not None:
        return call.reported_nano
    if not call.billed:
        return 0
    if call.tokens is None or paid is None:
        return None
    return list_femto(call.tokens, paid) // MILLION


def cost(call: Call, rates: CallRates) -> Cost:
    """Return what a call cost and what it would have cost on the slow tier."""
    spend = spend_nano(call, rates.paid)
    if spend is None or not call.billed or call.tier in SETTLED_TIERS:
        return Cost(spend, spend, spend)
    return Cost(spend, _slow(call, spend, rates, rates.low), _slow(call, spend, rates, rates.high))


def sync_nano(call: Call, rates: CallRates) -> int | None:
    """Return what a call on a slow tier would have cost synchronously; of any other call, what it cost.

    `rates.high` and the factor are those of the tier it ran on.
    """
    spend = spend_nano(call, rates.paid)
    if spend is None or not call.billed or call.tier not in SLOW_TIERS:
        return spend
    ratio = _ratio(call, rates.sync, rates.high)
    if ratio is not None and ratio[0]:
        return spend * ratio[1] // ratio[0]
    return spend * MILLION // rates.factor_ppm if rates.factor_ppm else None


def basis(call: Call, rates: CallRates) -> Literal["rates", "factor"]:
    """Return whether the slow cost of a call rests on rates of both tiers or on the flat factor."""
    return "rates" if _ratio(call, rates.sync, rates.high) is not None else "factor"


def total(rows: Iterable[tuple[Call, CallRates]], source: str, as_of: str) -> Saving | None:
    """Return what all calls together would have saved; None where nothing is known about any of them.

    The basis is `rates` only when no call that could have saved rests on a flat factor.
    """
    low = high = 0
    known, bases = False, set[str]()
    for call, rates in rows:
        row = cost(call, rates)
        if row.spend is None or row.slow_low is None or row.slow_high is None:
            continue
        known = True
        low, high = low + row.spend - row.slow_low, high + row.spend - row.slow_high
        if call.billed and call.tier not in SETTLED_TIERS:
            bases.add(basis(call, rates))
    return saving(low, high, "factor" if "factor" in bases else "rates", source, as_of) if known else None


def saving(low_nano: int, high_nano: int, based_on: Literal["rates", "factor"], source: str, as_of: str) -> Saving:
    """Return a saving of sums in nano-dollars."""
    return Saving(usd(min(low_nano, high_nano)), usd(max(low_nano, high_nano)), based_on, source, as_of)


def _slow(call: Call, spend: int, rates: CallRates, slow: Rates | None) -> int | None:
    ratio = _ratio(call, rates.sync, slow)
    if ratio is not None:
        return spend * ratio[0] // ratio[1]
    return None if rates.factor_ppm is None else spend * rates.factor_ppm // MILLION


def _ratio(call: Call, sync: Rates | None, slow: Rates | None) -> tuple[int, int] | None:
    """Slow and synchronous list cost of the same tokens; None where one of them is not known or nothing."""
    if call.tokens is None or sync is None or slow is None:
        return None
    whole = list_femto(call.tokens, sync)
    return (list_femto(call.tokens, slow), whole) if whole else None
