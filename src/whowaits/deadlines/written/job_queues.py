"""Timers of bots and servers: job_queue.run_repeating of python-telegram-bot, a Timer that starts itself again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import started
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import DAY_S, WEEK_S, Place, Skipped

KIND: Final = "a timer"
WORDS: Final = ("run_repeating", "run_daily", "run_monthly", "Timer(")
_SPANS: Final = {"run_daily": DAY_S, "run_monthly": 4 * WEEK_S}


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that runs again and again."""
    for call in module.calls():
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method == "run_repeating":
            yield from _each(module, call, moments.of_span(module, argument(call, 1, "interval")))
        elif method in _SPANS:
            yield from _each(module, call, when.of_span(_SPANS[method]))
    for _, function in functions(module.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and module.name(node.func) == "threading.Timer" and len(node.args) > 1:
                yield from _again(module, node, function)


def _each(module: Module, call: ast.Call, moment: When | None) -> Iterator[Schedule | Skipped]:
    yield from starting(
        Place(module.path, call.lineno), KIND, lambda: moment, started(module, argument(call, 0, "callback"))
    )


def _again(
    module: Module, call: ast.Call, around: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Schedule | Skipped]:
    """A Timer inside the function that it starts."""
    again = [s for s in started(module, call.args[1]) if (s.function or "").rpartition(".")[2] == around.name]
    place = Place(module.path, call.lineno)
    yield from starting(place, KIND, lambda: moments.of_span(module, call.args[0]), again)
