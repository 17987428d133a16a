"""systemd timers: OnCalendar and OnUnitActiveSec of a .timer, and the ExecStart of its .service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines import cron, durations, when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats.units import settings
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

KIND: Final = "systemd"
WORDS: Final = ("OnCalendar", "OnUnit")
FILES: Final = (("", r".*\.timer"),)
_WORDS: Final = {f"{name[1:]}": value for name, value in cron.PRESETS.items()} | {"semiannually": "0 0 1 1,7 *"}
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ZONE: Final = re.compile(r"\s+(UTC|[A-Z][A-Za-z_]+/[A-Za-z_/]+)$")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each time a timer names; its target is the unit, whose service is read when it is linked."""
    unit = next((value for _, key, value in settings(text) if key == "Unit"), f"{PurePosixPath(path).stem}.service")
    target = Target("unit", unit, str(PurePosixPath(path).parent))
    for number, key, value in settings(text):
        place = Place(path, number)
        if key == "OnCalendar" and value:
            yield _calendar(place, value, target)
        elif key in ("OnUnitActiveSec", "OnUnitInactiveSec"):
            seconds = durations.parse(value)
            if seconds:
                yield Schedule(place, KIND, value, seconds, target)
            else:
                yield Skipped(place, f"`{value}` is no span of time")


def calendar_cron(text: str) -> str | None:
    """Return the cron expression of a calendar event such as "Mon..Fri *-*-* 22:30:00"; None when there is none."""
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    found = re.fullmatch(
        r"(?:([a-z.,]+)\s+)?(?:(\S+-)?(\S+)-(\S+)\s*)?(?:([\d*/.,]+):([\d*/.,]+)(?::[\d*/.,]+)?)?", word
    )
    if found is None:
        return None
    days, _, month, day, hour, minute = found.groups()
    fields = [_field(minute or "0", 59), _field(hour or "0", 23), _field(day or "*", 31), _field(month or "*", 12)]
    fields.append(_weekdays(days or "*"))
    return None if None in fields else " ".join(f for f in fields if f is not None)


def _calendar(place: Place, value: str, target: Target) -> Schedule | Skipped:
    zone = _ZONE.search(value)
    expression = calendar_cron(_ZONE.sub("", value))
    try:
        moment = when.of_fields(value, expression or value, zone[1] if zone else None)
    except when.NotACronError:
        return Skipped(place, f"`{value}` is no calendar event that we read")
    return Schedule(place, KIND, value, moment.period_s, target, moment.timezone, clock=moment.clock)


def _field(text: str, last: int) -> str | None:
    """systemd's 00/15 runs to the end of the range, which cron wants spelled out: 0-59/15."""
    text = re.sub(r"\b0+(?=\d)", "", text.replace("..", "-"))
    text = re.sub(r"(^|,)(\d+)/", rf"\1\2-{last}/", text)
    return text if re.fullmatch(r"[\d*/,-]+", text) else None


def _weekdays(text: str) -> str | None:
    if text == "*":
        return text
    parts = []
    for part in text.split(","):
        ends = [end[:3] for end in part.split("..")]
        if any(end not in _DAYS for end in ends):
            return None
        parts.append("-".join(str(_DAYS.index(end)) for end in ends))
    return ",".join(parts)
