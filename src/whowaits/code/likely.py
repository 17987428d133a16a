"""What a method called on something unknown is likely to be: one of the few in the tree that have its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from whowaits.code.classes import EMPTY_BASES, PROPERTIES, decorated
from whowaits.code.modules import is_test

if TYPE_CHECKING:
    from whowaits.code.values import Resolver, Value, Values

MAX_FAMILIES: Final = 4
MAX_FUNCTIONS: Final = 3
GENERIC: Final = frozenset(
    {"add", "append", "apply", "build", "call", "check", "clear", "close", "commit", "connect", "copy", "create"}
    | {"delete", "execute", "exists", "extend", "fetch", "filter", "find", "first", "format", "forward", "get"}
    | {"handle", "init", "insert", "invoke", "items", "join", "keys", "list", "load", "main", "map", "open", "parse"}
    | {"pop", "post", "predict", "print", "process", "put", "query", "read", "remove", "render", "replace", "request"}
    | {"reset", "run", "save", "search", "select", "send", "set", "setup", "show", "split", "start", "step", "stop"}
    | {"submit", "test", "train", "transform", "update", "upload", "validate", "values", "wait", "write"}
)
"""Names too common to say which class or module they belong to."""


class Likely:
    """Finds functions of the tree by name alone, where the name tells enough."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._known: dict[tuple[str, bool], Values] = {}

    def attribute(self, path: str, name: str, base: Values) -> Values:
        """Return the functions that `name` can be as an attribute of `base`, of which nothing else is known."""
        telling = _telling(name)
        unknown = all(self._open(v) for v in base)
        if not unknown or name in GENERIC or name.startswith("__") or (base and not telling):
            return ()
        key = (name, is_test(path))
        if key not in self._known:
            self._known[key] = self._functions(name, key[1], telling)
        return self._known[key]

    def _open(self, value: Value) -> bool:
        """Whether an object can have attributes that its class does not show."""
        if value[0] == "X":
            return "()" in value[1]
        if value[0] not in ("O", "S"):
            return False
        mine, outside = self.resolver.classes.line((value[1], value[2]))
        dynamic = any("__getattr__" in self.resolver.scope(*c).binds for c in mine)
        return dynamic or any(not o.startswith(EMPTY_BASES) for o in outside)

    def free(self, path: str, name: str) -> Values:
        """Return the functions that a name which its file does not bind can be: something puts them there."""
        return self._functions(name, is_test(path), True) if _telling(name) else ()

    def _functions(self, name: str, in_test: bool, telling: bool) -> Values:
        uses = self.resolver.uses
        methods = [m for m in uses.methods(name) if in_test or not is_test(m[0])]
        methods = [m for m in methods if not decorated(self.resolver.scope(*m), PROPERTIES)]
        if methods:
            few = len(self._families(methods)) <= (MAX_FAMILIES if telling else 2)
            return tuple(_value("B", m) for m in methods) if few else ()
        plain = [f for f in uses.functions(name) if in_test or not is_test(f[0])]
        return tuple(_value("F", f) for f in plain) if telling and len(plain) <= MAX_FUNCTIONS else ()

    def _families(self, methods: list[tuple[str, int]]) -> set[tuple[str, int]]:
        """The topmost ancestors of the classes, those of tests aside."""
        classes = [(p, self.resolver.scope(p, n).parent) for p, n in methods if not is_test(p)]
        return {self.resolver.classes.line(c)[0][-1] for c in classes}


def _telling(name: str) -> bool:
    return "_" in name.strip("_") or len(name) > 9


def _value(kind: str, function: tuple[str, int]) -> Value:
    return (kind, *function, "likely")
