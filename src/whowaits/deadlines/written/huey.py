"""Huey: @huey.periodic_task(crontab(...))."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.model import Place, Skipped

KIND: Final = "Huey"
WORDS: Final = ("periodic_task",)
_ORDER: Final = ("minute", "hour", "day", "month", "day_of_week")


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each periodic task."""
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and module.last_name(decorator.func).endswith("periodic_task"):
                yield from _task(module, decorator, qualified)


def _task(module: Module, decorator: ast.Call, qualified: str) -> Iterator[Schedule | Skipped]:
    given = argument(decorator, 0, "validate_datetime")
    place = Place(module.path, decorator.lineno)
    if not isinstance(given, ast.Call) or module.last_name(given.func) != "crontab":
        return
    yield from starting(place, KIND, lambda: moments.of_fields(module, given, _ORDER), of_function(module, qualified))
