"""python-crontab: a program that writes lines into a crontab: cron.new(command=...), job.setall("0 2 * * *")."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import targets
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "crontab"
WORDS: Final = ("CronTab",)


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each time that is set on a line with a command."""
    jobs = {name: value for name, value in module.constants.items() if _is_new(value)}
    for call in module.calls():
        owner = call.func
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        if isinstance(owner, ast.Name) and owner.id in jobs and isinstance(call.func, ast.Attribute):
            made = jobs[owner.id]
            command = module.text(argument(made, 0, "command")) if isinstance(made, ast.Call) else None
            moment = partial(_moment, module, call, call.func)
            yield from starting(Place(module.path, call.lineno), KIND, moment, targets(command or ""))


def _is_new(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "new"


def _moment(module: Module, call: ast.Call, method: ast.Attribute) -> When | None:
    """`job.setall("0 2 * * *")`, `job.every(2).days()`, `job.hour.every(4)`, `job.every_reboot()` (which is none)."""
    if method.attr == "setall" and len(call.args) == 1:
        return moments.of_cron(module, call.args[0])
    unit, of = method.attr.removesuffix("s"), method.value
    if unit in moments.UNIT_S and isinstance(of, ast.Call) and getattr(of.func, "attr", "") == "every":
        return when.of_span((module.number(argument(of, 0)) or 1) * moments.UNIT_S[unit])
    if method.attr == "every" and isinstance(of, ast.Attribute) and of.attr in moments.UNIT_S:
        return when.of_span((module.number(argument(call, 0)) or 1) * moments.UNIT_S[of.attr])
    return None
