"""Celery beat: schedules in dictionaries, and add_periodic_task in a handler."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines import cron
from whowaits.deadlines.commands import Target
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.written.python_values import Module, argument
from whowaits.model import Place, Skipped

KIND: Final = "Celery beat"
FIELDS: Final = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
_POSITIONAL: Final = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
_HUEY: Final = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
_SHORT: Final = {"day": "day_of_month", "month": "month_of_year"}
_MENTION: Final = re.compile(r"beat_?schedule|add_periodic_task", re.IGNORECASE)
_NAMES: Final = re.compile(
    r"\b(sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]+\b", re.IGNORECASE
)
"""Days and months written in full, which cron knows by three letters and Celery by any number of them."""
_ZONE: Final = frozenset({"timezone", "CELERY_TIMEZONE", "TIME_ZONE"})


def mentions(text: str) -> bool:
    """Whether the text speaks of beat at all."""
    return _MENTION.search(text) is not None


def read(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield the entries of every beat schedule in a file, in the order they are written."""
    timezone = _timezone(module)
    for node in ast.walk(module.tree):
        pair: tuple[ast.expr, ast.expr] | None = None
        if isinstance(node, ast.Dict):
            given = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            pair = (given["schedule"], given["task"]) if {"schedule", "task"} <= given.keys() else None
        elif isinstance(node, ast.Call) and module.last_name(node.func) == "dict":
            schedule, task = argument(node, None, "schedule"), argument(node, None, "task")
            pair = (schedule, task) if schedule and task else None
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_periodic_task":
            schedule, task = argument(node, 0, "schedule"), argument(node, 1, "sig")
            pair = (schedule, task) if schedule and task else None
        if pair is not None:
            yield _entry(module, *pair, timezone)


def crontab(module: Module, call: ast.Call, *, huey: bool = False) -> str | None:
    """Return the cron expression of `crontab(minute=0, hour="*/3")`, None when a part is computed.

    Huey's crontab has the same fields as Celery's, in another order and with shorter names.
    """
    given = dict(zip(_HUEY if huey else _POSITIONAL, call.args, strict=False))
    given.update({_SHORT.get(k.arg, k.arg): k.value for k in call.keywords if k.arg})
    fields = ["*" if name not in given else _field(module, given[name]) for name in FIELDS]
    return None if None in fields else " ".join(f for f in fields if f is not None)


def expression(module: Module, node: ast.expr) -> tuple[str, float] | None:
    """Return (as written, shortest gap in seconds) of what a beat schedule may be; None when it is computed."""
    node = module.constants.get(node.id, node) if isinstance(node, ast.Name) else node
    if isinstance(node, ast.Call) and module.last_name(node.func) == "crontab":
        fields = crontab(module, node)
        return None if fields is None else (fields, cron.shortest_gap_s(fields))
    seconds = module.seconds(node)
    return None if not seconds or seconds < 0 else (cron.say_period(seconds), seconds)


def started(module: Module, node: ast.expr) -> tuple[Target, str | None, str | None] | None:
    """Return what a task expression names: (target, path, function); path is known for functions of this file."""
    text = module.text(node)
    if text is not None:
        return Target("task", text), None, None
    while isinstance(node, ast.Call):  # tag.s(1), tag.si(), app.signature("tasks.tag")
        literal = module.text(node.args[0]) if node.args else None
        if literal is not None and module.last_name(node.func) in ("signature", "Signature", "subtask"):
            return Target("task", literal), None, None
        node = node.func
    if isinstance(node, ast.Attribute) and node.attr in ("s", "si", "signature", "subtask", "name", "delay"):
        node = node.value
    name = module.name(node)
    if name is None:
        return None
    if name in module.functions:
        return Target("function", name), module.path, module.functions[name]
    return Target("task", name), None, None


def _entry(module: Module, schedule: ast.expr, task: ast.expr, timezone: str | None) -> Schedule | Skipped:
    place = Place(module.path, schedule.lineno)
    try:
        when = expression(module, schedule)
    except cron.NotACronError as error:
        return Skipped(place, str(error))
    what = started(module, task)
    if when is None or what is None:
        return Skipped(place, "a beat entry whose schedule or task is computed when it runs")
    target, path, function = what
    return Schedule(place, KIND, when[0], when[1], target, timezone, path, function)


def _field(module: Module, node: ast.expr) -> str | None:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [_field(module, item) for item in node.elts]
        return None if None in parts or not parts else ",".join(p for p in parts if p is not None)
    number = module.number(node)
    text = module.text(node) if number is None else str(int(number))
    return None if text is None else _NAMES.sub(r"\1", re.sub(r"\s*,\s*", ",", text.strip()))


def _timezone(module: Module) -> str | None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign):
            for goal in node.targets:
                name = goal.attr if isinstance(goal, ast.Attribute) else goal.id if isinstance(goal, ast.Name) else ""
                if name in _ZONE and (text := module.text(node.value)):
                    return text
        elif isinstance(node, ast.keyword) and node.arg == "timezone" and (text := module.text(node.value)):
            return text
    return None
