"""What a token costs: integer nano-dollars per million tokens, for each kind of token, with long-context steps.

Tokens times such a rate are femto-dollars (1e-15 USD), so that sums are exact and nothing is a float.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

NANO: Final = 10**9
"""Nano-dollars in a dollar."""
MILLION: Final = 10**6
Mode = Literal["none", "same_price", "scaled"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens of each kind. `output` includes reasoning, `input` is what no cache served.

    `above` holds (input tokens of a request, rates of all its tokens when it has more than these), ascending. `search`
    and `request` are fees: nano-dollars for a million web searches and for a million requests, the same on every tier.
    """

    input: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    above: tuple[tuple[int, Rates], ...] = ()
    search: int = 0
    request: int = 0

    def at(self, input_tokens: int) -> Rates:
        """Return the rates of a request with this many input tokens, cached ones included."""
        fits = [rates for start, rates in self.above if input_tokens > start]
        return fits[-1] if fits else self

    def map(self, change: Callable[[Rates], Rates]) -> Rates:
        """Return these rates with `change` applied to every step."""
        changed = change(replace(self, above=()))
        return replace(changed, above=tuple((start, change(rates)) for start, rates in self.above))


def nano(usd: Decimal) -> int:
    """Return whole nano-dollars of an amount in dollars."""
    return int((usd * NANO).to_integral_value())


def usd(nano_dollars: int) -> Decimal:
    """Return an amount in dollars, exact to the nano-dollar."""
    return Decimal(nano_dollars).scaleb(-9)


def scaled(standard: Rates, factor: Decimal, mode: Mode) -> Rates:
    """Return the rates of a tier that sells every token at `factor`; `mode` says what cache hits cost there."""

    def part(rates: Rates) -> Rates:
        fresh, cached = _times(rates.input, factor), rates.cache_read
        return Rates(
            input=fresh,
            cache_read={"none": fresh, "same_price": cached, "scaled": _times(cached, factor)}[mode],
            cache_write_5m=_times(rates.cache_write_5m, factor),
            cache_write_1h=_times(rates.cache_write_1h, factor),
            output=_times(rates.output, factor),
            search=rates.search,
            request=rates.request,
        )

    return standard.map(part)


def without_hits(rates: Rates) -> Rates:
    """Return the rates when every token that a cache served is paid as fresh input."""
    return rates.map(lambda part: replace(part, cache_read=part.input))


def with_fees(rates: Rates, other: Rates) -> Rates:
    """Return the rates with the fees of other ones: a slower tier discounts tokens, never a fee."""
    return rates.map(lambda part: replace(part, search=other.search, request=other.request))


def carried(own: Rates, standard: Rates, slow: Rates) -> Rates:
    """Return what a tier costs under own rates: each kind keeps the ratio that the public list has for it."""

    def kept(mine: int, public: int, slower: int) -> int:
        return mine * slower // public if public else mine

    return Rates(
        input=kept(own.input, standard.input, slow.input),
        cache_read=kept(own.cache_read, standard.cache_read, slow.cache_read),
        cache_write_5m=kept(own.cache_write_5m, standard.cache_write_5m, slow.cache_write_5m),
        cache_write_1h=kept(own.cache_write_1h, standard.cache_write_1h, slow.cache_write_1h),
        output=kept(own.output, standard.output, slow.output),
        search=own.search,
        request=own.request,
    )


def _times(rate: int, factor: Decimal) -> int:
    return int((rate * factor).to_integral_value())
