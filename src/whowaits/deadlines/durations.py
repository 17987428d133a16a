"""Spans of time as people and programs write them -> seconds, and seconds -> words."""

from __future__ import annotations

import re
from typing import Final

from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S

_UNIT_S: Final = {
    "ms": 0.001, "millisecond": 0.001,
    "s": 1, "sec": 1, "second": 1,
    "m": MINUTE_S, "min": MINUTE_S, "minute": MINUTE_S,
    "h": HOUR_S, "hr": HOUR_S, "hour": HOUR_S,
    "d": DAY_S, "day": DAY_S,
    "w": WEEK_S, "wk": WEEK_S, "week": WEEK_S,
}  # fmt: skip
NUMBER_WORDS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_PART: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*-?\s*([a-z]+)\s*,?(?:\s*and\b)?")
_ISO: Final = re.compile(r"p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?$")
_SAID: Final = ((WEEK_S, "week"), (DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute"), (1, "second"))


def parse(text: str, unit: str = "s") -> float | None:
    """Return the seconds of "24h", "1h 30min", "two hours", "PT4H"; a bare number counts in `unit`. None otherwise."""
    plain = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return float(plain) * _UNIT_S[unit]
    iso = _ISO.match(plain)
    if iso is not None and any(iso.groups()):
        sizes = (WEEK_S, DAY_S, HOUR_S, MINUTE_S, 1)
        return float(sum(float(count or 0) * size for count, size in zip(iso.groups(), sizes, strict=True)))
    word, _, rest = plain.partition(" ")
    return _parts(f"{NUMBER_WORDS[word]} {rest}" if word in NUMBER_WORDS else plain)


def say(seconds: float) -> str:
    """Return "4 hours", "90 minutes", "1 day": the largest unit that leaves no remainder."""
    for size, name in _SAID:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {name}" + ("" if count == 1 else "s")
    return f"{seconds:g} seconds"


def _parts(text: str) -> float | None:
    """The sum of the parts of "1h 30min"; None when anything is left over."""
    total, position = 0.0, 0
    while position < len(text):
        part = _PART.match(text, position)
        size = None if part is None else _UNIT_S.get(part[2]) or _UNIT_S.get(part[2].removesuffix("s"))
        if part is None or size is None:
            return None
        total, position = total + float(part[1]) * size, part.end()
    return total or None
