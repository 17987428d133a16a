"""How long a function sleeps where it says so by a name: a constant, an option's default, an attribute of its class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.formats.python_module import Module, argument

SLEEPS: Final = ("sleep", "wait")


class Pauses:
    """The pauses of one file or cell."""

    def __init__(self, path: str, text: str) -> None:
        self._module = _parsed(path, text)
        if self._module is not None:
            self._module.constants = {**dict(_of_objects(self._module.tree)), **self._module.constants}

    def between(self, first: int, last: int) -> tuple[tuple[int, float], ...]:
        """The lines in a range of which it is known how many seconds they sleep, with those."""
        if self._module is None:
            return ()
        tree = self._module.tree
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        around = [f for f in functions if first <= f.lineno <= last]
        constants = self._module.constants
        self._module.constants = {**constants, **dict(pair for f in around for pair in _defaults(f))}
        slept = [(call.lineno, self._seconds(call)) for call in _sleeping(self._module, first, last)]
        self._module.constants = constants
        return tuple(sorted((line, seconds) for line, seconds in slept if seconds is not None and seconds > 0))

    def _seconds(self, call: ast.Call) -> float | None:
        length = argument(call, 0, "seconds", "delay", "timeout")
        return None if length is None or self._module is None else self._module.seconds(_Own().visit(length))


def _parsed(path: str, text: str) -> Module | None:
    try:
        return Module(path, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of_objects(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What constructors give attributes, and the defaults of what they are given."""
    made = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    for function in made:
        yield from _defaults(function)
    stores = (n for function in made for n in ast.walk(function) if isinstance(n, ast.Assign))
    for store in stores:
        for target in store.targets:
            named = isinstance(store.value, ast.Name) and store.value.id
            if isinstance(target, ast.Attribute) and target.attr != named:
                yield target.attr, store.value


def _sleeping(module: Module, first: int, last: int) -> Iterator[ast.Call]:
    for call in module.calls():
        if first <= call.lineno <= last and module.last_name(call.func) in SLEEPS:
            yield call


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    yield from ((p.arg, d) for p, d in zip(plain[::-1], given.defaults[::-1], strict=False))
    yield from ((p.arg, d) for p, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is not None)


class _Own(ast.NodeTransformer):
    """Reads an attribute of the own object as the name that its class or constructor gives a value."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        return ast.copy_location(ast.Name(node.attr, ast.Load()), node) if own else self.generic_visit(node)  # type: ignore[return-value]
