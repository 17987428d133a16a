"""APScheduler and its relatives: add_job, scheduled_job, Flask-APScheduler's task and JOBS."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function, started
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, Started, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "APScheduler"
WORDS: Final = ("add_job", "scheduled_job", "add_schedule", "apscheduler")
_METHODS: Final = {"add_job": "trigger", "add_schedule": "trigger"}
_DECORATORS: Final = frozenset({"scheduled_job", "task"})


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that a scheduler in this file is told to run."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _METHODS:
            yield from _at(module, node, argument(node, 1, "trigger"), started(module, argument(node, 0, "func")))
        elif isinstance(node, ast.Dict):
            yield from _configured(module, node)
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") in _DECORATORS:
                yield from _at(module, decorator, argument(decorator, 0, "trigger"), of_function(module, qualified))


def trigger(module: Module, call: ast.Call, node: ast.expr | None) -> When | None:
    """Return when a trigger fires, given as an object or by its name with the rest among the keywords of `call`."""
    node = module.constants.get(node.id, node) if isinstance(node, ast.Name) else node
    if isinstance(node, ast.Call):
        return _made(module, node)
    match module.text(node):
        case "interval":
            return moments.of_parts(module, call)
        case "cron":
            return moments.of_fields(module, call, rest="least", monday=0)
    return None


def _made(module: Module, call: ast.Call) -> When | None:
    match module.last_name(call.func) or getattr(call.func, "attr", ""):
        case "from_crontab":
            return moments.of_cron(module, argument(call, 0, "expr"), argument(call, 1, "timezone"))
        case "CronTrigger":
            return moments.of_fields(module, call, rest="least", monday=0)
        case "IntervalTrigger":
            return moments.of_parts(module, call)
    return None


def _at(module: Module, call: ast.Call, node: ast.expr | None, what: list[Started]) -> Iterator[Schedule | Skipped]:
    place = Place(module.path, call.lineno)
    named = module.text(argument(call, None, "id")) or module.text(argument(call, None, "name"))
    yield from starting(place, KIND, lambda: trigger(module, call, node), what, named)


def _configured(module: Module, node: ast.Dict) -> Iterator[Schedule | Skipped]:
    """`{"id": "tag", "func": "jobs:tag", "trigger": "cron", "hour": 2}` in the settings of Flask-APScheduler."""
    given = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
    if not {"func", "trigger"} <= given.keys():
        return
    keywords = [ast.keyword(arg=name, value=value) for name, value in given.items() if isinstance(name, str)]
    call = ast.Call(func=ast.Name("add_job"), args=[], keywords=keywords, lineno=node.lineno)
    yield from _at(module, call, given["trigger"], started(module, given["func"]))
