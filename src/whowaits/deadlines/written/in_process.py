"""Schedulers that live inside a Python process: APScheduler, `schedule`, and decorators such as Huey's or Modal's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from whowaits.deadlines import cron
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.written import celery_beat
from whowaits.deadlines.written.python_values import Module, argument
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S, Place, Skipped

KIND: Final = "a scheduler"
WORDS: Final = (
    "add_job",
    "scheduled_job",
    ".every(",
    "periodic_task",
    "repeat_every",
    "cron",
    "Cron",
    "Period(",
    "timer_trigger",
    "tasks.loop",
)
_UNIT_S: Final = {"second": 1, "minute": MINUTE_S, "hour": HOUR_S, "day": DAY_S, "week": WEEK_S}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIELDS: Final = ("month", "day", "day_of_week", "hour", "minute")
_LEAST: Final = {"month": "1", "day": "1", "day_of_week": "*", "hour": "0", "minute": "0"}
_POSITIONAL: Final = frozenset({"periodic_task", "db_periodic_task", "schedule"})
_DECORATORS: Final = _POSITIONAL | {"scheduled_job", "repeat_every", "timer_trigger", "loop", "function", "on_schedule"}
_SPANS: Final = ("weeks", "days", "hours", "minutes", "seconds")


class _When(NamedTuple):
    node: ast.expr
    expression: str
    period_s: float


def mentions(text: str) -> bool:
    """Whether one of the words that such schedules are made with is there."""
    return any(word in text for word in WORDS)


def read(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that a scheduler in this file is told to run."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            pair = _job(module, node)
            if pair is not None:
                yield from _schedule(module, *pair)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and module.last_name(decorator.func) in _DECORATORS:
                    yield from _schedule(module, _decorated(module, decorator), ast.Name(node.name))


def _schedule(module: Module, when: _When | str | None, function: ast.expr) -> Iterator[Schedule | Skipped]:
    started = celery_beat.started(module, function)
    if isinstance(when, str):
        yield Skipped(Place(module.path, getattr(function, "lineno", None)), when)
    elif when is not None and started is not None:
        target, path, name = started
        yield Schedule(
            Place(module.path, when.node.lineno), KIND, when.expression, when.period_s, target, None, path, name
        )


def _job(module: Module, call: ast.Call) -> tuple[_When | str | None, ast.expr] | None:
    """(when, function) of `scheduler.add_job(tag, "cron", hour=2)` or `schedule.every().day.at("10:30").do(tag)`."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "add_job":
        function, trigger = argument(call, 0, "func"), argument(call, 1, "trigger")
        return None if function is None else (_trigger(module, call, trigger), function)
    if method == "do" and call.args and isinstance(call.func, ast.Attribute):
        return _every(module, call.func.value), call.args[0]
    return None


def _decorated(module: Module, decorator: ast.Call) -> _When | str | None:
    name = module.last_name(decorator.func)
    if name == "scheduled_job":
        return _trigger(module, decorator, argument(decorator, 0, "trigger"))
    if name in ("loop", "repeat_every"):
        return _interval(module, decorator)
    given = argument(decorator, 0 if name in _POSITIONAL else None, "schedule", "cron_schedule")
    if isinstance(given, ast.Call):
        return _made(module, given)
    text = module.text(given)
    if given is None or text is None:
        return None
    return _cron(given, " ".join(text.split()[-5:]) if name == "timer_trigger" else text)  # Azure adds seconds in front


def _trigger(module: Module, call: ast.Call, trigger: ast.expr | None) -> _When | str | None:
    if isinstance(trigger, ast.Call):
        return _made(module, trigger)
    kind = module.text(trigger)
    if kind == "interval":
        return _interval(module, call)
    return _cron_fields(module, call) if kind == "cron" else None


def _made(module: Module, call: ast.Call) -> _When | str | None:
    """`CronTrigger(hour=2)`, `CronTrigger.from_crontab("0 2 * * *")`, `Cron("0 2 * * *")`, `Period(days=1)`."""
    name = module.last_name(call.func)
    if name == "from_crontab" or (name in ("Cron", "cron") and len(call.args) == 1):
        text = module.text(argument(call, 0, "expr", "cron_string"))
        return None if text is None else _cron(call, text)
    if name == "crontab":
        fields = celery_beat.crontab(module, call, huey=True)
        return None if fields is None else _cron(call, fields)
    if name in ("IntervalTrigger", "Period", "timedelta"):
        return _interval(module, call)
    return _cron_fields(module, call) if name == "CronTrigger" else None


def _cron(node: ast.expr, expression: str) -> _When | str:
    try:
        return _When(node, expression, cron.shortest_gap_s(expression))
    except cron.NotACronError as error:
        return str(error)


def _interval(module: Module, call: ast.Call) -> _When | None:
    given = {k.arg: module.number(k.value) for k in call.keywords if k.arg in _SPANS}
    seconds = sum((value or 0) * _UNIT_S[str(name).removesuffix("s")] for name, value in given.items())
    return _When(call, cron.say_period(seconds), seconds) if seconds > 0 and None not in given.values() else None


def _cron_fields(module: Module, call: ast.Call) -> _When | str | None:
    """APScheduler: fields larger than the smallest one given are "*", smaller ones are at their least."""
    given = {k.arg: _field(module, k.arg, k.value) for k in call.keywords if k.arg in _FIELDS}
    if not given or None in given.values():
        return None
    return _cron(call, _five_fields({str(k): str(v) for k, v in given.items()}))


def _five_fields(given: Mapping[str, str]) -> str:
    smallest = max(_FIELDS.index(name) for name in given)
    fields = {
        name: given.get(name, "*" if position < smallest else _LEAST[name]) for position, name in enumerate(_FIELDS)
    }
    return " ".join(fields[name] for name in ("minute", "hour", "day", "month", "day_of_week"))


def _field(module: Module, name: str | None, node: ast.expr) -> str | None:
    number = module.number(node)
    if number is not None:  # APScheduler counts days of the week from Monday = 0
        return str((int(number) + 1) % 7 if name == "day_of_week" else int(number))
    text = module.text(node)
    return None if text is None else re.sub(r"\s", "", text)


def _every(module: Module, chain: ast.expr) -> _When | None:
    """`schedule.every(10).minutes`, `schedule.every().day.at("10:30")`, `schedule.every().monday`."""
    unit: str | None = None
    node = chain
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            found = node.attr if node.attr in _DAYS else node.attr.removesuffix("s")
            unit = found if found in _UNIT_S or found in _DAYS else unit
            node = node.value
        elif module.last_name(node.func) == "every" and unit is not None:
            count = module.number(node.args[0]) if node.args else 1
            seconds = (count or 0) * _UNIT_S.get(unit, WEEK_S)
            return _When(chain, cron.say_period(seconds), seconds) if seconds > 0 else None
        else:
            node = node.func
    return None
