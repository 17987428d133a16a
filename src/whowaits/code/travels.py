"""Where a value travels: forwards from the names that mean it, to every name and every call's result that may hold it.

`values` looks backwards, from a name to what it can be, and decides. Travels only find out which names are worth asking
about: every way in which `values` gets from one name to another is followed here the other way round, and each step is
asked about before the next one is taken. Of a name that is seen in one file only, no other file is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from whowaits.code.classes import ClassId
from whowaits.code.results import result_of
from whowaits.code.uses import Numbered, Use, lambda_name
from whowaits.code.values import Resolver, Value, Values

MAX_INSIDE: Final = 3
_ENTERED: Final = frozenset({"__enter__", "__aenter__", "__call__"})


class Spot(NamedTuple):
    """A name, in one file or (no `path`) wherever it is mentioned; or the result of call `number` (`name` "").

    `gives`: what is there may be something whose call gives a wanted value.
    """

    name: str
    path: str | None = None
    number: int = -1
    gives: bool = False


class Travel:
    """Follows the values of some `kinds` that are `wanted`; `calls` are those of something that may hold one.

    `makes` tells of which of them the result of a call is wanted too.
    """

    def __init__(
        self,
        resolver: Resolver,
        kinds: str,
        wanted: Callable[[Value], bool],
        makes: Callable[[Value], bool] = lambda value: False,
    ) -> None:
        self.resolver = resolver
        self.kinds = frozenset(kinds) | {"D", "G"}
        self.wanted = wanted
        self.makes = makes
        self.calls: dict[Numbered, None] = {}
        self.names: dict[str, None] = {}
        self._seen: dict[Spot, None] = {}
        self._waiting: deque[Spot] = deque()
        self._givers: set[Numbered] = set()
        self._holders: set[ClassId] = set()
        self._inside: dict[int, bool] = {}
        self._known: frozenset[str] = frozenset()

    def follow(self, spots: Iterable[Spot], known: Iterable[str] = ()) -> None:
        """Follow what is at some spots to the end of its way; the calls of `known` names are not told."""
        self._known = frozenset(known)
        for spot in spots:
            self._visit(spot)
        for path, number, values in self.resolver.computed_attributes():
            if any(value[0] in self.kinds for value in values) and self._holds(values):
                self._visit(Spot("", path, number))
        for use, values in self.resolver.computed_items():
            if any(value[0] in self.kinds for value in values) and self._holds(values):
                self._used(use, self._gives(values))
        while self._waiting:
            spot = self._waiting.popleft()
            if spot.name:
                self._by_name(spot)
            else:
                self._by_result(str(spot.path), spot.number)

    def _visit(self, spot: Spot) -> None:
        if spot not in self._seen and Spot(spot.name, gives=spot.gives) not in self._seen:
            self._seen[spot] = None
            self._waiting.append(spot)

    # -- what holds a wanted value ----------------------------------------------------------------------------

    def _holds(self, values: Values, depth: int = 0) -> bool:
        return any(self._is_or_gives(v, depth) for v in values)

    def _is_or_gives(self, value: Value, depth: int) -> bool:
        kind = value[0]
        if kind in self.kinds and self.wanted(value):
            return True
        if kind in ("F", "B"):
            return (value[1], value[2]) in self._givers
        if kind in ("O", "S", "C", "Q"):
            return bool(self._holders) and any(c in self._holders for c in self.resolver.classes.line(value[1:3])[0])
        return kind in ("D", "G") and depth < MAX_INSIDE and self._is_inside(value[2], depth)

    def _is_inside(self, number: int, depth: int) -> bool:
        """Whether a dictionary holds one."""
        if number not in self._inside:
            self._inside[number] = False
            self._inside[number] = self._holds(self.resolver.entries(number), depth + 1)
        return self._inside[number]

    def _gives(self, values: Values) -> bool:
        return any(self.makes(v) for v in values) or not any(self.wanted(v) for v in values)

    # -- from name to name -------------------------------------------------------------------------------------

    def _by_name(self, spot: Spot) -> None:
        uses = self.resolver.uses
        self.names.setdefault(spot.name)
        for file in [uses.of(spot.path)] if spot.path is not None else uses.mentioning(spot.name):
            for number in file.calls.get(spot.name, ()) if spot.gives or spot.name not in self._known else ():
                self.calls.setdefault((file.path, number))
                if spot.gives:
                    self._check_result(file.path, number)
            for number in file.on.get(spot.name, ()):
                self._check_asked(file.path, number)
            for use in (*file.names.get(spot.name, ()), *file.aliases.get(spot.name, ())):
                values = self.resolver.of(use.path, self._scope_of(use), use.term)
                if self._holds(values):
                    self._used(use, self._gives(values))
            for use in file.typed.get(spot.name, ()):
                self._typed(use)

    def _by_result(self, path: str, number: int) -> None:
        file = self.resolver.uses.of(path)
        gives = self._gives(result_of(self.resolver, path, number))
        for called in file.called_results.get(number, ()):
            self.calls.setdefault((path, called))
            if gives:
                self._check_result(path, called)
        for called in file.on_results.get(number, ()):
            self._check_result(path, called)
        for use in file.results.get(number, ()):
            self._used(use, gives)

    def _check_result(self, path: str, number: int) -> None:
        if self._holds(result_of(self.resolver, path, number)):
            self._visit(Spot("", path, number))

    def _check_asked(self, path: str, number: int) -> None:
        """Look at the result of a method, where what has the method holds a wanted value."""
        call = self.resolver.files[path].calls[number]
        if self._holds(self.resolver.of(path, call.scope, call.func[1])):
            self._check_result(path, number)

    def _scope_of(self, use: Use) -> int:
        return self.resolver.files[use.path].calls[use.number].scope if use.how == "arg" else use.number

    def _used(self, use: Use, gives: bool) -> None:
        if use.how == "arg":
            self._argument(use, gives)
        elif use.how == "on" and isinstance(use.key, int):
            self._check_result(use.path, use.key)
        elif use.how == "called" and isinstance(use.key, int):
            self.calls.setdefault((use.path, use.key))
            self._check_result(use.path, use.key)
        elif use.how == "return":
            self._returned(use.path, use.number)
        elif use.how == "bind":
            self._visit(self._bound(use.path, use.number, str(use.key), gives))
        elif use.how == "default":
            self._visit(Spot(str(use.key), use.path, gives=gives))
        else:
            self._visit(Spot(str(use.key), gives=gives))

    def _typed(self, use: Use) -> None:
        annotation = use.term[1] if use.how == "bind" else use.term
        values = self.resolver.params.instances(use.path, use.number, annotation)
        if self._holds(values):
            gives = self._gives(values)
            local = Spot(str(use.key), use.path, gives=gives)
            self._visit(self._bound(use.path, use.number, str(use.key), gives) if use.how == "bind" else local)

    def _bound(self, path: str, scope: int, name: str, gives: bool) -> Spot:
        """The spot of a name that is bound in a scope: seen in its file only, where that is one of a function."""
        owner = self.resolver.owner(path, scope, name)
        local = owner is not None and self.resolver.scope(path, owner).is_function
        return Spot(name, path if local else None, gives=gives)

    def _argument(self, use: Use, gives: bool) -> None:
        self._check_result(use.path, use.number)
        call = self.resolver.files[use.path].calls[use.number]
        for path, scope in self.resolver.params.callees(use.path, use.number):
            self._passed(path, scope, use.key, gives)
        for cls in (v[1:3] for v in self.resolver.of(use.path, call.scope, call.func) if v[0] == "C"):
            self._field(cls, use.key, gives)
        for value in self.resolver.all_of(use.path, call.scope, call.args):
            if value[0] in ("F", "B"):
                self._passed(value[1], value[2], None, gives)

    def _passed(self, path: str, scope: int, key: int | str | None, gives: bool) -> None:
        """Into the parameters of a function: the named one, else any; a name that it hands on may be one elsewhere."""
        params = self.resolver.scope(path, scope).params
        named = [p for p in params if p.name == key]
        for param in named or params:
            self._visit(Spot(param.name, path, gives=gives))
        if isinstance(key, str) and not named:
            self._visit(Spot(key, gives=gives))

    def _field(self, cls: ClassId, key: int | str | None, gives: bool) -> None:
        """Into the fields of a class without a constructor of its own."""
        if isinstance(key, str):
            self._visit(Spot(key, gives=gives))
            return
        for known in self.resolver.classes.line(cls)[0]:
            binds = self.resolver.scope(*known).binds
            if "__init__" not in binds:
                for name in (k for k, terms in binds.items() if any(t and t[0] == "y" for t in terms)):
                    self._visit(Spot(name, gives=gives))

    def _returned(self, path: str, scope: int) -> None:
        """What a function returns is held by the results of its calls, or, of a property, by its name."""
        if (path, scope) in self._givers:
            return
        self._givers.add((path, scope))
        here = self.resolver.scope(path, scope)
        cls = self.resolver.classes.enclosing(path, scope)
        if here.name in _ENTERED and cls is not None:
            self._holders.add(cls)
        self._inside.clear()
        self._waiting = deque(self._seen)  # what gives a wanted value is looked for everywhere again
        if here.kind == "lambda":
            self._visit(Spot(lambda_name(path, scope), path, gives=True))
            return
        self._visit(self._bound(path, max(here.parent, 0), here.name, True))
        if here.name in _ENTERED and cls is not None:
            self._visit(Spot(self.resolver.scope(*cls).name, gives=True))
