"""Runs -> the clock that starts them: at the same minute of the day, on all days or on some of the week or month.

A job fixed in local time moves by an hour in UTC when clocks change, so starts are also read by clocks that change.
Which city the clock is named after plays no part beyond that. A run now and then at another time was started by hand.
"""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from whowaits.model import DAY_S, MINUTE_S

ZONES: Final = (
    "UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "Pacific/Auckland",
    "America/Santiago", "Asia/Jerusalem", "Africa/Cairo", "Africa/Casablanca", "Europe/Chisinau",
)  # fmt: skip
"""Clocks of each way to change to summer time, UTC first."""
LOCKED_S: Final = 15 * MINUTE_S
WEEK_DAYS: Final = 7
OFTEN, OFTEN_OF = 3, 4
"""Of four runs three on one weekday are a weekly job's."""
MONDAY: Final = 3
"""Days from the start of a week to 1970-01-01, a Thursday."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """When runs start by one clock."""

    zone: str
    minute: int
    """Minute of the day around which they start."""
    off_s: int
    """The largest distance of a start from that minute."""
    days: tuple[int, ...]
    """Day of each run, counted from 1970 around that minute, ascending."""

    @property
    def days_apart(self) -> int:
        """7 when every run is a week after the last one, else 1."""
        gaps = {later - earlier for earlier, later in pairwise(self.days)}
        return WEEK_DAYS if gaps == {WEEK_DAYS} else 1

    @property
    def span_days(self) -> int:
        """Days from the first run to the last, both counted."""
        return self.days[-1] - self.days[0] + 1

    @property
    def weeks(self) -> int:
        """Weeks, from Monday on, that have a run."""
        return len({(day + MONDAY) // WEEK_DAYS for day in self.days})

    @property
    def is_of_working_days(self) -> bool:
        """Whether five days in a row of every week have runs, and the other two have none."""
        free = set(range(WEEK_DAYS)) - {day % WEEK_DAYS for day in self.days}
        return len(free) == 2 and any((day + 1) % WEEK_DAYS in free for day in free)

    @property
    def working_days(self) -> int:
        """Days from the first run to the last that are days of the week on which it runs."""
        own = {day % WEEK_DAYS for day in self.days}
        return sum(day % WEEK_DAYS in own for day in range(self.days[0], self.days[-1] + 1))

    @property
    def is_monthly(self) -> bool:
        """Whether each run is a month after the last one, on the same day or on the last one of the month."""
        dates = [EPOCH + timedelta(days=day) for day in self.days]
        months = [12 * date.year + date.month for date in dates]
        alike = len({date.day for date in dates}) == 1 or all((date + timedelta(days=1)).day == 1 for date in dates)
        return alike and all(later - earlier == 1 for earlier, later in pairwise(months))

    @property
    def runs_on_a_day(self) -> int:
        """The most runs on one day."""
        return max(self.days.count(day) for day in set(self.days))

    def __str__(self) -> str:
        shown = f"{self.minute // 60:02d}:{self.minute % 60:02d}"
        return f"{shown} UTC" if self.zone == "UTC" else f"{shown} by a clock that changes with {self.zone}"

    def day_of_month(self) -> str:
        """Return the day of the month of the runs."""
        dates = {(EPOCH + timedelta(days=day)).day for day in self.days}
        return f"day {dates.pop()}" if len(dates) == 1 else "the last day"

    def weekday(self) -> str:
        """Return the name of the day of the first run."""
        return (EPOCH + timedelta(days=self.days[0])).strftime("%A")


def by_the_clock(starts_s: Sequence[int]) -> list[int]:
    """Return the positions of the starts that most of them share: around one minute of the day, or of one weekday."""
    if not starts_s:
        return []
    found = max((_around_one_minute(zone, starts_s) for zone in ZONES), key=len)  # the first of equals: UTC
    weekdays = Counter(starts_s[i] // DAY_S % WEEK_DAYS for i in found)
    weekday, times = min(weekdays.items(), key=lambda item: (-item[1], item[0]))
    mostly_one = times * OFTEN_OF >= OFTEN * len(found)
    return [i for i in found if not mostly_one or starts_s[i] // DAY_S % WEEK_DAYS == weekday]


def _around_one_minute(zone: str, starts_s: Sequence[int]) -> list[int]:
    """The positions of the starts around that start of the day which has most others near it."""
    local = [(start + _ahead(zone, start)) % DAY_S for start in starts_s]
    ordered = sorted(local)
    turned = [second + turn for turn in (-DAY_S, 0, DAY_S) for second in ordered]

    def near(second: int) -> int:
        return bisect_right(turned, second + LOCKED_S) - bisect_left(turned, second - LOCKED_S)

    centre = max(ordered, key=near)
    return [i for i, second in enumerate(local) if _apart(centre, second) <= LOCKED_S]


def _apart(one: int, other: int) -> int:
    """Seconds between two times of day, the shorter way round."""
    off = (one - other) % DAY_S
    return min(off, DAY_S - off)


def clock_of(starts_s: Sequence[int]) -> Clock:
    """Return the clock by which these starts, in seconds since 1970, are fixed; UTC's where none is."""
    clocks = (_by(zone, starts_s) for zone in ZONES)
    first = next(clocks)
    if first.off_s <= LOCKED_S:
        return first
    return next((clock for clock in clocks if clock.off_s <= LOCKED_S), first)


def _by(zone: str, starts_s: Sequence[int]) -> Clock:
    local = sorted(start + _ahead(zone, start) for start in starts_s)
    centre = _centre([start % DAY_S for start in local])
    shifted = [start - centre + DAY_S // 2 for start in local]
    off_s = max(abs(start % DAY_S - DAY_S // 2) for start in shifted)
    return Clock(zone, centre // MINUTE_S, off_s, tuple(start // DAY_S for start in shifted))


@functools.lru_cache(maxsize=100_000)
def _ahead(zone: str, start_s: int) -> int:
    offset = datetime.fromtimestamp(start_s, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _centre(seconds: Sequence[int]) -> int:
    """The middle one, counted from behind the longest stretch of the day without a start."""
    ordered = sorted(seconds)
    gaps = [(later - earlier, later) for earlier, later in pairwise(ordered)]
    first = max([*gaps, (ordered[0] + DAY_S - ordered[-1], ordered[0])])[1]
    turned = sorted((second - first) % DAY_S for second in ordered)
    return (first + turned[(len(turned) - 1) // 2]) % DAY_S
