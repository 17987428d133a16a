"""AWS CDK in Python: rules with events.Schedule, and the functions that they target."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "EventBridge"
WORDS: Final = ("aws_cdk",)
_FUNCTIONS: Final = frozenset({"Function", "PythonFunction", "DockerImageFunction"})
_UNITS: Final = frozenset({"minutes", "hours", "days"})


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that a rule with a time targets."""
    for call in module.calls():
        given = argument(call, None, "schedule")
        if isinstance(given, ast.Call) and "Schedule" in (module.name(given.func) or ""):
            moment = partial(_moment, module, given)
            yield from starting(Place(module.path, given.lineno), KIND, moment, _started(module, call))


def _moment(module: Module, call: ast.Call) -> When | None:
    """`Schedule.rate(Duration.hours(6))`, `.cron(minute="0", hour="4")`, `.expression("rate(1 day)")`."""
    match getattr(call.func, "attr", ""):
        case "expression":
            text = module.text(argument(call, 0, "expression"))
            return None if text is None else when.of_aws(text)
        case "cron":
            return moments.of_fields(module, call, rest="*", timezone="UTC")
        case "rate":
            span = argument(call, 0, "duration")
            unit = getattr(span.func, "attr", "") if isinstance(span, ast.Call) else ""
            count = module.number(argument(span, 0, "amount")) if isinstance(span, ast.Call) else None
            return when.of_span(count * moments.UNIT_S[unit.removesuffix("s")]) if unit in _UNITS and count else None
    return None


def _started(module: Module, rule: ast.Call) -> Iterator[Target]:
    """The functions among the targets of a rule, and those that are added to it later."""
    given = [argument(rule, None, "targets", "target")]
    names = [name for name, value in module.constants.items() if value is rule]
    for call in module.calls():
        if getattr(call.func, "attr", "") == "add_target" and isinstance(call.func, ast.Attribute):
            owner = call.func.value
            if isinstance(owner, ast.Name) and owner.id in names:
                given += call.args
    for node in (below for each in given if each is not None for below in ast.walk(each)):
        made = module.constants.get(node.id) if isinstance(node, ast.Name) else node
        if isinstance(made, ast.Call) and module.last_name(made.func) in _FUNCTIONS:
            yield from _function(module, made)


def _function(module: Module, call: ast.Call) -> Iterator[Target]:
    code, handler = argument(call, None, "code"), module.text(argument(call, None, "handler"))
    folder = module.text(argument(call, None, "entry")) or ""
    if isinstance(code, ast.Call) and code.args:
        folder = module.text(code.args[0]) or ""
    index = module.text(argument(call, None, "index"))
    if module.last_name(call.func) == "PythonFunction":
        handler = f"{PurePosixPath(index or 'index.py')}:{handler or 'handler'}"
    if handler is not None:
        yield Target("entry", handler, folder)
