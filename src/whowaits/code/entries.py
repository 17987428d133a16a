"""What starts a function: rules of rules/code that name an entry point, matched against what the index knows."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from whowaits.code.edges import Edge, Node
from whowaits.code.graph import Graph

if TYPE_CHECKING:
    from whowaits.rules import CodeRule


def fits(names: Iterable[str], patterns: Sequence[str]) -> bool:
    """Whether any name fits any pattern."""
    return any(map(_expression(tuple(patterns)).match, names))


@functools.cache
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, patterns)))


class Entries:
    """Matches the rules that name an entry point."""

    def __init__(self, graph: Graph, rules: Iterable[CodeRule], imported: Mapping[str, frozenset[str]]) -> None:
        self.graph = graph
        self.imported = imported
        mine = [r for r in rules if r.says.entry and r.when.fact is None]
        self.by_function = [r for r in mine if not r.when.passed_to]
        self.by_hand = [r for r in mine if r.when.passed_to]
        self._of: dict[Node, tuple[CodeRule, ...]] = {}

    def of(self, node: Node) -> tuple[CodeRule, ...]:
        """Return the rules that make a function or module an entry point."""
        if node not in self._of:
            self._of[node] = tuple(r for r in self.by_function if self._holds(r, node))
        return self._of[node]

    def handed(self, edge: Edge, node: Node) -> tuple[CodeRule, ...]:
        """Return the rules that make a function an entry point because of what it is handed to."""
        if not edge.names:
            return ()
        return tuple(r for r in self.by_hand if fits(edge.names, r.when.passed_to) and self._holds(r, node))

    def _holds(self, rule: CodeRule, node: Node) -> bool:
        when = rule.when
        tests: tuple[tuple[Sequence[str], Callable[[Node], Iterable[str]]], ...] = (
            (when.in_file, lambda n: [n[0]]),
            (when.named, self._names),
            (when.imports, lambda n: self.imported.get(n[0], ())),
            (when.decorated_by, self._decorators),
            (when.subclass_of, self._ancestors),
            (when.calls, self._called),
        )
        return all(not patterns or fits(read(node), patterns) for patterns, read in tests)

    def _names(self, node: Node) -> list[str]:
        scope = self.graph.resolver.scope(*node)
        return [scope.name, scope.qualname]

    def _decorators(self, node: Node) -> list[str]:
        path, number = node
        scope = self.graph.resolver.scope(path, number)
        above = max(scope.parent, 0)
        return [n for term in scope.decorators for n in self.graph.names.of_decorator(path, above, term)]

    def _ancestors(self, node: Node) -> list[str]:
        path, number = node
        parent = self.graph.resolver.scope(path, number).parent
        if parent < 0 or self.graph.resolver.scope(path, parent).kind != "class":
            return []
        mine, outside = self.graph.resolver.classes.line((path, parent))
        return [*outside, *(self.graph.names.qualified(*c) for c in mine[1:])]

    def _called(self, node: Node) -> list[str]:
        path, number = node
        calls = self.graph.resolver.files[path].calls
        mine = [c for c in calls if self.graph.node(path, c.scope) == (path, number)]
        return [n for c in mine for n in self.graph.names.of(path, c.scope, c.func)]
