"""Django: CRONJOBS of django-crontab, RUN_EVERY_MINS of django-cron, schedule(...) of Django Q."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function, started
from whowaits.deadlines.formats.python_module import Module, argument, assigned
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S, Place, Skipped

KIND: Final = "Django"
WORDS: Final = ("CRONJOBS", "CronJobBase", "django_q")
_COMMAND: Final = "django.core.management.call_command"
_Q_PERIODS_S: Final = {
    "MINUTES": MINUTE_S, "HOURLY": HOUR_S, "DAILY": DAY_S, "WEEKLY": WEEK_S, "BIWEEKLY": 2 * WEEK_S,
    "MONTHLY": 28 * DAY_S, "BIMONTHLY": 59 * DAY_S, "QUARTERLY": 90 * DAY_S, "YEARLY": 365 * DAY_S,
}  # fmt: skip
_Q_CODES: Final = {
    "I": "MINUTES", "H": "HOURLY", "D": "DAILY", "W": "WEEKLY", "BW": "BIWEEKLY", "M": "MONTHLY", "BM": "BIMONTHLY",
    "Q": "QUARTERLY", "Y": "YEARLY", "C": "CRON",
}  # fmt: skip
"""What `Schedule.DAILY` and the like hold."""


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each job in these settings, classes and calls."""
    for statement in module.statements:
        for name, value in assigned(statement):
            if name == "CRONJOBS" and isinstance(value, ast.List | ast.Tuple):
                for row in value.elts:
                    yield from _row(module, row)
    for cls in module.classes:
        yield from _class(module, cls)
    for call in module.calls():
        if module.name(call.func) in ("django_q.tasks.schedule", "django_q.models.Schedule.objects.create"):
            yield from _queued(module, call)


def _row(module: Module, row: ast.expr) -> Iterator[Schedule | Skipped]:
    """`("0 2 * * *", "news.cron.tag")` or `("0 2 * * *", "django.core.management.call_command", ["tag"])`."""
    if not isinstance(row, ast.Tuple | ast.List) or len(row.elts) < 2:
        return
    place = Place(module.path, row.lineno)
    job, told = module.text(row.elts[1]), row.elts[2] if len(row.elts) > 2 else None
    if job == _COMMAND and isinstance(told, ast.List | ast.Tuple) and told.elts:
        command = module.text(told.elts[0])
        what = [Target("management", command)] if command else []
    else:
        what = [Target("task", job)] if job else []
    yield from starting(place, KIND, lambda: moments.of_cron(module, row.elts[0]), what)


def _class(module: Module, cls: ast.ClassDef) -> Iterator[Schedule | Skipped]:
    if not any(module.last_name(base) == "CronJobBase" for base in cls.bases):
        return
    named = {name: value for statement in cls.body for name, value in assigned(statement)}
    made = named.get("schedule")
    given = argument(made, 0, "run_every_mins") if isinstance(made, ast.Call) else None
    minutes = module.number(named.get(given.id, given) if isinstance(given, ast.Name) else given)
    if isinstance(made, ast.Call) and argument(made, 1, "run_at_times") is not None:
        minutes = DAY_S / MINUTE_S
    if minutes:
        seconds = minutes * MINUTE_S
        place = Place(module.path, cls.lineno)
        yield from starting(place, KIND, lambda: when.of_span(seconds), of_function(module, f"{cls.name}.do"))


def _queued(module: Module, call: ast.Call) -> Iterator[Schedule | Skipped]:
    place = Place(module.path, call.lineno)
    yield from starting(place, KIND, lambda: _of_type(module, call), started(module, argument(call, 0, "func")))


def _of_type(module: Module, call: ast.Call) -> When | None:
    kind = argument(call, None, "schedule_type")
    name = "" if kind is None else _Q_CODES.get(module.text(kind) or "", module.last_name(kind))
    if name == "CRON":
        return moments.of_cron(module, argument(call, None, "cron"))
    count = (module.number(argument(call, None, "minutes")) or 1) if name == "MINUTES" else 1
    return when.of_span(count * _Q_PERIODS_S[name]) if name in _Q_PERIODS_S else None
