"""What a name or expression can be: found on demand by following assignments, imports, calls and attributes.

A value is a tuple whose first item says what it is:

    ("F", path, scope)  a function                    ("B", path, scope)  a bound method
                        either with a fourth item where only its name says so
    ("C", path, scope)  a class                       ("O", path, scope)  exactly its instance
    ("S", path, scope)  its instance or a subclass's  ("U", path, scope)  super() inside it
    ("M", path)         a module of the tree          ("N", folder)       a folder of modules
    ("X", name, calls)  something from outside: the dotted name with "()" for each call; `calls` are those
                        calls as (path, number), None for one that is not in the tree
    ("T", text)         a short string                ("V", value)        another constant
    ("Q", path, scope)  something from outside that makes or holds instances of a class: a query, a loader
    ("D", path, number) a dictionary                  ("G", path, number) a dictionary's get, values, pop …
    ("A", path, scope, attribute)  an attribute of a function     ("P", text)  a method of a string
    ("L", path, scope)  what lists the subclasses of a class

Answers are tuples in order of discovery, so nothing depends on hashing. Flow is ignored: a name is all it is
ever bound to. What depends on itself is cut where the circle closes.
"""

from __future__ import annotations

import builtins
import itertools
import posixpath
from collections.abc import Callable, Iterable
from typing import Any, Final

from whowaits.code.classes import Classes
from whowaits.code.likely import Likely
from whowaits.code.modules import Found, Modules, with_gaps
from whowaits.code.params import Params
from whowaits.code.results import result_of
from whowaits.code.summaries import Summaries
from whowaits.code.summary import Scope, Term
from whowaits.code.uses import Use, Uses

Value = tuple[Any, ...]
Values = tuple[Value, ...]

MAX_VALUES: Final = 24
MAX_ACTIVE: Final = 70
MAX_TRIES: Final = 3
MAX_NAME: Final = 240
MIN_TELLING: Final = 5
"""Length of a name with a gap from which it tells something: `run_{}`."""

_BUILTINS: Final = frozenset(dir(builtins))
_DICT_READS: Final = frozenset({"get", "values", "pop", "items", "setdefault", "copy"})
_STRING_METHODS: Final = frozenset({"format", "strip", "rstrip", "lstrip", "lower", "upper", "removesuffix", "replace"})


def unite(parts: Iterable[Values]) -> Values:
    """Return the values of all parts, each once, in order, up to a bound."""
    return tuple(itertools.islice(dict.fromkeys(v for part in parts for v in part), MAX_VALUES))


