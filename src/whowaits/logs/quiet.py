"""When people are away, learnt from the workloads that people are known to use.

A workload says so only if it keeps hours: some six hours of the day must hold far less than their share of its
calls. One that is used around the clock says nothing, and without any that keeps hours nothing is quiet.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

HALF_HOUR_S: Final = 1_800
A_DAY: Final = 48
A_WEEK: Final = 336
MONDAY: Final = 144
"""Half hours from the start of a week to 1970-01-01, a Thursday."""
STRETCH: Final = 8
"""Half hours of the shortest stretch that counts."""
SPARE_S: Final = HALF_HOUR_S
AWAY: Final = 0.6
"""Share of its even rate that a workload may reach while its people are away."""
NIGHT: Final = 12
RHYTHM: Final = 0.15
"""Share of the calls in the lowest six hours of the day, 0.25 being even."""
FEWEST_CALLS: Final = 500
FEWEST_SLOTS: Final = A_WEEK


@dataclass(frozen=True, eq=False)
class People:
    """A workload that people use: how often each half hour of the week occurred, and its calls in them."""

    seen: tuple[int, ...]
    calls: tuple[int, ...]


def people(first_s: int, last_s: int, counts: Mapping[int, int]) -> People:
    """Return the week of a workload with calls from `first_s` to `last_s`."""
    first, last = first_s // HALF_HOUR_S + MONDAY, last_s // HALF_HOUR_S + MONDAY
    whole, rest = divmod(last - first + 1, A_WEEK)
    extra = {(first + i) % A_WEEK for i in range(rest)}
    seen = tuple(whole + (slot in extra) for slot in range(A_WEEK))
    return People(seen, tuple(counts.get(slot, 0) for slot in range(A_WEEK)))


def keeps_hours(found: People) -> bool:
    """Whether a workload has been seen for long enough and rests for some six hours of the day."""
    if sum(found.calls) < FEWEST_CALLS or sum(found.seen) < FEWEST_SLOTS:
        return False
    day = _rates(found, A_DAY)
    lowest = min(sum(day[(start + i) % A_DAY] for i in range(NIGHT)) for start in range(A_DAY))
    return lowest <= RHYTHM * sum(day)


def is_quiet(start_s: int, end_s: int, known: Sequence[People], period: int) -> bool:
    """Whether a run with half an hour to spare lies in hours in which all of `known` are away.

    `period` A_WEEK looks at a stretch of four hours of the week around it; one hour of the week holds too few calls.
    A_DAY, for runs on every day, looks at such a stretch of the day, and at the run's own hours by themselves.
    """
    first = (start_s - SPARE_S) // HALF_HOUR_S + MONDAY
    length = (end_s + SPARE_S) // HALF_HOUR_S + MONDAY - first + 1
    stretch = max(STRETCH, length)
    if not known or stretch > period:
        return False
    around = range(first + length - stretch, first + 1)
    own = period == A_WEEK or _are_low(known, period, first, length)
    return own and any(_are_low(known, period, start, stretch) for start in around)


def until_people_s(end_s: int, known: Sequence[People]) -> int:
    """Return the time from the end of a run until people are back, in whole half hours; at most a day."""
    first = end_s // HALF_HOUR_S + MONDAY
    hours = (slot for slot in range(first, first + A_DAY) if not _are_low(known, A_DAY, slot, 1))
    left_s = (next(hours, first + A_DAY) - MONDAY) * HALF_HOUR_S - end_s
    return max(0, left_s // HALF_HOUR_S * HALF_HOUR_S)


def _are_low(known: Sequence[People], period: int, first: int, length: int) -> bool:
    """Whether every workload makes far less than its even share in these half hours."""
    return _are_low_at(tuple(known), period, first % period, length)


@functools.lru_cache(maxsize=10_000)
def _are_low_at(known: tuple[People, ...], period: int, first: int, length: int) -> bool:
    return all(_is_low(one, period, first, length) for one in known)


def _is_low(one: People, period: int, first: int, length: int) -> bool:
    rates = _rates(one, period)
    here = sum(rates[(first + i) % len(rates)] for i in range(length))
    return here * len(rates) <= AWAY * length * sum(rates)


@functools.lru_cache(maxsize=10_000)
def _rates(found: People, period: int) -> list[float]:
    """Calls in each slot of the period for each time that it occurred."""
    slots = [range(slot, A_WEEK, period) for slot in range(period)]
    seen = [sum(found.seen[i] for i in slot) for slot in slots]
    calls = [sum(found.calls[i] for i in slot) for slot in slots]
    return [n / max(times, 1) for n, times in zip(calls, seen, strict=True)]
