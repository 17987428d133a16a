"""For each call of a model, the ways that lead to it: from an entry point down to the call, as plain data."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from whowaits.code.classes import ClassId
from whowaits.code.collection import no_collection
from whowaits.code.edges import Edge, Hop, Node
from whowaits.code.entries import Entries
from whowaits.code.graph import Graph
from whowaits.code.leads import Leading, function_of
from whowaits.code.matching import Matcher, ModelCall
from whowaits.code.modules import is_test
from whowaits.code.sdk import Sdks
from whowaits.code.site import EntryPoint, Path, Site, Step
from whowaits.code.stepping import Steps
from whowaits.code.summary import Scope
from whowaits.code.values import Resolver

if TYPE_CHECKING:
    from whowaits.code.index import Facts
    from whowaits.rules import Calls, CodeRule

MAX_PATHS: Final = 64
MAX_TEST_PATHS: Final = 8
MAX_VISITS: Final = 3
MAX_JOINING: Final = 200
MAX_TOPS: Final = 5
MAX_STEPS: Final = 24
SELF_HOSTED: Final = frozenset({"self_hosted", "ollama"})


def find_sites(facts: Facts, calls: Calls, code_rules: Iterable[CodeRule]) -> list[Site]:
    """Return every call of a model in the tree, in the order of place, with the ways that lead to it."""
    with no_collection():
        sdks = Sdks(calls)
        resolver = Resolver(facts.files, sdks.roots, sdks.wrappers, sdks.literals)
        graph = Graph(resolver)
        matcher = Matcher(resolver, graph, sdks)
        ways = _Ways(graph, Entries(graph, code_rules, matcher.imported))
        sites = [_site(ways, made) for made in matcher.find()]
        return [replace(site, paths=tuple(ways.leading.told(path) for path in site.paths)) for site in sites]


def _site(ways: _Ways, made: ModelCall) -> Site:
    first = ways.steps.step(Hop(made.path, made.number, made.through))
    return Site(
        path=made.path,
        cell=first.cell,
        line=first.line,
        end_line=first.end_line,
        column=first.column,
        function=first.function,
        call=made.call,
        rule=made.rule,
        provider=made.provider,
        model=made.model,
        kind=made.kind,
        tier=made.tier,
        self_hosted=made.provider in SELF_HOSTED,
        keywords=made.keywords,
        paths=tuple(ways.up(first, ways.node_of(Hop(made.path, made.number)))),
        searched=made.searched,
    )


Passed = frozenset[tuple[Node, ClassId | None]]
Rivals = frozenset[tuple[Node, frozenset[Node]]]
"""A function that ran as a parameter of another one, and all functions that this parameter can be."""


class _Way(NamedTuple):
    """A path under construction. `cls`: the class whose object the last function runs on, as far as it is known.

    `passed`: the functions on the way, each with that class; a function on an object of another class is another one.
    """

    steps: tuple[Step, ...]
    node: Node
    passed: Passed
    cls: ClassId | None
    rivals: Rivals = frozenset()


class _Search(NamedTuple):
    """How far the search for the ways to one call has come.

    `aside` are ways that come from tests, `circles` those that end among functions that only call each other, and
    `joining` those that come to a function from which enough other ways went on.
    """

    visits: Counter[Node]
    aside: list[_Way]
    circles: list[_Way]
    joining: list[_Way]

    def is_open(self, node: Node) -> bool:
        """Whether more ways may go on from a function."""
        return self.visits[node] < MAX_VISITS


def _joined(joining: list[_Way], found: Mapping[Path, _Way]) -> Iterator[Path]:
    """Yield the paths of ways that go on as one that was found does, on an object of the same class."""
    for way in joining[:MAX_JOINING]:
        here, known = function_of(way.steps[-1]), {function_of(step) for step in way.steps}
        for path, other in found.items():
            if (way.node, way.cls) in other.passed and way.rivals <= other.rivals:
                functions = [function_of(step) for step in path.steps]
                at = functions.index(here) + 1 if here in functions else len(functions)
                if here in functions and known.isdisjoint(functions[at:]):
                    yield Path((*way.steps, *path.steps[at:]), path.entry)
                    break


class _Ways:
    """Goes up from a call, breadth first, through everything that calls what holds it."""

    def __init__(self, graph: Graph, entries: Entries) -> None:
        self.graph = graph
        self.entries = entries
        self.resolver = graph.resolver
        self.steps = Steps(graph)
        self.leading = Leading()

    def node_of(self, hop: Hop) -> Node:
        """Return the function that the call stands in."""
        return self.graph.node(hop.path, self.graph.call_of(hop).scope)

    def up(self, first: Step, node: Node) -> list[Path]:
        """Return the paths from `first`, which stands in `node`, shortest first; a few of those through tests."""
        start = self._start((first,), node, frozenset())
        self.leading.add(function_of(first), first.line)
        search = _Search(Counter(), [], [], [])
        most = MAX_PATHS - MAX_TEST_PATHS
        found = self._follow([start], most, search, None if is_test(node[0]) else search.aside)
        found += self._follow(search.aside, MAX_TEST_PATHS, search, None)
        return sorted(found, key=lambda p: len(p.steps)) or [self._top([*search.circles, start][0])]

    def _follow(self, ways: list[_Way], most: int, search: _Search, aside: list[_Way] | None) -> list[Path]:
        """Return up to `most` paths; what comes from a test is put `aside`, where that is asked for."""
        found: dict[Path, _Way] = {}
        waiting = deque(ways)
        while waiting and len(found) < most:
            way = waiting.popleft()
            search.visits[way.node] += 1
            if search.visits[way.node] > MAX_VISITS or len(way.steps) > MAX_STEPS:
                search.circles.append(way)
                search.joining.append(way)
                continue
            if aside is not None and is_test(way.node[0]):
                aside.append(way)
                continue
            ends, further = self._extend(way, search)
            found.update(dict.fromkeys(ends, way))
            waiting.extend(further)
            if not ends and not further and not self._is_overridden(way):
                search.circles.append(way)
        paths = list(found)
        paths += (path for path in _joined(search.joining, found) if path not in found)
        search.joining.clear()
        return paths[:most]

    def _top(self, way: _Way) -> Path:
        """A way to where nothing further up is known: not called, or by tests alone, or among functions in a circle."""
        path, number = way.node
        return Path(way.steps, EntryPoint("none", None, path, *self._at(way.node, self.resolver.scope(path, number))))

    def _start(self, steps: tuple[Step, ...], node: Node, passed: Passed, on: ClassId | None = None) -> _Way:
        parent = self.resolver.scope(*node).parent
        method = parent >= 0 and self.resolver.scope(node[0], parent).kind == "class"
        cls = on or ((node[0], parent) if method else None)
        return _Way(steps, node, passed | {(node, cls)}, cls)

    def _extend(self, way: _Way, search: _Search) -> tuple[list[Path], list[_Way]]:
        """Return the paths that end at the way's function, and the ways that go on from it."""
        scope = self.resolver.scope(*way.node)
        ends = [Path(way.steps, e) for e in self._entry_points(way.node, scope)]
        if scope.kind == "module":
            last = way.steps[-1]
            return ends or [Path(way.steps, EntryPoint("script", None, last.path, last.line, last.cell))], []
        further: list[_Way] = []
        edges = self._used(way.node, self.graph.callers(way.node))
        overridden = self._is_overridden(way)
        if overridden:
            edges = tuple(e for e in edges if self._names_class(e.hops[0]))
        for edge in edges:
            if self._may_run(way, edge):
                for hop in edge.hops:
                    self.leading.add(*self.steps.stands(hop))
        for edge in self._telling_first(edges):
            handed = [self._entry(rule, way.node, scope) for rule in self.entries.handed(edge, way.node)]
            ends += [Path(way.steps, e) for e in dict.fromkeys(handed)]
            if not handed and (more := self._over(way, edge)):
                (further if search.is_open(more.node) else search.joining).append(more)
        if not edges and scope.kind == "lambda":
            further.append(self._out_of_lambda(way, scope))
        elif not (ends or overridden) and (self._only_tested(way.node, edges) or self._is_top(edges, further, search)):
            ends.append(self._top(way))
        return ends, further

    def _is_top(self, edges: tuple[Edge, ...], further: list[_Way], search: _Search) -> bool:
        """Whether nothing calls a function, as far as ways are followed."""
        return not further and all(search.is_open(self.node_of(e.hops[-1])) for e in edges)

    def _only_tested(self, node: Node, edges: tuple[Edge, ...]) -> bool:
        """Whether nothing but tests calls a function, which is there to be used elsewhere then."""
        return bool(edges) and not is_test(node[0]) and all(is_test(self.node_of(e.hops[-1])[0]) for e in edges)

    def _used(self, node: Node, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
        """The ways up from a function, without those by which one that answers people is only made known."""
        if not any(rule.says.waiter == "person" and rule.when.decorated_by for rule in self.entries.of(node)):
            return edges
        return tuple(edge for edge in edges if edge.hops[0].through is None)

    def _telling_first(self, edges: tuple[Edge, ...]) -> list[Edge]:
        """Order the ways up: those with something around the call first, and few of the many that say nothing.

        Several calls in one function with the same around them are one way.
        """
        edges = tuple({self._same_way(e): e for e in reversed(edges)}.values())[::-1]
        told = [e for e in edges if any(h.through or self.graph.call_of(h).enclosure >= 0 for h in e.hops)]
        rest = [e for e in edges if e not in set(told)]
        tops = [e for e in rest if self.resolver.scope(*self.node_of(e.hops[-1])).kind == "module"]
        spare = set(tops[MAX_TOPS:])
        return [*told, *(e for e in rest if e not in spare)]

    def _same_way(self, edge: Edge) -> tuple[object, ...]:
        return tuple((self.node_of(h), h.through, self.graph.call_of(h).enclosure) for h in edge.hops)

    def _entry_points(self, node: Node, scope: Scope) -> list[EntryPoint]:
        """What starts a function; what only may be one counts where nothing else does."""
        found = self.entries.of(node)
        firm = [rule for rule in found if not rule.says.hint]
        return list(dict.fromkeys(self._entry(rule, node, scope) for rule in firm or found))

    def _entry(self, rule: CodeRule, node: Node, scope: Scope) -> EntryPoint:
        return EntryPoint(rule.says.entry or "none", rule.id, node[0], *self._at(node, scope))

    def _at(self, node: Node, scope: Scope) -> tuple[int, int | None]:
        """The line of a function and, in a notebook, the cell it counts in."""
        cell, line = self.steps.in_cell(node[0], scope.line)
        return line, cell

    def _over(self, way: _Way, edge: Edge) -> _Way | None:
        """Return the way extended by an edge, or None where it would pass a function twice or the classes differ.

        A wrapper that several share runs, where it is called, what was wrapped there.
        """
        nodes = [self.node_of(hop) for hop in edge.hops]
        if len(set(nodes)) < len(nodes):
            return None
        if not self._may_run(way, edge):
            return None
        runs = self._runs(edge.hops[0])
        elsewhere = runs - {node for node, _ in way.passed}
        if any(node not in runs and elsewhere & others for node, others in way.rivals):
            return None
        steps = (*way.steps, *(self.steps.step(hop) for hop in edge.hops))
        inner: Passed = frozenset((n, None) for n in nodes[:-1])
        more = self._start(steps, nodes[-1], way.passed | inner)
        if edge.on_self and way.cls and more.cls:
            below = more.cls if way.cls in self._line_of(more.cls) else way.cls
            more = self._start(steps, nodes[-1], way.passed | inner, below)
        again = any(self._is_again(way, n, None) for n in nodes[:-1]) or self._is_again(way, nodes[-1], more.cls)
        rivals = way.rivals | {(way.node, runs)} if len(runs) > 1 else way.rivals
        return None if again else more._replace(rivals=rivals)

    def _may_run(self, way: _Way, edge: Edge) -> bool:
        """Whether what is called may be an object of the class that the way runs on."""
        return not (way.cls and edge.receivers) or any(self._related(r, way.cls) for r in edge.receivers)

    def _runs(self, hop: Hop) -> frozenset[Node]:
        """The functions that a call of a parameter, or of what something holds, can run."""
        return frozenset() if hop.through else frozenset(self.resolver.params.callees(hop.path, hop.number))

    def _is_again(self, way: _Way, node: Node, cls: ClassId | None) -> bool:
        """Whether the way passes the function already, on an object that may be the same."""
        return any(n == node and not (c and cls and not self._related(c, cls)) for n, c in way.passed)

    def _is_overridden(self, way: _Way) -> bool:
        """Whether the object that the way runs on has a method of its own in place of the one the way has come to."""
        path, number = way.node
        scope = self.resolver.scope(path, number)
        if way.cls is None or (path, scope.parent) not in self._line_of(way.cls):
            return False
        has = (c for c in self._line_of(way.cls) if scope.name in self.resolver.scope(*c).binds)
        return next(has, None) != (path, scope.parent)

    def _names_class(self, hop: Hop) -> bool:
        """Whether a method is called on a class by name: `super().run()`, `Base.run(self)`."""
        func = self.graph.call_of(hop).func
        values = self.resolver.of(hop.path, self.graph.call_of(hop).scope, func[1]) if func and func[0] == "a" else ()
        return any(v[0] in ("U", "C") for v in values)

    def _related(self, one: ClassId, other: ClassId) -> bool:
        return self.resolver.classes.related(one, other)

    def _line_of(self, cls: ClassId) -> list[ClassId]:
        return self.resolver.classes.line(cls)[0]

    def _out_of_lambda(self, way: _Way, scope: Scope) -> _Way:
        """A lambda that nothing is seen to call runs, for all we know, where it is written."""
        outside = self.graph.node(way.node[0], max(scope.parent, 0))
        last = way.steps[-1]
        around = self.steps.enclosures(way.node[0], scope.enclosure, max(scope.parent, 0))
        steps = (*way.steps[:-1], replace(last, enclosures=last.enclosures + around))
        return self._start(steps, outside, way.passed)
