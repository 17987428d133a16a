"""Classes of the tree: their ancestors and descendants, and what an attribute of one can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from whowaits.code import words
from whowaits.code.modules import is_test
from whowaits.code.summary import Scope, Term, terminal

if TYPE_CHECKING:
    from whowaits.code.uses import Use
    from whowaits.code.values import Resolver, Value, Values

ClassId = tuple[str, int]

PROPERTIES: Final = frozenset({"property", "cached_property", "abstractproperty", "hybrid_property", "classproperty"})
HOOKS: Final = {
    "__call__": ("forward", "aforward", "_call"),
    "acall": ("aforward", "_acall"),
    "invoke": ("_call", "_generate", "_run"),
    "ainvoke": ("_acall", "_agenerate", "_arun"),
    "predict": ("_call", "_generate"),
    "generate": ("_call", "_generate"),
    "start": ("run",),
}
"""Methods that a base from outside has -> those of the subclass that it runs for them, where the subclass has them."""

RUN_FOR: Final = {hook: tuple(n for n, hooks in HOOKS.items() if hook in hooks) for h in HOOKS.values() for hook in h}

_PROTOCOLS: Final = ("typing.Protocol", "typing_extensions.Protocol")
MAX_IMPLEMENTING: Final = 12
"""A protocol that more classes have all methods of says nothing."""

EMPTY_BASES: Final = ("abc.", "typing.", "typing_extensions.", "builtins.", "enum.")
"""Packages whose classes give nothing that calls a model."""


def decorated(scope: Scope, names: frozenset[str]) -> bool:
    """Whether one of the decorators ends in one of `names`."""
    return any(terminal(d) in names for d in scope.decorators)


class Classes:
    """What is known of the classes of one tree."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._lines: dict[ClassId, tuple[list[ClassId], list[str]]] = {}
        self._below: dict[ClassId, list[ClassId]] = {}
        self._implements: dict[ClassId, list[ClassId]] = {}

    def enclosing(self, path: str, scope: int) -> ClassId | None:
        """Return the class in whose method, or function inside one, `scope` lies."""
        scopes = self.resolver.files[path].scopes
        while scope >= 0:
            parent = scopes[scope].parent
            if parent >= 0 and scopes[parent].kind == "class":
                return (path, parent)
            scope = parent
        return None

    def is_method(self, path: str, scope: int) -> bool:
        """Whether a function gets the object or class it is called on as its first parameter."""
        here = self.resolver.scope(path, scope)
        inside = here.parent >= 0 and self.resolver.scope(path, here.parent).kind == "class"
        return inside and here.kind != "lambda" and not decorated(here, frozenset({"staticmethod"}))

    def line(self, cls: ClassId) -> tuple[list[ClassId], list[str]]:
        """Return the class and its ancestors in the tree, nearest first, and the names of those outside."""
        done = self._lines.get(cls)
        if done is None:
            self._lines[cls] = ([cls], [])
            done = self._lines[cls] = self._line(cls)
        return done

    def _line(self, cls: ClassId) -> tuple[list[ClassId], list[str]]:
        mine, outside = [cls], []
        for base in self.resolver.scope(*cls).bases:
            for value in self.resolver.of(cls[0], self.resolver.scope(*cls).parent, base):
                if value[0] == "C":
                    above = self.line((value[1], value[2]))
                    mine += above[0]
                    outside += above[1]
                elif value[0] == "X":
                    outside.append(value[1])
        mine = list(reversed(dict.fromkeys(reversed(mine))))
        return [cls, *(c for c in mine if c != cls)], list(dict.fromkeys(outside))

    def below(self, cls: ClassId) -> list[ClassId]:
        """Return the descendants of a class in the tree, in the order of files; what implements a protocol too."""
        return [*self._descendants(cls), *self._implementing(cls)]

    def _descendants(self, cls: ClassId) -> list[ClassId]:
        if cls not in self._below:
            self._below[cls] = []  # a class that is its own ancestor has no other descendants for the moment
            found = {c: None for c in self._candidates(cls) if c != cls and cls in self.line(c)[0]}
            for one in list(found):
                found.update(dict.fromkeys(c for c in self._descendants(one) if c != cls and cls in self.line(c)[0]))
            rank = self.resolver.files.rank
            self._below[cls] = sorted(found, key=lambda c: (rank(c[0]), c[1]))
        return self._below[cls]

    def _implementing(self, cls: ClassId) -> list[ClassId]:
        """The classes that have all methods of a protocol."""
        if not any(base.startswith(_PROTOCOLS) for base in self.line(cls)[1]):
            return []
        if cls not in self._implements:
            r = self.resolver
            wanted = [n for n, terms in r.scope(*cls).binds.items() if any(t and t[0] == "f" for t in terms)]
            holders = [{(p, r.scope(p, n).parent) for p, n in r.uses.methods(name)} for name in wanted]
            found = sorted(set.intersection(*holders) - {cls}) if holders else []
            self._implements[cls] = found if len(found) <= MAX_IMPLEMENTING else []
        return self._implements[cls]

    def _candidates(self, cls: ClassId) -> Iterator[ClassId]:
        """The classes in whose head stands a name that can mean the class."""
        files = self.resolver.files
        for path in dict.fromkeys(p for name in self._names(cls) for p in files.mentioning(name, words.IN_HEAD)):
            for number, scope in enumerate(files[path].scopes):
                if scope.kind == "class" and scope.bases:
                    yield path, number

    def _names(self, cls: ClassId) -> list[str]:
        """The names that can mean a class: its own, and those bound to one that stand in the head of a class."""
        uses = self.resolver.uses
        names = {self.resolver.scope(*cls).name: None}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            for use in (*uses.names(name), *uses.aliases(name)):
                key = self._new_name(use)
                if key and key not in names and self.resolver.files.holds(key, words.IN_HEAD):
                    names[key] = None
                    waiting.append(key)
        return list(names)

    def _new_name(self, use: Use) -> str:
        if use.how == "arg":
            return terminal(self.resolver.files[use.path].calls[use.number].func) or ""
        return self.resolver.scope(use.path, use.number).name if use.how == "return" else str(use.key)

    def related(self, one: ClassId, other: ClassId) -> bool:
        """Whether an object can be of both classes, as far as the tree shows."""
        if one in self.line(other)[0] or other in self.line(one)[0]:
            return True
        mine, others = {one, *self.below(one)}, {other, *self.below(other)}
        return not mine.isdisjoint(others)

    # -- attributes ------------------------------------------------------------------------------------------

    def own(self, value: Value, name: str) -> Values:
        """Return what the classes of the tree say an attribute is: methods, class attributes, assignments."""
        key = ("own", value[0], value[1], value[2], name)
        return self.resolver.remember(key, lambda: self._own(value, name))

    def attribute(self, value: Value, name: str) -> Values:
        """Return what an attribute of a class or an instance is, at last that of a base outside of the tree.

        What a class inherits from outside mostly makes instances of it: `Model.objects`, `Model.from_pretrained`.
        """
        if value[0] == "Q":
            return self.own(("S", *value[1:]), name) or (value,)
        found = self.own(value, name) or (*self._hooks(value, name), *self._outside(value, name))
        inherited = value[0] == "C" and found and all(v[0] == "X" for v in found)
        return (*found, ("Q", value[1], value[2])) if inherited else found

    def called(self, value: Value) -> Values:
        """Return what runs when an instance is called."""
        return self.own(value, "__call__") or self._hooks(value, "__call__")

    def _hooks(self, value: Value, name: str) -> Values:
        """What a base from outside runs of the class when its method `name` is called."""
        outside = self.line((value[1], value[2]))[1] if name in HOOKS and value[0] in ("O", "S", "Q") else ()
        if all(base.startswith(EMPTY_BASES) for base in outside):
            return ()
        return next((found for hook in HOOKS[name] if (found := self.own(value, hook))), ())

    def _outside(self, value: Value, name: str) -> Values:
        call, calls = ("", ()) if value[0] == "C" else ("()", (None,))
        _, outside = self.line((value[1], value[2]))
        return tuple(("X", f"{base}{call}.{name}", calls) for base in outside if not base.startswith(EMPTY_BASES))

    def _own(self, value: Value, name: str) -> Values:
        from whowaits.code.values import unite

        kind, cls = value[0], (value[1], value[2])
        line = self.line(cls)[0][1:] if kind == "U" else self.line(cls)[0]
        declared = self._first_declared(line, name, kind)
        below = self.below(cls) if kind == "S" else []
        overrides = [self._first_declared(self.line(c)[0], name, kind) for c in below]
        stored = [self._stored(c, name) for c in (*line, *below)]
        found = unite((declared, *overrides, *stored))
        return found or unite(self._constructed(c, name) for c in line)

    def _first_declared(self, line: list[ClassId], name: str, kind: str) -> Values:
        return next((found for c in line if (found := self._declared(c, name, kind))), ())

    def _declared(self, cls: ClassId, name: str, kind: str) -> Values:
        from whowaits.code.values import unite

        scope = self.resolver.scope(*cls)
        return unite(self._member(cls, term, kind) for term in scope.binds.get(name, ()))

    def _member(self, cls: ClassId, term: Term, kind: str) -> Values:
        if not term or term[0] != "f":
            return self.resolver.of(cls[0], cls[1], term)
        function = self.resolver.scope(cls[0], term[1])
        value = ("F", cls[0], term[1])
        if decorated(function, PROPERTIES) and kind != "C":
            return self.resolver.params.returned(value)
        bound = self.is_method(cls[0], term[1]) and (kind != "C" or decorated(function, frozenset({"classmethod"})))
        return (("B", cls[0], term[1]),) if bound else (value,)

    def _stored(self, cls: ClassId, name: str) -> Values:
        """What is assigned to the attribute, in methods and from outside; not what a test puts there."""
        from whowaits.code.values import unite

        return unite(self._store_values(cls, name))

    def _store_values(self, cls: ClassId, name: str) -> Iterator[Values]:
        r = self.resolver
        in_test = is_test(cls[0])
        rank = r.files.rank
        stores = (*self._own_stores(cls, name), *r.uses.stores(name))
        for path, number in sorted(stores, key=lambda row: (rank(row[0]), row[1])):
            scope, base, _, term, _ = r.files[path].attributes[number]
            if is_test(path) <= in_test and self._means(path, scope, base, cls):
                yield r.of(path, scope, term)

    def _own_stores(self, cls: ClassId, name: str) -> Iterator[tuple[str, int]]:
        """The assignments to an attribute of `self` inside the class."""
        path = cls[0]
        for number in self.resolver.uses.of(path).stores.get(name, ()):
            scope = self.resolver.files[path].attributes[number][0]
            if self.resolver.uses.is_on_self(path, number) and self.enclosing(path, scope) == cls:
                yield path, number

    def _means(self, path: str, scope: int, base: Term, cls: ClassId) -> bool:
        values: Any = self.resolver.of(path, scope, base)
        return any(v[0] in ("O", "S", "C", "Q") and (v[1], v[2]) == cls for v in values)

    def _constructed(self, cls: ClassId, name: str) -> Values:
        """What a class without a constructor of its own (a data class) is given for the attribute."""
        from whowaits.code.values import unite

        scope = self.resolver.scope(*cls)
        if "__init__" in scope.binds or not any(t and t[0] == "y" for t in scope.binds.get(name, ())):
            return ()
        return unite(self.resolver.params.given_to_class(cls, name))
