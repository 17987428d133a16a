"""Decorators that are nothing but a timer: fastapi-utils' repeat_every, discord's tasks.loop, aiocron, periodiq."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import DAY_S, Place, Skipped

KIND: Final = "a timer"
WORDS: Final = ("repeat_every", "tasks.loop", "crontab(", "cron(", "rocketry")


def _span(module: Module, call: ast.Call) -> When | None:
    """Every so many seconds, or at a time of the day. What ends after some times is no schedule."""
    if argument(call, None, "count", "max_repetitions") is not None:
        return None
    span = moments.of_span(module, argument(call, None, "seconds")) or moments.of_parts(module, call)
    return span or (_daily(module, call) if argument(call, None, "time") is not None else None)


def _daily(module: Module, call: ast.Call) -> When | None:
    """discord's `time=datetime.time(...)`; of several times the gaps are not worked out."""
    given = argument(call, None, "time")
    if isinstance(given, ast.Name):
        given = module.constants.get(given.id, given)
    several = isinstance(given, ast.List | ast.Tuple) and len(given.elts) != 1
    return None if several else when.of_span(DAY_S)


def _text(module: Module, call: ast.Call) -> When | None:
    return moments.of_cron(
        module, argument(call, 0, "spec", "cron_spec", "expr"), argument(call, None, "tz", "timezone")
    )


def _fields_or_text(module: Module, call: ast.Call) -> When | None:
    return moments.of_fields(module, call) if call.keywords and not call.args else _text(module, call)


def _words(module: Module, call: ast.Call) -> When | None:
    text = module.text(argument(call, 0, "start_cond"))
    return None if text is None or not text.startswith(("every", "*")) else when.of_words(text)


def _in_keyword(name: str) -> Callable[[Module, ast.Call], When | None]:
    def read(module: Module, call: ast.Call) -> When | None:
        made = argument(call, None, name)
        return _text(module, made) if isinstance(made, ast.Call) else None

    return read


_READ: Final[Mapping[str, Callable[[Module, ast.Call], When | None]]] = {
    "repeat_every": _span,  # fastapi-utils, fastapi-utilities
    "tasks.loop": _span,  # discord.ext
    "aiocron.crontab": _text,
    "crontab.job": _fields_or_text,  # Flask-Crontab
    "dramatiq_crontab.cron": _text,
    "repeat_at": lambda module, call: moments.of_cron(module, argument(call, None, "cron")),  # fastapi-utilities
    "actor": _in_keyword("periodic"),  # periodiq: @dramatiq.actor(periodic=cron("0 * * * *"))
    "app.task": _words,  # Rocketry
}


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that such a decorator stands above."""
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and (read := _reader(module, decorator)) is not None:
                place = Place(module.path, decorator.lineno)
                yield from starting(place, KIND, partial(read, module, decorator), of_function(module, qualified))


def _reader(module: Module, call: ast.Call) -> Callable[[Module, ast.Call], When | None] | None:
    name = module.name(call.func) or ""
    fitting = (read for end, read in _READ.items() if name == end or name.endswith(f".{end}"))
    return next(fitting, None)
