"""Follows one function to wherever it is called or handed to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from whowaits.code.classes import RUN_FOR, ClassId
from whowaits.code.edges import Edge, Hop, Node, call_of, is_called, node_of
from whowaits.code.holders import Holders
from whowaits.code.modules import is_test
from whowaits.code.objects import takers
from whowaits.code.qualified import QualifiedNames
from whowaits.code.results import WRAPS
from whowaits.code.summary import GROWS, Call, terminal
from whowaits.code.uses import Use
from whowaits.code.values import Resolver, Value

MAX_HOPS: Final = 4
MAX_EDGES: Final = 200
MAX_TASKS: Final = 400
_MAP_CLASSES: Final = ("map_batches", "flat_map", "map_groups")
"""What makes objects of a class it is given and calls them."""
_BINDS: Final = ("bind", "put", "default")
_STORES: Final = (*_BINDS, "attribute")
LOOKED_AT: Final = (
    "builtins.callable", "builtins.len", "builtins.getattr", "builtins.hasattr", "builtins.isinstance", "builtins.id",
    "builtins.repr", "builtins.str", "builtins.type", "builtins.print", "builtins.enumerate", "builtins.vars",
    "inspect.*", "*.iscoroutinefunction", "functools.wraps", "functools.update_wrapper", "dataclasses.field",
    "typing.*", "*.__get__",
)  # fmt: skip
"""Callables that look at a function without running it."""


class _Task(NamedTuple):
    """Follow a function that travels as a `name`, as the `result` of a call, or as a `param` of another function."""

    kind: str
    path: str
    number: int
    name: str
    outer: tuple[Hop, ...]


class Tracker:
    """Follows one function to wherever it is called or handed to."""

    def __init__(self, resolver: Resolver, holders: Holders, names: QualifiedNames, node: Node) -> None:
        self.resolver = resolver
        self.holders = holders
        self.names = names
        self.node = node
        self.scope = self.resolver.scope(*node)
        self.callable = is_called(self.scope)
        self.tasks: deque[_Task] = deque()
        self.seen: set[_Task] = set()
        self.edges: dict[Edge, None] = {}

    def run(self) -> tuple[Edge, ...]:
        """Return the ways up from the function, in a fixed order."""
        if self.scope.kind == "module":
            return ()
        for name in self.holders.first_names(self.node):
            self._follow(_Task("name", "", 0, name, ()))
        for path, number in self.holders.calls(self.node):
            if self.callable or not self._of_parameter(path, number):
                self._add((Hop(path, number),))
        steps = 0
        while self.tasks and len(self.edges) < MAX_EDGES and steps < MAX_TASKS:
            steps += 1
            task = self.tasks.popleft()
            if task.kind == "name":
                self._by_name(task.name)
            elif task.kind == "result":
                self._by_result(task)
            else:
                self._by_param(task)
        if not self._is_used() and self._is_open():
            for path, number in takers(self.resolver, (self.node[0], self.scope.parent)):
                self._hand(path, number, ())
        return tuple(sorted(self.edges, key=lambda e: [(h.path, h.number) for h in reversed(e.hops)]))

    def _is_used(self) -> bool:
        """Whether anything but tests of it calls the function."""
        in_test = is_test(self.node[0])
        return any(in_test or not is_test(hop.path) for edge in self.edges for hop in edge.hops[:1])

    def _is_open(self) -> bool:
        """Whether it is a method that somebody who gets the object may call."""
        inside = self.scope.parent > 0 and self.resolver.scope(self.node[0], self.scope.parent).kind == "class"
        return inside and (not self.scope.name.startswith("_") or self.scope.name == "__call__")

    def _of_parameter(self, path: str, number: int, by_default: bool = False) -> bool:
        """Whether the call is of a parameter: those are followed together with the call that passes it.

        `by_default`: not of one that has a default, which nothing needs to pass.
        """
        call = self.resolver.files[path].calls[number]
        if not call.func or call.func[0] != "n":
            return False
        owner = self.resolver.owner(path, call.scope, call.func[1])
        params = self.resolver.scope(path, owner).params if owner is not None else ()
        return any(p.name == call.func[1] and not (by_default and p.default) for p in params)

    def _follow(self, task: _Task) -> None:
        if task not in self.seen and len(task.outer) < MAX_HOPS:
            self.seen.add(task)
            self.tasks.append(task)

    def _add(self, hops: tuple[Hop, ...], names: tuple[str, ...] = ()) -> None:
        on_self, receivers = self._receiver(hops[0]) if hops[0].through is None else (False, ())
        self.edges.setdefault(Edge(hops, on_self, receivers, names))

    # -- by name ---------------------------------------------------------------------------------------------

    def _by_name(self, name: str) -> None:
        uses = self.resolver.uses
        for path, number in uses.calls(name):
            if self.node in self.resolver.params.callees(path, number):
                if not self._of_parameter(path, number, by_default=True):
                    self._add((Hop(path, number),))
            elif self.callable and self._makes(path, number):
                self._follow(_Task("result", path, number, "", ()))
        for path, number in uses.on_functions(name):
            call = self.resolver.files[path].calls[number]
            values = self.resolver.of(path, call.scope, call.func)
            if any(v[0] == "A" and v[1:3] == self.node for v in values):
                self._hand(path, number, ())
        for use in uses.names(name):
            if self._means(use):
                self._used(use, ())
            elif self.callable and self._mapped(use):
                self._hand(use.path, use.number, ())

    def _mapped(self, use: Use) -> bool:
        """Whether data is handed, piece by piece, to an object of the class: `ds.map_batches(Tagger)`."""
        if use.how != "arg" or terminal(self.resolver.files[use.path].calls[use.number].func) not in _MAP_CLASSES:
            return False
        scope = self.resolver.files[use.path].calls[use.number].scope
        return any(v[0] == "C" and self._runs(("O", *v[1:])) for v in self.resolver.of(use.path, scope, use.term))

    def _makes(self, path: str, number: int) -> bool:
        call = self.resolver.files[path].calls[number]
        return any(v[0] == "C" and self._runs(("O", *v[1:])) for v in self.resolver.of(path, call.scope, call.func))

    def _means(self, use: Use) -> bool:
        scope = self.resolver.files[use.path].calls[use.number].scope if use.how == "arg" else use.number
        return any(self._runs(v) for v in self.resolver.of(use.path, scope, use.term))

    def _runs(self, value: Value) -> bool:
        """Whether calling `value` runs the function."""
        if value[0] in ("F", "B"):
            return (value[1], value[2]) == self.node
        if value[0] in ("O", "S") and self.callable:
            return any((m[1], m[2]) == self.node for m in self.resolver.classes.called(value) if len(m) > 2)
        return False

    # -- where it goes ---------------------------------------------------------------------------------------

    def _used(self, use: Use, outer: tuple[Hop, ...]) -> None:
        if use.how == "arg":
            self._argument(use, outer)
        elif use.how in _STORES:
            self._follow(_Task("name", "", 0, str(use.key), ()))
        elif use.how == "return":
            self._returned(use.path, use.number, outer)
        elif use.how == "called" and isinstance(use.key, int):
            self._add((Hop(use.path, use.key), *outer))

    def _argument(self, use: Use, outer: tuple[Hop, ...]) -> None:
        call = self.resolver.files[use.path].calls[use.number]
        targets = self.resolver.params.callees(use.path, use.number)
        if not targets:
            names = [v[1] for v in self.resolver.of(use.path, call.scope, call.func) if v[0] == "X"]
            if any(n.rpartition(".")[2] in WRAPS or n.endswith("()") for n in names):
                if not self._by_result(_Task("result", use.path, use.number, "", outer)):
                    self._hand(use.path, use.number, outer)
            elif terminal(call.func) not in GROWS:
                self._hand(use.path, use.number, outer)
        for path, scope in targets:
            name = self._param_name(path, scope, call, use)
            if name:
                self._follow(_Task("param", path, scope, name, (Hop(use.path, use.number), *outer)))

    def _hand(self, path: str, number: int, outer: tuple[Hop, ...]) -> None:
        call = self.resolver.files[path].calls[number]
        names = self.names.of(path, call.scope, call.func)
        if names and any(fnmatchcase(names[0], pattern) for pattern in LOOKED_AT):
            return
        self._add((Hop(path, number, names[0] if names else "*"), *outer), names)

    def _param_name(self, path: str, scope: int, call: Call, use: Use) -> str | None:
        params = self.resolver.scope(path, scope).params
        if isinstance(use.key, str):
            return next((p.name for p in params if p.name == use.key), None)
        if use.key is None:
            return None
        values = self.resolver.of(use.path, call.scope, call.func)
        bound = self.resolver.classes.is_method(path, scope) and ("F", path, scope) not in values
        plain_params = [p for p in params if p.flag == ""][bound:]
        return plain_params[use.key].name if use.key < len(plain_params) else None

    def _returned(self, path: str, scope: int, outer: tuple[Hop, ...]) -> None:
        """What a function returns is used wherever the function is called."""
        for at, number in self.resolver.uses.calls(self.resolver.scope(path, scope).name):
            if (path, scope) in self.resolver.params.callees(at, number):
                self._follow(_Task("result", at, number, "", outer))

    def _by_result(self, task: _Task) -> bool:
        """Follow the result of a call; return whether anything is done with it."""
        key = (task.path, task.number)
        called = self.resolver.uses.called_results(*key)
        for number in called:
            self._add((Hop(task.path, number), *task.outer))
        uses = [u for u in self.resolver.uses.results(*key) if u.how in _STORES or self._means(u)]
        for use in uses:
            self._used(use, task.outer)
        return bool(called or uses)

    def _by_param(self, task: _Task) -> None:
        """Where the function `task.number` calls its parameter, or hands it on."""
        for number in self._calls_of_param(task):
            inner = Hop(task.path, number)
            if node_of(self.resolver, task.path, call_of(self.resolver, inner).scope) == (task.path, task.number):
                self._add((inner, *task.outer))
            else:
                self._in_closure(inner, task)
        for use in self.resolver.uses.names(task.name):
            if use.path == task.path and use.how not in _BINDS and self._sees_param(task, self._scope_of(use)):
                inside = node_of(self.resolver, task.path, self._scope_of(use)) == (task.path, task.number)
                self._used(use, task.outer if inside else ())

    def _in_closure(self, inner: Hop, task: _Task) -> None:
        """A nested function calls the parameter: it runs where what the outer function returned is called.

        Where that cannot be seen, the nested function is a caller like any other.
        """
        made = task.outer[0]
        closure = node_of(self.resolver, task.path, call_of(self.resolver, inner).scope)
        key = (made.path, made.number)
        called = [Hop(made.path, n) for n in self.resolver.uses.called_results(*key)]
        for use in self.resolver.uses.results(*key):
            if use.how in _STORES:
                called += [Hop(*c) for c in self._calls_running(str(use.key), use.path, closure) if self._same(use, c)]
        for hop in called:
            self._add((inner, hop, *task.outer[1:]) if hop.path == made.path else (inner, hop))
        if not called:
            self._add((inner,))

    def _calls_running(self, name: str, path: str, function: Node) -> list[tuple[str, int]]:
        """The calls of `name` in a file that run a function."""
        calls = [c for c in self.resolver.uses.calls(name) if c[0] == path]
        return [c for c in calls if function in self.resolver.params.callees(*c)]

    def _same(self, use: Use, call: tuple[str, int]) -> bool:
        """Whether an attribute that is called may be the one that was set: not that of an unrelated class."""
        classes = self.resolver.classes
        owner = classes.enclosing(use.path, use.number) if use.how == "attribute" else None
        _, receivers = self._on_what(Hop(*call))
        return owner is None or not receivers or any(classes.related(owner, r) for r in receivers)

    def _calls_of_param(self, task: _Task) -> Iterable[int]:
        calls = self.resolver.files[task.path].calls
        for path, number in self.resolver.uses.calls(task.name):
            if path == task.path and calls[number].func[0] == "n" and self._sees_param(task, calls[number].scope):
                yield number

    def _scope_of(self, use: Use) -> int:
        return self.resolver.files[use.path].calls[use.number].scope if use.how == "arg" else use.number

    def _sees_param(self, task: _Task, scope: int) -> bool:
        return self.resolver.owner(task.path, scope, task.name) == task.number

    # -- on what it is called --------------------------------------------------------------------------------

    def _receiver(self, hop: Hop) -> tuple[bool, tuple[ClassId, ...]]:
        call = call_of(self.resolver, hop)
        by_hook = call.func and call.func[0] == "a" and call.func[2] in RUN_FOR.get(self.scope.name, ())
        if self.callable and not by_hook:
            values = self.resolver.of(hop.path, call.scope, call.func)
            return False, tuple((v[1], v[2]) for v in values if v[0] in ("O", "S"))
        if not call.func or call.func[0] != "a" or not (by_hook or call.func[2] == self.scope.name):
            return False, ()
        return self._on_what(hop)

    def _on_what(self, hop: Hop) -> tuple[bool, tuple[ClassId, ...]]:
        """Whether a method is called on the caller's own object, and the classes of what it is called on."""
        call = call_of(self.resolver, hop)
        if not call.func or call.func[0] != "a":
            return False, ()
        values = self.resolver.of(hop.path, call.scope, call.func[1])
        own = self.resolver.classes.enclosing(hop.path, call.scope)
        base = call.func[1]
        on_self = any(v[0] == "U" for v in values)
        if own and base and base[0] == "n" and ("S", *own) in values:
            on_self = on_self or base[1] in self._first_params(hop.path, call.scope)
        return on_self, tuple(dict.fromkeys((v[1], v[2]) for v in values if v[0] in ("O", "S", "Q")))

    def _first_params(self, path: str, scope: int) -> set[str]:
        scopes = self.resolver.files[path].scopes
        names: set[str] = set()
        while scope >= 0:
            names.update(p.name for p in scopes[scope].params[:1])
            scope = scopes[scope].parent
        return names
