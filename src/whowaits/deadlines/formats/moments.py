"""What an expression in Python says of time, in the words that many schedulers share -> `When`."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.when import When
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S

UNIT_S: Final = {"second": 1, "minute": MINUTE_S, "hour": HOUR_S, "day": DAY_S, "week": WEEK_S}
FIELDS: Final = ("minute", "hour", "day", "month", "day_of_week")
_SPANS: Final = ("weeks", "days", "hours", "minutes", "seconds")
_LARGEST_FIRST: Final = ("month", "day", "day_of_week", "hour", "minute")
_LEAST: Final = {"month": "1", "day": "1", "day_of_week": "*", "hour": "0", "minute": "0"}
_OTHER_NAMES: Final = {
    "day_of_month": "day", "month_of_year": "month", "weekday": "day_of_week", "months": "month", "days": "day",
    "hours": "hour", "minutes": "minute", "weekdays": "day_of_week",
}  # fmt: skip


def of_cron(module: Module, node: ast.expr | None, timezone: ast.expr | None = None) -> When | None:
    """Return when the cron expression that `node` holds runs; None where it is no text."""
    text = module.text(node)
    return None if text is None else when.of_template(text, zone(module, timezone))


def of_span(module: Module, node: ast.expr | None) -> When | None:
    """Return when something runs after each number of seconds or `timedelta`; None where that is computed."""
    seconds = module.seconds(node)
    return None if not seconds or seconds < 0 else when.of_span(seconds)


def of_parts(module: Module, call: ast.Call) -> When | None:
    """Return when `...(hours=1, minutes=30)` runs; None where a part is computed or none is given."""
    given = {k.arg: module.number(k.value) for k in call.keywords if k.arg in _SPANS}
    if not given or None in given.values():
        return None
    seconds = sum((value or 0) * UNIT_S[str(name).removesuffix("s")] for name, value in given.items())
    return when.of_span(seconds) if seconds > 0 else None


def of_fields(
    module: Module,
    call: ast.Call,
    order: Sequence[str] = (),
    *,
    rest: str = "*",
    monday: int = 1,
    timezone: str | None = None,
) -> When | None:
    """Return when `crontab(minute=0, hour="*/3")` and the like run; None where a field is computed.

    `order` names the positional arguments. `rest` is what fields are that are not given: "*", or "least" for those
    smaller than the smallest one that is given. `monday` is the number that Monday has; `timezone` that of the file.
    """
    given: dict[str, ast.expr] = dict(zip(order, call.args, strict=False))
    given.update({str(k.arg): k.value for k in call.keywords})
    named = {_OTHER_NAMES.get(name, name): value for name, value in given.items()}
    texts = {name: _field(module, name, value, monday) for name, value in named.items() if name in FIELDS}
    fields = {name: text for name, text in texts.items() if text is not None}
    if len(fields) < len(texts) or (rest == "least" and not fields):
        return None
    text = _five(fields, rest)
    timezone = zone(module, given.get("timezone") or given.get("tz")) or timezone
    return when.of_fields(text, text, timezone, both_days=True)


def zone(module: Module, node: ast.expr | None) -> str | None:
    """Return the name of the time zone that a text, `ZoneInfo(...)`, `pytz.timezone(...)` or `pytz.utc` is."""
    if isinstance(node, ast.Name):
        node = module.constants.get(node.id, node)
    if isinstance(node, ast.Call):
        node = argument(node, 0, "key", "zone", "name", "tz")
    if node is not None and module.last_name(node).lower() == "utc":
        return "UTC"
    return module.text(node)


def _five(given: Mapping[str, str], rest: str) -> str:
    smallest = max((_LARGEST_FIRST.index(name) for name in given), default=len(FIELDS))
    fields = {
        name: given.get(name, "*" if rest == "*" or position < smallest else _LEAST[name])
        for position, name in enumerate(_LARGEST_FIRST)
    }
    return " ".join(fields[name] for name in FIELDS)


def _field(module: Module, name: str, node: ast.expr, monday: int) -> str | None:
    if isinstance(node, ast.Constant) and node.value is None:
        return "*"
    if isinstance(node, ast.Name) and isinstance(module.constants.get(node.id), ast.List | ast.Tuple | ast.Set):
        node = module.constants[node.id]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [_field(module, name, item, monday) for item in node.elts]
        return None if None in parts or not parts else ",".join(p for p in parts if p is not None)
    if isinstance(node, ast.Call) and module.last_name(node.func) == "range":
        return _range(module, node)
    number = module.number(node)
    if number is not None:
        return str((int(number) + 1 - monday) % 7 if name == "day_of_week" else int(number))
    text = module.text(node)
    if text is None:
        return None
    text = re.sub(r"\s", "", text)
    if name == "day_of_week" and monday != 1:
        text = re.sub(r"(?<![#/\d])\d", lambda day: str((int(day[0]) + 1 - monday) % 7), text)
    return text


def _range(module: Module, call: ast.Call) -> str | None:
    numbers = [module.number(argument) for argument in call.args]
    if None in numbers or not 1 <= len(numbers) <= 3:
        return None
    values = list(range(*(int(n) for n in numbers if n is not None)))[:60] if 0 not in numbers[2:] else []
    return ",".join(map(str, values)) or None