class Resolver:
    """Answers what terms of a tree's summaries can be."""

    def __init__(
        self, files: Summaries, foreign: Iterable[str], wrappers: Iterable[str], literals: Iterable[str]
    ) -> None:
        """`wrappers`: methods whose result is what they are called on. `literals`: calls told apart by a literal."""
        self.files = files
        self.modules = Modules(files, frozenset(foreign), files.is_readable)
        self.uses = Uses(files)
        self.wrappers = frozenset(wrappers)
        self.literals = frozenset(literals)
        self.classes = Classes(self)
        self.params = Params(self)
        self.likely = Likely(self)
        self.dicts: list[tuple[str, int, Term]] = []
        self.dict_numbers: dict[int, int] = {}
        self.known: dict[Any, Values] = {}
        self.partial: dict[Any, tuple[Values, frozenset[Any]]] = {}
        self.tries: dict[Any, int] = {}
        self._computed: list[tuple[str, int, Values]] | None = None
        self._items: list[tuple[Use, Values]] | None = None
        self.active: set[Any] = set()
        self.cuts: set[Any] = set()

    # -- memory ----------------------------------------------------------------------------------------------

    def remember(self, key: Any, compute: Callable[[], Values]) -> Values:
        """Return `compute()`, computed once. What was found while a circle was open is kept only that long."""
        done = self.known.get(key)
        if done is not None:
            return done
        if key in self.partial:
            value, cuts = self.partial[key]
            self.cuts |= cuts
            return value
        if key in self.active or len(self.active) >= MAX_ACTIVE:
            self.cuts.add(key)
            return ()
        outer, self.cuts = self.cuts, set()
        self.active.add(key)
        try:
            value = compute()
        finally:
            self.active.discard(key)
        self.cuts.discard(key)
        if self.active and self.cuts and self._again(key):
            self.partial[key] = (value, frozenset(self.cuts))
        else:
            self.known[key] = value
        if not self.active:
            self.partial.clear()
            self.cuts = set()
        self.cuts |= outer
        return value

    def _again(self, key: Any) -> bool:
        """Whether an answer from inside a circle is worth computing anew: from a few starting points it is."""
        self.tries[key] = self.tries.get(key, 0) + 1
        return self.tries[key] < MAX_TRIES

    # -- terms -----------------------------------------------------------------------------------------------

    def of(self, path: str, scope: int, term: Term) -> Values:
        """Return the values of a term that stands in `scope` of `path`."""
        if not term:
            return ()
        kind = term[0]
        if kind == "n":
            return self.name(path, scope, term[1])
        if kind == "s":
            return (("T", term[1]),)
        if kind == "v":
            return () if term[1] is None else (("V", term[1]),)
        if kind == "f":
            return (("F", path, term[1]),)
        if kind == "k":
            return (("C", path, term[1]),)
        make = _OF.get(kind)
        return self.remember(id(term), lambda: make(self, path, scope, term)) if make else ()

    def all_of(self, path: str, scope: int, terms: Iterable[Term]) -> Values:
        """Return the values of several terms together."""
        return unite(self.of(path, scope, t) for t in terms)

    def scope(self, path: str, number: int) -> Scope:
        return self.files[path].scopes[number]

    # -- names -----------------------------------------------------------------------------------------------

    def owner(self, path: str, scope: int, name: str) -> int | None:
        """Return the scope in which a name seen from `scope` is bound, or None."""
        scopes = self.files[path].scopes
        at = scope
        while at >= 0:
            here = scopes[at]
            visible = here.kind != "class" or at == scope
            if visible and (name in here.binds or any(p.name == name for p in here.params)):
                return at
            at = here.parent
        return None

    def name(self, path: str, scope: int, name: str) -> Values:
        """Return what a name means in `scope`."""
        owner = self.owner(path, scope, name)
        if owner is None:
            return self.remember(("*", path, name), lambda: self._from_outside(path, name))
        return self.remember(("n", path, owner, name), lambda: self._bound(path, owner, name))

    def _bound(self, path: str, owner: int, name: str) -> Values:
        here = self.scope(path, owner)
        terms = here.binds.get(name, ())
        if here.kind == "class":  # `name = name` in a class means the name outside of it
            same = any(t and t[0] == "n" and t[1] == name for t in terms)
            outer = self.name(path, here.parent, name) if same else ()
            return unite((self.all_of(path, owner, terms), outer))
        found = self.all_of(path, owner, terms)
        for number, param in enumerate(here.params):
            if param.name == name:
                return unite((found, self.params.value(path, owner, number)))
        return found

    def _from_outside(self, path: str, name: str) -> Values:
        """A name that the file does not bind: a star import, an SDK that somebody else provides, a builtin."""
        found = self._starred(path, name)
        if found or name in self.modules.sdks:
            return found or (("X", name, ()),)
        return (("X", f"builtins.{name}", ()),) if name in _BUILTINS else self.likely.free(path, name)

    def _starred(self, path: str, name: str) -> Values:
        for _, level, module in self.files[path].stars:
            where = self.modules.find(path, level, module)
            if where.file is not None and where.file != path:
                if found := self.member(where.file, name):
                    return found
            elif where.folder is None and level == 0 and name not in _BUILTINS:
                return (("X", f"{module}.{name}", ()),)
        return ()

    # -- modules ---------------------------------------------------------------------------------------------

    def member(self, path: str, name: str) -> Values:
        """Return what `name` is in the module `path`: what it binds, a module below it, or what it star-imports."""
        return self.remember(("n", path, 0, name), lambda: self._member(path, name))

    def _member(self, path: str, name: str) -> Values:
        binds = self.files[path].scopes[0].binds.get(name, ())
        found = self.all_of(path, 0, binds)
        if not found and posixpath.basename(path) == "__init__.py":
            found = self._module(self.modules.below(posixpath.dirname(path), name))
        return found or (() if binds else self._starred(path, name))

    def _module(self, where: Found) -> Values:
        if where.file is not None:
            return (("M", where.file),)
        return (("N", where.folder),) if where.folder is not None else ()

    def imported(self, path: str, level: int, module: str, name: str | None) -> Values:
        """Return what an import statement in `path` binds."""
        where = self.modules.find(path, level, module)
        if name is None:
            return self._module(where) or (("X", module, ()),)
        if where.file is not None:
            return self.member(where.file, name) if where.file != path else ()
        if where.folder is not None:
            return self._module(self.modules.below(where.folder, name))
        return (("X", f"{module}.{name}", ()),) if level == 0 else ()

    def computed_attributes(self) -> list[tuple[str, int, Values]]:
        """Return the calls of `getattr` with a name that is computed, each with what it can give."""
        if self._computed is None:
            calls = self.uses.computed_attributes()
            found = ((path, number, result_of(self, path, number)) for path, number in calls)
            self._computed = [row for row in found if row[2]]
        return self._computed

    def computed_items(self) -> list[tuple[Use, Values]]:
        """Return the uses of what is taken out of a module by a name, each with what it can be."""
        if self._items is None:
            uses = self.uses.computed_items()
            scopes = (self.files[u.path].calls[u.number].scope if u.how == "arg" else u.number for u in uses)
            found = ((u, self.of(u.path, scope, u.term)) for u, scope in zip(uses, scopes, strict=True))
            self._items = [row for row in found if row[1]]
        return self._items

    # -- attributes ------------------------------------------------------------------------------------------

    def attribute(self, value: Value, name: str) -> Values:
        """Return what the attribute `name` of a value is."""
        kind = value[0]
        if kind == "X":
            dotted = f"{value[1]}.{name}"
            return (("X", dotted, value[2]),) if len(dotted) <= MAX_NAME else ()
        if kind == "C" and name == "__subclasses__":
            return (("L", value[1], value[2]),)
        if kind in ("O", "S") and name == "__dict__":
            return (value,)
        if kind in ("O", "S", "C", "U", "Q"):
            return self.classes.attribute(value, name)
        if kind == "M":
            return (value,) if name == "__dict__" else self.member(value[1], name)
        if kind == "N":
            return self._module(self.modules.below(value[1], name))
        if kind in ("F", "B"):
            return (("A", value[1], value[2], name),)
        if kind == "D" and name in _DICT_READS:
            return (("G", value[1], value[2]),)
        return (("P", value[1]),) if kind == "T" and name in _STRING_METHODS else ()

    def attributes_like(self, value: Value, name: str) -> Values:
        """Return what the attributes of a value are whose name fits one with gaps, of those that are defined there."""
        fits = with_gaps(name).fullmatch
        if value[0] == "M":
            binds = self.files[value[1]].scopes[0].binds
            kinds = ("f", "k") if name == "{}" else ("f", "k", "m")
            names = [n for n, terms in binds.items() if fits(n) and any(t and t[0] in kinds for t in terms)]
        elif value[0] in ("C", "O", "S", "Q") and len(name) > MIN_TELLING:
            cls = (value[1], value[2])
            owners = [*self.classes.line(cls)[0], *self.classes.below(cls)]
            bound = (binds for c in owners for binds in self.scope(*c).binds.items())
            names = [n for n, terms in bound if fits(n) and any(t and t[0] == "f" for t in terms)]
        else:
            return ()
        return unite(self.attribute(value, n) for n in dict.fromkeys(names))

    def entries(self, number: int, key: Any = None) -> Values:
        """Return what a dictionary holds under `key`, or all of it where the key is not known or not there."""
        path, scope, term = self.dicts[number]
        held = [(k[1] if k and k[0] in ("s", "v") else None, k, t) for k, t in term[1]]
        later = self.params.put_into(number)
        found = [self.of(path, scope, t) for name, _, t in held if key is not None and name == key]
        found += [values for name, values in later if key is not None and name == key]
        closed = all(name is not None for name, _, _ in held) and all(name is not None for name, _ in later)
        if found or (closed and key is not None):
            return unite(found)
        every = [self.of(path, scope, t) for _, k, t in held if k != ("**",) and k != ["**"]]
        return unite((*every, *(values for _, values in later)))


