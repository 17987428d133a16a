"""arq: cron_jobs of a worker's settings, made with cron(coroutine, hour=..., minute=...)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import started
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.model import Place, Skipped

KIND: Final = "arq"
WORDS: Final = ("cron_jobs",)


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each `cron(...)` of the file."""
    for call in module.calls():
        if module.last_name(call.func) != "cron":
            continue
        moment = partial(moments.of_fields, module, call, ("coroutine",), monday=0)
        yield from starting(
            Place(module.path, call.lineno), KIND, moment, started(module, argument(call, 0, "coroutine"))
        )
