"""Celery beat: schedules in dictionaries, and add_periodic_task in a handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.cron import NotACronError
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import started
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "Celery beat"
WORDS: Final = ("beat_schedule", "beat-schedule", "BEAT_SCHEDULE", "CELERYBEAT", "beatschedule", "add_periodic_task")
_ORDER: Final = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
_ZONE: Final = frozenset({"timezone", "CELERY_TIMEZONE", "TIME_ZONE"})


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield the entries of every beat schedule in a file, in the order they are written."""
    timezone, names = _timezone(module), _names(module)
    for node in ast.walk(module.tree):
        pair: tuple[ast.expr, ast.expr] | None = None
        name = names.get(node)
        if isinstance(node, ast.Dict):
            given = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            pair = (given["schedule"], given["task"]) if {"schedule", "task"} <= given.keys() else None
        elif isinstance(node, ast.Call) and module.last_name(node.func) == "dict":
            schedule, task = argument(node, None, "schedule"), argument(node, None, "task")
            pair = (schedule, task) if schedule and task else None
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_periodic_task":
            schedule, task = argument(node, 0, "schedule"), argument(node, 1, "sig")
            pair = (schedule, task) if schedule and task else None
            name = module.text(argument(node, None, "name"))
        if pair is not None:
            yield from _entry(module, *pair, timezone, name)


def _names(module: Module) -> dict[ast.AST, str]:
    """The entries of dictionaries, under the names that stand before them."""
    found: dict[ast.AST, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found[value] = key.value
    return found


def _entry(
    module: Module, schedule: ast.expr, task: ast.expr, timezone: str | None, name: str | None
) -> Iterator[Schedule | Skipped]:
    what = started(module, task)

    def moment() -> When:
        found = _moment(module, schedule, timezone)
        if found is None or not what:
            raise NotACronError("a beat entry whose schedule or task is computed when it runs")
        return found._replace(timezone=found.timezone or timezone)

    yield from starting(Place(module.path, schedule.lineno), KIND, moment, what, name)


def _moment(module: Module, node: ast.expr, timezone: str | None) -> When | None:
    node = module.constants.get(node.id, node) if isinstance(node, ast.Name) else node
    if isinstance(node, ast.Call):
        match module.last_name(node.func) or getattr(node.func, "attr", ""):
            case "crontab":
                return moments.of_fields(module, node, _ORDER, timezone=timezone)
            case "from_string":  # crontab.from_string("0 2 * * *")
                return moments.of_cron(module, argument(node, 0))
            case "schedule":
                return moments.of_span(module, argument(node, 0, "run_every"))
    return moments.of_span(module, node)


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
