"""The names under which a function is held, and the calls of what is held under them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from whowaits.code.classes import RUN_FOR, ClassId
from whowaits.code.edges import Node, is_called
from whowaits.code.summary import terminal
from whowaits.code.travels import Spot, Travel
from whowaits.code.uses import lambda_name
from whowaits.code.values import Resolver, Value


class Holders:
    """Where the functions of a tree are held."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._known: dict[Node, list[tuple[str, int]]] = {}

    def calls(self, node: Node) -> list[tuple[str, int]]:
        """Return the calls of something a variable or attribute holds, or a call returned, that run the function."""
        if node not in self._known:
            travel = Travel(self.resolver, "FBCOSQ", self._running(node), lambda value: value[0] == "C")
            travel.follow(self._spots(node), self.first_names(node))
            self._known[node] = [
                c for c in travel.calls if self._is_held(*c) and node in self.resolver.params.callees(*c)
            ]
        return self._known[node]

    def _is_held(self, path: str, number: int) -> bool:
        name = terminal(self.resolver.files[path].calls[number].func)
        return name is None or name in self.resolver.uses.of(path).held or self.resolver.uses.is_held(name)

    def _running(self, node: Node) -> Callable[[Value], bool]:
        """Whether calling a value runs the function, or makes an object that does when it is called."""
        name = self.resolver.scope(*node).name
        called = is_called(self.resolver.scope(*node))

        def runs(value: Value) -> bool:
            kind = value[0]
            if kind in ("F", "B"):
                return (value[1], value[2]) == node
            if called:
                asked = ("O", *value[1:3]) if kind == "C" else value if kind in ("O", "S", "Q") else None
            else:
                asked = value if kind == "C" and name in ("__init__", "__post_init__") else None
            return asked is not None and any(v[1:] == node for v in self.resolver.params.runs(asked))

        return runs

    def _spots(self, node: Node) -> Iterator[Spot]:
        path, number = node
        names = self.first_names(node)
        scope = self.resolver.scope(path, number)
        makes = is_called(scope)
        outer = self.resolver.scope(path, max(scope.parent, 0))
        local = scope.kind == "lambda" or outer.is_function
        yield Spot(names[0], path if local else None)
        yield from (Spot(name, gives=makes) for name in names[1:])
        yield from self._decorator_spots(path, number)
        if outer.kind == "class":
            yield from self._decorator_spots(path, scope.parent)
        if makes and outer.kind == "class":
            yield from self._object_spots((path, scope.parent), names[1:])

    def _object_spots(self, cls: ClassId, names: Iterable[str]) -> Iterator[Spot]:
        """The names of classes whose objects can be of a class: its ancestors, and protocols that it implements."""
        resolver = self.resolver
        protocols = (
            (path, resolver.scope(path, number).parent)
            for name in ("__call__", *names)
            for path, number in resolver.uses.methods(name)
        )
        above = [*resolver.classes.line(cls)[0], *(p for p in protocols if cls in resolver.classes.below(p))]
        for one in dict.fromkeys(above):
            yield Spot(resolver.scope(*one).name, gives=True)
            yield Spot("self", one[0])

    def _decorator_spots(self, path: str, number: int) -> Iterator[Spot]:
        """The parameters of the tree's decorators that get a function or class."""
        scope = self.resolver.scope(path, number)
        for value in self.resolver.all_of(path, max(scope.parent, 0), scope.decorators):
            if value[0] in ("F", "B"):
                yield from (Spot(p.name, value[1]) for p in self.resolver.scope(value[1], value[2]).params[:2])

    def first_names(self, node: Node) -> list[str]:
        """Return the names by which a function is first known: its own, those of the classes whose objects run it."""
        path, number = node
        scope = self.resolver.scope(path, number)
        if scope.kind == "lambda":
            return [lambda_name(path, number)]
        names = [scope.name, *RUN_FOR.get(scope.name, ())]
        if (is_called(scope) or scope.name in ("__init__", "__post_init__")) and scope.parent > 0:
            owner = (path, scope.parent)
            classes = [owner, *self.resolver.classes.below(owner)]
            names += [self.resolver.scope(*c).name for c in classes]
        return list(dict.fromkeys(names))
