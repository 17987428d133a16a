"""RQ: cron(...) and schedule(..., interval=...) of rq-scheduler, register(..., cron=...) of RQ itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import started
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "RQ"
WORDS: Final = ("rq_scheduler", "rq.cron", "from rq import", "django_rq")


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function that is put into a queue by the clock."""
    for call in module.calls():
        method = call.func.attr if isinstance(call.func, ast.Attribute) else module.last_name(call.func)
        function = argument(call, 0 if method == "register" else 1, "func")
        place = Place(module.path, call.lineno)
        yield from starting(place, KIND, partial(_moment, module, call, method), started(module, function))


def _moment(module: Module, call: ast.Call, method: str) -> When | None:
    match method:
        case "cron":
            return (
                moments.of_cron(module, argument(call, 0, "cron_string"))
                if len(call.args) + len(call.keywords) > 1
                else None
            )
        case "schedule":
            return moments.of_span(module, argument(call, None, "interval"))
        case "register":
            return moments.of_cron(module, argument(call, None, "cron")) or moments.of_span(
                module, argument(call, None, "interval")
            )
    return None
