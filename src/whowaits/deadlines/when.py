"""What stands where a schedule says when -> its period. Each function refuses with `NotACronError`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from whowaits.deadlines import cron, durations
from whowaits.deadlines.cron import NotACronError as NotACronError
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S

_AWS: Final = re.compile(r"\s*(rate|cron|at)\s*\(([^()]*)\)\s*$", re.IGNORECASE)
_AWS_NUMBER: Final = re.compile(r"(?<![#/\d])[1-7](?![\d])")
_SPAN_OF_DAY: Final = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d\d):(\d\d)$")
_EVERY: Final = re.compile(r"@?every\s+(.+)$", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?:(\d+)\s*)?(minute|min|hour|day|(?:sun|mon|tues?|wed|thu|fri|sat)[a-z]*|week|month)")
_UNIT_S: Final = {"minute": MINUTE_S, "min": MINUTE_S, "hour": HOUR_S, "day": DAY_S, "month": 28 * DAY_S}
_RULE_S: Final = {
    "MINUTELY": MINUTE_S, "HOURLY": HOUR_S, "DAILY": DAY_S, "WEEKLY": WEEK_S, "MONTHLY": 28 * DAY_S,
    "YEARLY": 365 * DAY_S,
}  # fmt: skip
_UNKNOWN: Final = re.compile(r"\$\{?\w+(?::?-([^}]*))?\}?|\{\{.*?\}\}|\{\}")
_SUNDAY_FIRST: Final = ("0", "0", "1", "2", "3", "4", "5", "6")


class When(NamedTuple):
    """A time as it is written, and the shortest gap between two runs; None = the tree does not hold it.

    `clock` is the minutes and the hours at which it runs, as cron writes them; None where no time of day is fixed.
    """

    expression: str
    period_s: float | None
    timezone: str | None = None
    clock: str | None = None


ELSEWHERE: Final = When("a time that is set elsewhere", None)


def of_fields(text: str, fields: str, timezone: str | None = None, both_days: bool = False) -> When:
    """Return when five fields or a preset run, written as `text`, in the zone they are meant in."""
    period_s = cron.shortest_gap_s(fields, timezone, both_days)
    return When(text, period_s, timezone, " ".join(cron.normal(fields).split()[:2]))


def of_cron(text: str, timezone: str | None = None) -> When:
    """Return when five fields or a preset run, in the zone they are meant in."""
    text = " ".join(text.split())
    return of_fields(text, text, timezone)


def of_template(text: str, timezone: str | None = None) -> When:
    """Return when fields run of which some are filled in later.

    A variable for one field is taken for one number; where nothing but a variable stands, the period is unknown.
    """
    fields = _UNKNOWN.sub(lambda found: found[1] or "$", text).split()
    if not any("$" in field for field in fields):
        return of_cron(" ".join(fields), timezone)
    written = " ".join(text.split())
    plain = [("*" if number >= 2 else "0") if field == "$" else field for number, field in enumerate(fields)]
    if len(fields) != 5 or any("$" in field for field in plain):
        return When(written, None, timezone)
    moment = of_fields(written, " ".join(plain), timezone)
    return moment._replace(clock=None) if "$" in fields[:2] else moment


def of_span(seconds: float) -> When:
    """Return when something runs that is started again after a fixed time."""
    if not seconds > 0:
        raise NotACronError(f"{seconds:g} seconds is no span between two runs")
    return When(cron.say_period(seconds), seconds)


def of_aws(text: str, timezone: str | None = None) -> When | None:
    """Return when `rate(...)` or `cron(...)` of EventBridge runs; None for `at(...)`, which runs once."""
    found = _AWS.match(text)
    if found is None:
        raise NotACronError(f"`{text}` is neither rate(...) nor cron(...)")
    form, inside = found[1].lower(), " ".join(found[2].split())
    if form == "at":
        return None
    if form == "rate":
        seconds = durations.parse(inside)
        if not seconds:
            raise NotACronError(f"`{text}` is no rate")
        return When(text.strip(), seconds, timezone)
    return of_fields(text.strip(), _aws_fields(inside), timezone or "UTC")


def of_seconds_first(text: str, timezone: str | None = None) -> When:
    """Return when six fields, of which the first are seconds, run, or a span such as `01:30:00`."""
    span = _SPAN_OF_DAY.match(text.strip())
    if span is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        if not days and hours > 23:  # .NET reads 24:00:00 as 24 days
            days, hours = hours, 0
        return of_span(days * DAY_S + hours * HOUR_S + minutes * MINUTE_S + seconds)
    fields = text.split()
    if len(fields) not in (5, 6):
        raise NotACronError(f"`{text}` has {len(fields)} fields, an expression with seconds has 6")
    return of_fields(" ".join(fields), " ".join(fields[-5:]), timezone)


def clock_of(text: str) -> str | None:
    """Return `10:30` as the minutes and hours of cron, None for anything else."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?", text)
    return None if found is None else f"{int(found[2])} {int(found[1])}"


def of_words(text: str, timezone: str | None = None) -> When:
    """Return when `@every 1h30m`, `every 24 hours` or `every day 07:00` run, else what the cron expression says."""
    found = _EVERY.match(text.strip())
    if found is None:
        return of_cron(text, timezone)
    seconds = durations.parse(found[1])
    if seconds is None:
        unit = _UNIT.match(found[1].lower())
        if unit is None:
            raise NotACronError(f"`{text}` says no span")
        seconds = int(unit[1] or 1) * _UNIT_S.get(unit[2], WEEK_S)
    return When(" ".join(text.split()), seconds, timezone)


def _aws_fields(text: str) -> str:
    """Six fields with a year at the end, days of the week from Sunday = 1 -> five fields from Sunday = 0."""
    fields = text.split()
    if len(fields) != 6:
        raise NotACronError(f"`cron({text})` has {len(fields)} fields, EventBridge has 6")
    weekdays = _AWS_NUMBER.sub(lambda day: _SUNDAY_FIRST[int(day[0])], fields[4])
    days = fields[2].replace("W", "") or "*"
    return " ".join((*fields[:2], days, fields[3], weekdays))


def of_rule(text: str) -> When:
    """Return when a recurrence rule of iCalendar runs: `FREQ=DAILY;INTERVAL=2`."""
    parts = dict(part.partition("=")[::2] for part in text.upper().replace("RRULE:", "").split(";"))
    size = _RULE_S.get(parts.get("FREQ", ""))
    count = parts.get("INTERVAL", "1")
    if size is None or not count.isdigit() or not int(count):
        raise NotACronError(f"`{text}` is no recurrence rule that we read")
    finer = len([part for part in ("BYDAY", "BYHOUR", "BYMONTHDAY") if "," in parts.get(part, "")])
    return When(text, None if finer else size * int(count))
