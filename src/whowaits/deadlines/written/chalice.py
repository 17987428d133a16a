"""Chalice: @app.schedule(Rate(1, unit=Rate.DAYS)), Cron(...) and plain expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.formats.callables import of_function
from whowaits.deadlines.formats.moments import UNIT_S
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "EventBridge"
WORDS: Final = ("chalice",)


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function of a Chalice app that runs by the clock."""
    if not any(name.startswith("chalice") for name in module.imports.values()):
        return
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and module.last_name(decorator.func) == "schedule":
                moment = partial(_moment, module, argument(decorator, 0, "expression"))
                yield from starting(Place(module.path, decorator.lineno), KIND, moment, of_function(module, qualified))


def _moment(module: Module, node: ast.expr | None) -> When | None:
    """`"rate(1 hour)"`, `Rate(1, unit=Rate.HOURS)`, `Cron(0, 18, "?", "*", "MON-FRI", "*")`."""
    if isinstance(node, ast.Call) and module.last_name(node.func) == "Rate":
        unit = argument(node, 1, "unit")
        name = "" if unit is None else module.last_name(unit).lower().removesuffix("s")
        count = module.number(argument(node, 0, "value"))
        return when.of_span(count * UNIT_S[name]) if count and name in UNIT_S else None
    if isinstance(node, ast.Call) and module.last_name(node.func) == "Cron":
        fields = [module.text(field) or f"{module.number(field) or 0:g}" for field in node.args]
        return when.of_aws(f"cron({' '.join(fields)})")
    text = module.text(node)
    return None if text is None else when.of_aws(text)
