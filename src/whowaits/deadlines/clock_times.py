"""Times of day with the zone they are meant in, and how far it is from one to the next."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from whowaits.config import seconds_between
from whowaits.model import DAY_S

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_ZONE: Final = re.compile(
    r"\s*\(?(?:(?P<area>[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_]+){1,2})|(?P<short>[A-Z]{1,4})\b|(?P<offset>[+-]\d\d:?\d\d)\b)"
)
_SHORT: Final = {
    "Z": "UTC", "UTC": "UTC", "GMT": "UTC", "CET": "Europe/Brussels", "CEST": "Europe/Brussels",
    "ET": "America/New_York", "EST": "America/New_York", "EDT": "America/New_York", "PT": "America/Los_Angeles",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "JST": "Asia/Tokyo", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}  # fmt: skip
"""Who writes CET or CEST means the clock on the wall, in summer and in winter."""
_SEVERAL: Final = frozenset({"IST", "BST", "CST", "CDT", "AST", "MST", "MT", "CT", "WAT", "SST"})
"""Abbreviations of several zones."""
_A_YEAR: Final = tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(366))


class UnclearError(ValueError):
    """A zone is named, and nobody can tell which."""


class ClockTime(NamedTuple):
    """A time of day; `zone` None where none is named."""

    at: time
    zone: str | None = None

    def __str__(self) -> str:
        return f"{self.at:%H:%M}" + (f" {self.zone}" if self.zone else "")


def zone_after(text: str, position: int) -> str | None:
    """Return the zone that is named there, None without one; UnclearError for one that is none or could be several."""
    found = _ZONE.match(text, position)
    if found is None or (found["short"] and found["short"] not in {*_SHORT, *_SEVERAL}):
        return None
    if found["short"] in _SHORT:
        return _SHORT[found["short"]]
    if found["area"] and is_zone(found["area"]):
        return found["area"]
    raise UnclearError(found[0].strip())


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    from zoneinfo import ZoneInfo  # loaded on use: few documents name a zone

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def from_to(start: ClockTime, due: ClockTime, *, next_day: bool = False) -> float:
    """Return the seconds from `start` to the next `due`, the shortest of a year; a whole day when they are equal.

    A zone that only one of them names holds for both. By one clock it is the same on every day: the night in which it
    changes counts as any other. By two it is shorter while only one of them has summer time.
    """
    from zoneinfo import ZoneInfo

    if start.zone == due.zone or not (start.zone and due.zone):
        seconds = seconds_between(start.at, due.at)
    else:
        zones = ZoneInfo(start.zone), ZoneInfo(due.zone)
        seconds = min(_on(day, start.at, due.at, *zones) for day in _A_YEAR)
    return seconds + DAY_S if next_day and due.at > start.at else seconds


def _on(day: date, start: time, due: time, ours: ZoneInfo, theirs: ZoneInfo) -> float:
    began = datetime.combine(day, start, ours).astimezone(UTC)
    first = began.astimezone(theirs).date() - timedelta(days=1)
    days = (datetime.combine(first + timedelta(days=n), due, theirs).astimezone(UTC) for n in range(4))
    return next((moment - began).total_seconds() for moment in days if moment > began)
