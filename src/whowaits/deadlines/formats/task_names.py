"""Names that tasks are registered under: Celery's @app.task(name="news.tag"), and the assets of Dagster."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.formats.python_module import Module, argument, functions

WORDS: Final = ("task(", "actor(", "asset")
_MENTION: Final = re.compile(r"@[\w.]*(?:task|actor)\([^)]*name\s*=|@[\w.]*asset\b", re.DOTALL)
_DECORATORS: Final = frozenset({"task", "shared_task", "periodic_task", "db_task", "actor"})


def mentions(text: str) -> bool:
    """Whether a decorator in the text gives a task a name."""
    return _MENTION.search(text) is not None


def read(module: Module) -> Iterator[tuple[str, str]]:
    """Yield (registered name, qualified function) of the tasks that are given a name."""
    for qualified, function in functions(module.tree):
        for decorator in function.decorator_list:
            last = module.last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if isinstance(decorator, ast.Call) and last in _DECORATORS:
                name = module.text(argument(decorator, None, "name", "actor_name"))
                if name is not None:
                    yield name, qualified
            elif last == "asset":
                yield asset(function.name), qualified


def asset(name: str) -> str:
    """Return the name that an asset is registered under, apart from the names of tasks."""
    return f"asset {name}"
