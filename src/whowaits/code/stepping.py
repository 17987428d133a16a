"""The step that a call on the way up to a model is: the function it stands in, and what is around it there."""

from __future__ import annotations

import bisect
from typing import cast

from whowaits.code.edges import Hop, Node
from whowaits.code.graph import Graph
from whowaits.code.leads import FunctionId
from whowaits.code.persons import Persons
from whowaits.code.site import Enclosure, Kind, Step
from whowaits.code.summary import Scope


class Steps:
    """Makes the steps of one tree, each once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.resolver = graph.resolver
        self._persons = Persons(graph.resolver)
        self._known: dict[Hop, Step] = {}

    def step(self, hop: Hop) -> Step:
        """Return the function that a call stands in, with the call."""
        if hop not in self._known:
            self._known[hop] = self._step(hop)
        return self._known[hop]

    def _function(self, hop: Hop) -> tuple[str, int, Scope]:
        """The function of the tree that a call stands in, that around a lambda."""
        path, number = self.graph.node(hop.path, self.graph.call_of(hop).scope)
        scope = self.resolver.scope(path, number)
        while scope.kind == "lambda":
            number = self.graph.node(path, max(scope.parent, 0))[1]
            scope = self.resolver.scope(path, number)
        return path, number, scope

    def stands(self, hop: Hop) -> tuple[FunctionId, int]:
        """Return the function that a call stands in, and the line."""
        path, _, scope = self._function(hop)
        call = self.graph.call_of(hop)
        cell, line = self.in_cell(path, call.line)
        return (path, cell, scope.qualname, self._extent(path, scope, call.line)[0]), line

    def _step(self, hop: Hop) -> Step:
        call = self.graph.call_of(hop)
        path, number, scope = self._function(hop)
        cell, line = self.in_cell(path, call.line)
        first, last = self._extent(path, scope, call.line)
        return Step(
            path=path,
            cell=cell,
            function=scope.qualname,
            first_line=first,
            last_line=last,
            line=line,
            end_line=line + call.end_line - call.line,
            column=call.column,
            through=hop.through,
            enclosures=self.enclosures(path, call.enclosure, call.scope),
            asks=self._asks((path, number), hop.number, cell),
        )

    def _asks(self, function: Node, leading: int, cell: int | None) -> tuple[int, ...]:
        """The lines of a function, in a notebook of the same cell, at which it asks a person."""
        path = function[0]
        calls = self.resolver.files[path].calls
        at = (self.in_cell(path, calls[n].line) for n in self._persons.asked_by(function, leading))
        return tuple(sorted({line for number, line in at if number == cell}))

    def _extent(self, path: str, scope: Scope, line: int) -> tuple[int, int]:
        """The lines of a function; of code outside of any function, the whole file or cell."""
        starts = self.resolver.files[path].cells
        if scope.kind != "module" or not starts:
            return self.in_cell(path, scope.first_line)[1], self.in_cell(path, scope.last_line)[1]
        number = bisect.bisect_right(starts, line)
        end = starts[number] - 1 if number < len(starts) else scope.last_line
        return 1, max(1, end - starts[number - 1] + 1)

    def in_cell(self, path: str, line: int) -> tuple[int | None, int]:
        """Return the cell of a notebook that a line is in, and the line in it."""
        starts = self.resolver.files[path].cells
        if not starts:
            return None, line
        number = bisect.bisect_right(starts, line)
        return number, line - starts[number - 1] + 1

    def enclosures(self, path: str, fence: int, scope: int) -> tuple[Enclosure, ...]:
        """Return what encloses a call up to the body of its function, a lambda around it included."""
        fences = self.resolver.files[path].fences
        found = []
        while fence >= 0:
            kind, line, end_line, fence = fences[fence]
            found.append(self._enclosure(path, kind, line, end_line))
        here = self.resolver.scope(path, self.graph.node(path, scope)[1])
        if here.kind == "lambda":
            found.append(self._enclosure(path, "lambda", here.line, here.last_line))
        return tuple(found)

    def _enclosure(self, path: str, kind: str, line: int, end_line: int) -> Enclosure:
        start = self.in_cell(path, line)[1]
        return Enclosure(cast(Kind, kind), start, start + end_line - line)
