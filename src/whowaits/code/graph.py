"""Who calls a function: directly, or by handing it to something that does."""

from __future__ import annotations

from whowaits.code.edges import Edge, Hop, Node, call_of, node_of
from whowaits.code.holders import Holders
from whowaits.code.qualified import QualifiedNames
from whowaits.code.summary import Call
from whowaits.code.tracker import Tracker
from whowaits.code.values import Resolver


class Graph:
    """The call graph of a tree, found upwards and on demand."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.names = QualifiedNames(resolver)
        self._holders = Holders(resolver)
        self._edges: dict[Node, tuple[Edge, ...]] = {}

    def node(self, path: str, scope: int) -> Node:
        """Return the function, lambda or module that runs what stands in `scope`."""
        return node_of(self.resolver, path, scope)

    def call_of(self, hop: Hop) -> Call:
        """Return the call that a hop stands for."""
        return call_of(self.resolver, hop)

    def callers(self, node: Node) -> tuple[Edge, ...]:
        """Return the ways up from a function, in a fixed order."""
        if node not in self._edges:
            self._edges[node] = Tracker(self.resolver, self._holders, self.names, node).run()
        return self._edges[node]
