"""Loops in Python that never end, start another program and sleep: schedulers written by hand around a process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import commands_in
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.model import MINUTE_S, Place, Skipped

KIND: Final = "a loop in Python"
WORDS: Final = ("subprocess", "os.system", "runpy", "call_command")


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield what such loops start. What they call themselves is followed as code, and needs no schedule."""
    for node in module.statements:
        if isinstance(node, ast.While) and _is_endless(node) and (sleep := _sleep(module, node)) is not None:
            place = Place(module.path, node.lineno)
            yield from starting(place, KIND, partial(moments.of_span, module, sleep), commands_in(module, node))


def _is_endless(node: ast.While) -> bool:
    """`while True` without a way out: one that leaves after a success tries again, and is no schedule."""
    leaves = any(isinstance(below, ast.Break | ast.Return) for below in ast.walk(node))
    return isinstance(node.test, ast.Constant) and bool(node.test.value) and not leaves


def _sleep(module: Module, node: ast.While) -> ast.expr | None:
    """How long it sleeps; None where that is less than a minute, which keeps a program alive."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and module.last_name(call.func) == "sleep":
            seconds = argument(call, 0, "seconds", "delay")
            return seconds if (module.seconds(seconds) or 0) >= MINUTE_S else None
    return None
