"""The library `schedule`: schedule.every().day.at("10:30").do(job) and @repeat(every().hour)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.formats.callables import of_function, started
from whowaits.deadlines.formats.moments import UNIT_S
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import WEEK_S, Place, Skipped

KIND: Final = "schedule"
WORDS: Final = ("every(",)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that is run every so often."""
    for node in module.calls():
        if isinstance(node.func, ast.Attribute) and node.func.attr == "do" and node.args:
            place = Place(module.path, node.func.value.lineno)
            yield from starting(place, KIND, partial(_every, module, node.func.value), started(module, node.args[0]))
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and module.last_name(decorator.func) == "repeat" and decorator.args:
                place = Place(module.path, decorator.lineno)
                yield from starting(
                    place, KIND, partial(_every, module, decorator.args[0]), of_function(module, qualified)
                )


def _every(module: Module, chain: ast.expr) -> When | None:
    """`schedule.every(10).minutes`, `schedule.every().day.at("10:30", "Europe/Berlin")`, `every().monday`."""
    unit, timezone, clock = "", None, None
    node = chain
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            name = node.attr if node.attr in _DAYS else node.attr.removesuffix("s")
            unit = name if name in UNIT_S or name in _DAYS else unit
            node = node.value
        elif module.last_name(node.func) == "every" and unit:
            count = module.number(node.args[0]) if node.args else 1
            seconds = (count or 0) * UNIT_S.get(unit, WEEK_S)
            return when.of_span(seconds)._replace(timezone=timezone, clock=clock) if seconds > 0 else None
        else:
            if getattr(node.func, "attr", "") == "at":
                timezone = module.text(argument(node, 1, "tz"))
                clock = when.clock_of(module.text(argument(node, 0, "time_str")) or "")
            node = node.func
    return None
