"""Cron expressions -> the shortest gap between two runs over a year, in a time zone with its clock changes."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from whowaits.deadlines.durations import say
from whowaits.model import DAY_S, HOUR_S

PRESETS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_HORIZON: Final = timedelta(days=800)
"""Two years and a bit: every month length is met, and a yearly job runs twice."""
_ENOUGH_RUNS: Final = 120
"""More than one day of anything that runs several times a day at the same minutes every hour it runs in."""
_ANCHOR: Final = datetime(2026, 1, 1, tzinfo=UTC)
_AROUND: Final = timedelta(hours=26)
"""Before and after a clock change, the runs are those of any other day again."""
_NAMES: Final = (
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
)
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_RANGE: Final = re.compile(r"(\d+)-(\d+)((?:/\d+)?)$")


class NotACronError(ValueError):
    """The text is no cron expression that ever runs again."""


@functools.lru_cache(maxsize=4096)
def shortest_gap_s(expression: str, timezone: str | None = None, both_days: bool = False) -> float:
    """Return the shortest time between two runs of a five-field cron expression or preset, in whole seconds.

    With `both_days`, the day of the month and that of the week must fit; cron itself asks for either.

    A run at a time that the clocks leave out is made up for when they have changed; one at a time that they show
    twice is made once, unless it is a job of every hour. A day that is an hour shorter or longer is a day.
    """
    from cronsim import CronSimError  # loaded on use: most trees hold no schedule

    fields = normal(expression)
    try:
        gaps = list(_gaps(fields, _ANCHOR, _ANCHOR + _HORIZON, both_days))
        for change in _clock_changes(timezone) if gaps and min(gaps) >= HOUR_S else ():
            gaps += _gaps(fields, change - _AROUND, change + _AROUND, both_days)
    except (CronSimError, ValueError, OverflowError):
        gaps = []
    if not gaps:
        raise NotACronError(f"`{expression}` is no cron expression that runs twice")
    return min(gaps)


def normal(expression: str) -> str:
    """Return the five fields that a preset stands for, and the fields of anything else with single spaces."""
    fields = expression.split()
    if len(fields) == 1 and fields[0].lower() in PRESETS:
        return PRESETS[fields[0].lower()]
    if len(fields) != 5:
        raise NotACronError(f"`{expression}` has {len(fields)} fields, a cron expression has 5")
    return " ".join(_field(text, number) for number, text in enumerate(fields))


def say_period(seconds: float) -> str:
    """Return "every day", "every 5 minutes" and the like."""
    return f"every {say(seconds).removeprefix('1 ')}"


def _gaps(fields: str, start: datetime, end: datetime, both_days: bool) -> Iterator[float]:
    from cronsim import CronSim

    times = CronSim(fields, start)
    times.day_and = times.day_and or both_days
    runs = itertools.takewhile(lambda run: run <= end, itertools.islice(times, _ENOUGH_RUNS + 1))
    for previous, following in itertools.pairwise(runs):
        seconds = (following.astimezone(UTC) - previous.astimezone(UTC)).total_seconds()
        days = round(seconds / DAY_S)
        yield days * DAY_S if days and abs(seconds - days * DAY_S) <= HOUR_S else seconds


@functools.lru_cache(maxsize=256)
def _clock_changes(timezone: str | None) -> tuple[datetime, ...]:
    """The noons of the days of a year after whose eve the clocks of a zone have changed; none for an unknown zone."""
    from zoneinfo import ZoneInfo

    try:
        zone = ZoneInfo(timezone or "UTC")
    except (ValueError, OSError, KeyError):  # no such zone
        return ()
    noons = [_ANCHOR.replace(hour=12, tzinfo=zone) + timedelta(days=n) for n in range(366)]
    return tuple(b for a, b in itertools.pairwise(noons) if a.utcoffset() != b.utcoffset())


def _field(text: str, number: int) -> str:
    """One field with numbers for names, "*" for "?", and a range that runs past the end in two pieces."""
    text = "*" if text == "?" else text
    if number >= 3:
        for value, name in enumerate(_NAMES[number - 3], start=4 - number):
            text = re.sub(rf"(?<![a-z]){name}[a-z]*", str(value), text, flags=re.IGNORECASE)
    return ",".join(_wrapped(part, *_RANGES[number]) for part in text.split(","))


def _wrapped(part: str, least: int, last: int) -> str:
    """`22-3` of hours is `22-23,0-3`; a step goes on counting where the first piece stopped."""
    found = _RANGE.match(part)
    if found is None or int(found[1]) <= int(found[2]) or not int(found[2]) <= int(found[1]) <= last + 1:
        return part
    step = int(found[3][1:] or 1) if found[3] else 1
    values = list(range(int(found[1]), int(found[2]) + last - least + 2, step or 1))
    return ",".join(str((value - least) % (last - least + 1) + least) for value in values)
