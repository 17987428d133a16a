"""Azure Functions: timer triggers, as decorators and in function.json."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats.callables import of_function
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.formats.yaml_nodes import child, items, line_of, roots_of, text_of
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "Azure Functions"
WORDS: Final = ("timer_trigger", "timerTrigger", "azure.functions")
FILES: Final = (("", r"function\.json"),)
_DECORATORS: Final = frozenset({"timer_trigger", "schedule"})


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function with a timer."""
    if not any(name.startswith("azure.functions") for name in module.imports.values()):
        return
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") in _DECORATORS:
                text = module.text(argument(decorator, 0, "schedule"))
                place = Place(module.path, decorator.lineno)
                yield from starting(place, KIND, partial(_moment, text), of_function(module, qualified))


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for the function that a function.json describes."""
    roots, unreadable = roots_of(path, text, "a function")
    yield from unreadable
    for root in roots:
        script = text_of(child(root, "scriptFile")) or "__init__.py"
        target = Target(
            "entry", f"{script}:{text_of(child(root, 'entryPoint')) or 'main'}", str(PurePosixPath(path).parent)
        )
        for binding in items(child(root, "bindings")):
            node = child(binding, "schedule")
            is_timer = text_of(child(binding, "type")) == "timerTrigger" and text_of(child(root, "disabled")) != "true"
            if node is not None and is_timer:
                yield from starting(Place(path, line_of(node)), KIND, partial(_moment, text_of(node)), [target])


def _moment(text: str | None) -> When | None:
    """Six fields with seconds first; `%NAME%` is a setting of the app."""
    return when.ELSEWHERE if text is None or text.startswith("%") else when.of_seconds_first(text, "UTC")
