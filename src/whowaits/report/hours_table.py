"""The hours of the week in which nobody waits: a row for each hour, a column for each day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.report import words
from whowaits.report.layout import Cell, Column, Section, Table

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS: Final = 24
WEEK: Final = len(DAYS) * HOURS


def section(hours: Sequence[int]) -> Section | None:
    """Return the section of logged calls that nobody waits for, by hour and day; None without times."""
    if not any(hours):
        return None
    columns = (Column("UTC"), *(Column(day, numeric=True) for day in DAYS))
    rows = tuple(
        (Cell(clock(hour)), *(Cell(f"{hours[at]:,}" if hours[at] else "–") for at in range(hour, WEEK, HOURS)))
        for hour in range(HOURS)
    )
    return Section("hours", "When nobody waits", (_lead(hours),), Table(columns, rows), folded="The count of each hour")


def clock(hour: int) -> str:
    """Return an hour of the day as it is written on a clock."""
    return f"{hour:02}:00"


def _lead(hours: Sequence[int]) -> str:
    most = max(range(WEEK), key=lambda at: hours[at])
    day, hour = DAYS[most // HOURS], clock(most % HOURS)
    empty = sum(1 for count in hours if not count)
    return (
        f"Logged calls that nobody waits for, by hour of the week in UTC: {words.count(sum(hours), 'call')}. "
        f"The fullest hour begins on {day} at {hour} ({hours[most]:,}); "
        f"{words.count(empty, 'hour')} of {WEEK} see none."
    )
