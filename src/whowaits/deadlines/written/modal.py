"""Modal: @app.function(schedule=modal.Cron(...)) and modal.Period(...), on functions and on classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "Modal"
WORDS: Final = ("Cron(", "Period(")


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that is deployed with one."""
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            given = argument(decorator, None, "schedule") if isinstance(decorator, ast.Call) else None
            given = module.constants.get(given.id, given) if isinstance(given, ast.Name) else given
            if isinstance(given, ast.Call):
                place = Place(module.path, given.lineno)
                yield from starting(place, KIND, partial(_moment, module, given), of_function(module, qualified))


def _moment(module: Module, call: ast.Call) -> When | None:
    match module.last_name(call.func):
        case "Cron":
            zone = argument(call, 1, "timezone") or ast.Constant("UTC")
            return moments.of_cron(module, argument(call, 0, "cron_string"), zone)
        case "Period":
            return moments.of_parts(module, call)
    return None