def _of_attribute(r: Resolver, path: str, scope: int, term: Term) -> Values:
    base = r.of(path, scope, term[1])
    found = unite(r.attribute(v, term[2]) for v in base)
    if any(v[0] != "Q" and (v[0] != "X" or "()" not in v[1]) for v in found):
        return found
    return unite((found, r.likely.attribute(path, term[2], tuple(v for v in base if v[0] != "Q"))))


def _of_call(r: Resolver, path: str, scope: int, term: Term) -> Values:
    return result_of(r, path, term[1])


def _of_dict(r: Resolver, path: str, scope: int, term: Term) -> Values:
    number = r.dict_numbers.setdefault(id(term), len(r.dicts))
    if number == len(r.dicts):
        r.dicts.append((path, scope, term))
    return (("D", path, number),)


def _of_joined(r: Resolver, path: str, scope: int, term: Term) -> Values:
    """Parts that are not known become "{}"; a string of which nothing is known is nothing."""
    choices = []
    for part in term[1]:
        texts = [v[1] for v in r.of(path, scope, part) if v[0] == "T"]
        choices.append(texts[:3] or ["{}"])
    if all(c == ["{}"] for c in choices):
        return ()
    joined = ("".join(parts) for parts in itertools.islice(itertools.product(*choices), 8))
    return tuple(("T", text) for text in dict.fromkeys(joined) if len(text) <= MAX_NAME)


