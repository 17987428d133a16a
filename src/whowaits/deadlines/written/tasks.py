"""Names that Celery and similar queues register their tasks under: @app.task(name="news.tag")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.written.python_values import Module, argument, functions

_MENTION: Final = re.compile(r"@[\w.]*(?:task|actor)\([^)]*name\s*=", re.DOTALL)
_DECORATORS: Final = frozenset({"task", "shared_task", "periodic_task", "db_task", "actor"})


def mentions(text: str) -> bool:
    """Whether a decorator in the text gives a task a name."""
    return _MENTION.search(text) is not None


def read(module: Module) -> Iterator[tuple[str, str]]:
    """Yield (registered name, qualified function) of the tasks that are given a name."""
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and module.last_name(decorator.func) in _DECORATORS:
                name = module.text(argument(decorator, None, "name", "actor_name"))
                if name is not None:
                    yield name, qualified
