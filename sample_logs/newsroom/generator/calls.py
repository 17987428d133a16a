"""One invented model call, and the numbers that make it look like traffic.

Only integers, comparisons and the four operations are used: no logarithm, no clock, no hash. What a seed gives on
one machine it gives on all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random

SEED = 20260915
ID_TAIL = "4c7e1a90b35df2684e07c9d1a8b6" * 2
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass(slots=True)
class Call:
    """One attempt at one call, as some log may tell it. Times in milliseconds since 1970 UTC."""

    workload: str
    id: str
    started: int
    duration: int
    input: int
    output: int
    cached: int = 0
    cache_write: int = 0
    first_token: int | None = None
    status: int = 200
    error: str | None = None
    attempt: int = 1
    cache_hit: bool = False
    user: str | None = None
    session: str | None = None
    group: str | None = None
    """What the attempts of one call have in common."""
    parent_ends: int | None = None
    """End of the request, task or run that this call is part of."""
    parent: str | None = None
    private: str | None = None
    sampling: int = 1
    """One call of how many this one stands for."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> int:
        return self.started + self.duration

    @property
    def succeeded(self) -> bool:
        return self.status == 200

    @property
    def billed(self) -> bool:
        return self.succeeded and not self.cache_hit


def stream_of(*names: object) -> Random:
    """The random numbers of one workload on one day, whatever else was generated before."""
    return Random(":".join(str(name) for name in (SEED, *names)))  # noqa: S311 -- repeatable on purpose


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * SECOND


def share_of(count: float, share: float) -> int:
    """`count` thinned to `share`, rounded half up."""
    return int(count * share + 0.5)


def between(rng: Random, low: int, high: int) -> int:
    """A whole number around the middle of `low` and `high`, both possible."""
    return low + (rng.randrange(high - low + 1) + rng.randrange(high - low + 1)) // 2


def by_quantiles(rng: Random, *points: tuple[float, float]) -> int:
    """A number whose distribution runs straight from point to point, each (share below, value)."""
    at = rng.random()
    for (p0, v0), (p1, v1) in pairwise(points):
        if at <= p1:
            return int(v0 + (v1 - v0) * (at - p0) / (p1 - p0))
    return int(points[-1][1])


def hour_of_day(rng: Random, weights: Sequence[int]) -> int:
    """An hour 0..23 drawn by weight, plus where in the hour, in milliseconds since midnight."""
    at = rng.randrange(sum(weights))
    for hour, weight in enumerate(weights):
        if at < weight:
            return hour * HOUR + rng.randrange(HOUR)
        at -= weight
    raise AssertionError("unreachable: the draw is below the sum")


def hex_id(text: str, length: int) -> str:
    """A stable id of `length` hexadecimal digits. Only ten differ from id to id: the logs have to stay small."""
    return (hashlib.sha256(text.encode()).hexdigest()[:10] + ID_TAIL)[:length]


def base36(number: int, width: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text
