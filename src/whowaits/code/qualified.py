"""The qualified names of what is called, which is how rules speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whowaits.code.modules import module_name
from whowaits.code.summary import Term, terminal
from whowaits.code.values import Resolver, Value


def plain(name: str) -> str:
    """Return the dotted name without the marks of calls: `concurrent.futures.ThreadPoolExecutor.map`."""
    return re.sub(r'\((?:"[^"]*")?\)', "", name)


class QualifiedNames:
    """The qualified names of functions and classes, of this tree and of others."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def of(self, path: str, scope: int, term: Term) -> tuple[str, ...]:
        """Return the qualified names of what a term means; `*.name` where the object is not known."""
        found = [n for v in self.resolver.of(path, scope, term) for n in self._names_of(v)]
        if not found and (last := terminal(term)):
            found = [f"*.{_below_root(term) or last}" if term[0] == "a" else last]
        return tuple(dict.fromkeys(found))

    def _names_of(self, value: Value) -> Iterator[str]:
        kind = value[0]
        if kind == "X":
            yield plain(value[1])
        elif kind in ("F", "B", "C"):
            yield self.qualified(value[1], value[2])
        elif kind == "A":
            yield from (f"{name}.{value[3]}" for name in self._foreign_decorators(value[1], value[2]) or ["*"])

    def _foreign_decorators(self, path: str, scope: int) -> list[str]:
        here = self.resolver.scope(path, scope)
        terms = [self._called(path, d) for d in here.decorators]
        values = [v for t in terms for v in self.resolver.of(path, max(here.parent, 0), t)]
        return [plain(v[1]) for v in values if v[0] == "X"]

    def _called(self, path: str, term: Term) -> Term:
        """The decorator itself, without the call that gives it arguments."""
        while term and term[0] == "c":
            term = self.resolver.files[path].calls[term[1]].func
        return term

    def qualified(self, path: str, scope: int) -> str:
        """Return the qualified name of a function or class of the tree."""
        return f"{module_name(path)}.{self.resolver.scope(path, scope).qualname}"

    def of_decorator(self, path: str, scope: int, term: Term) -> tuple[str, ...]:
        """Return the names of a decorator, with or without arguments; at least as it is written."""
        term = self._called(path, term)
        found = [n for n in self.of(path, scope, term) if not n.startswith("*")]
        written = _written(term)
        return tuple(dict.fromkeys([*found, *([f"{module_name(path)}.{written}"] if written else [])]))


def _below_root(term: Term) -> str | None:
    """A chain of attributes as it is written, without what it starts at: `udf.register` of `spark.udf.register`."""
    return (_written(term) or "").partition(".")[2] or None


def _written(term: Term) -> str | None:
    if term and term[0] == "n":
        return str(term[1])
    if term and term[0] == "a":
        above = _written(term[1])
        return f"{above}.{term[2]}" if above else str(term[2])
    return None