def _of_item(r: Resolver, path: str, scope: int, term: Term) -> Values:
    base, key = term[1], term[2]
    if base and isinstance(key, int) and not isinstance(key, bool):
        exact = _unpacked(r, path, scope, base, key)
        if exact is not None:
            return exact
    found = []
    for value in r.of(path, scope, base):
        if value[0] == "D" and (key is not None or len(term) > 3):
            item = r.entries(value[2], key)
            found.append(item if item or not isinstance(key, int) else (value,))
        elif value[0] == "M":
            found.append(_of_namespace(r, path, scope, value, term))
        elif value[0] in ("O", "S") and isinstance(key, str):
            found.append(r.attribute(value, key) or (value,))
        elif value[0] != "T" or key is None:
            found.append((value,))
    return unite(found)


def _of_namespace(r: Resolver, path: str, scope: int, module: Value, term: Term) -> Values:
    """`globals()[name]`, `vars(module)[name]`: what the module binds under the name, or under one with gaps."""
    if isinstance(term[2], str):
        return r.attribute(module, term[2])
    names = [v[1] for v in r.of(path, scope, term[3]) if v[0] == "T"] if len(term) > 3 else []
    return unite(named(r, module, name) for name in names or ["{}"])


def named(r: Resolver, value: Value, name: str) -> Values:
    """Return what an attribute is whose name may have gaps."""
    return r.attributes_like(value, name) if "{}" in name else r.attribute(value, name)


def _unpacked(r: Resolver, path: str, scope: int, base: Term, key: int) -> Values | None:
    """The item `key` of a display, of what a function of the tree returns, or of what zip and enumerate pair."""
    if base[0] == "t":
        return r.of(path, scope, base[1][key]) if -len(base[1]) <= key < len(base[1]) else ()
    if base[0] == "i" and base[1] and base[1][0] == "c" and base[2] is None:
        call = r.files[path].calls[base[1][1]]
        pairs = call.func[1] if call.func and call.func[0] == "n" else None
        if pairs == "zip":
            return r.of(path, call.scope, call.args[key]) if key < len(call.args) else ()
        if pairs == "enumerate":
            return r.of(path, call.scope, call.args[0]) if key == 1 and call.args else ()
    if base[0] != "c":
        return None
    call = r.files[path].calls[base[1]]
    found = []
    for value in r.of(path, call.scope, call.func):
        if value[0] not in ("F", "B"):
            return None
        for term in r.scope(value[1], value[2]).returns:
            packed = term and term[0] == "t"
            if packed and key < len(term[1]):
                found.append(r.params.part_returned(path, base[1], value, term[1][key]))
            elif not packed:
                return None
    return unite(found) if found else None


def _of_with(r: Resolver, path: str, scope: int, term: Term) -> Values:
    found = []
    for value in r.of(path, scope, term[1]):
        entered: Values = ()
        if value[0] in ("O", "S"):
            methods = unite(r.classes.own(value, name) for name in ("__enter__", "__aenter__"))
            entered = unite(r.params.returned(m) for m in methods)
        found.append(entered or (value,))
    return unite(found)


_OF: Final[dict[str, Any]] = {
    "a": _of_attribute,
    "c": _of_call,
    "d": _of_dict,
    "i": _of_item,
    "j": _of_joined,
    "w": _of_with,
    "o": lambda r, path, scope, term: r.all_of(path, scope, term[1]),
    "t": lambda r, path, scope, term: r.all_of(path, scope, term[1]),
    "p": lambda r, path, scope, term: r.all_of(path, scope, term[1:3]),
    "*": lambda r, path, scope, term: r.of(path, scope, term[1]),
    "y": lambda r, path, scope, term: r.params.instances(path, scope, term[1]),
    "e": lambda r, path, scope, term: r.of(path, term[1], term[2]),
    "m": lambda r, path, scope, term: r.imported(path, term[1], term[2], term[3]),
}
