"""What a parameter can be (its annotation, its default, what callers pass) and what a function returns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from whowaits.code.classes import ClassId, decorated
from whowaits.code.modules import is_test
from whowaits.code.summary import Call, Scope, Term, terminal

if TYPE_CHECKING:
    from whowaits.code.uses import Use
    from whowaits.code.values import Resolver, Value, Values

MAX_CALLERS: Final = 60
MAX_DELEGATES: Final = 3
_GENERIC: Final = frozenset({"Callable", "Literal", "Type", "type", "Coroutine"})
_NOT_TYPES: Final = ("builtins.", "typing.", "collections.", "typing_extensions.")


class Params:
    """Flow between calls and functions of one tree."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._callees_of: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}
        self._asked: dict[tuple[str, bool], list[tuple[str, int]]] = {}
        self._passed: dict[tuple[str, int], list[tuple[str, Values]]] = {}

    # -- parameters ------------------------------------------------------------------------------------------

    def value(self, path: str, scope: int, number: int) -> Values:
        """Return what parameter `number` of a function can be."""
        return self.resolver.remember(("p", path, scope, number), lambda: self._value(path, scope, number))

    def _value(self, path: str, scope: int, number: int) -> Values:
        from whowaits.code.values import unite

        r = self.resolver
        here = r.scope(path, scope)
        param = here.params[number]
        if number == 0 and r.classes.is_method(path, scope):
            of_class = decorated(here, frozenset({"classmethod"})) or here.name == "__new__"
            return (("C" if of_class else "S", path, here.parent),)
        outside = max(here.parent, 0)
        stated = self.instances(path, outside, param.annotation)
        if any(v[0] in ("S", "C") for v in stated):
            return stated
        given = unite(self.given(path, scope, number))
        return unite((stated, r.of(path, outside, param.default), given))

    def given(self, path: str, scope: int, number: int) -> Iterator[Values]:
        """Yield what each call of the function passes for the parameter, nothing where that is not known.

        What tests pass to code that is no test are doubles: they say nothing about it.
        """
        r = self.resolver
        here = r.scope(path, scope)
        if here.kind == "lambda":
            return
        names = [here.name]
        if here.name == "__init__":
            owner = (path, here.parent)
            names += dict.fromkeys(r.scope(*c).name for c in (owner, *r.classes.below(owner)))
        for name in names:
            for at, n in self._worth_asking(path, name):
                if (path, scope) in self.callees(at, n):
                    yield self._argument(at, r.files[at].calls[n], path, scope, number)
        yield from self._handed(path, scope, number)
        yield from self._decorated(path, scope, number)

    def _decorated(self, path: str, scope: int, number: int) -> Iterator[Values]:
        """The functions and classes that the function decorates, if the parameter is the one that gets them."""
        r = self.resolver
        if number != r.classes.is_method(path, scope):
            return
        here = r.scope(path, scope)
        names = [here.name, r.scope(path, here.parent).name] if here.parent > 0 else [here.name]
        for name in names:
            for at, decorated_scope in r.uses.decorated(name)[:MAX_CALLERS]:
                inner = r.scope(at, decorated_scope)
                if is_test(at) <= is_test(path) and self._is_decorated_by(at, inner, (path, scope)):
                    yield (("C" if inner.kind == "class" else "F", at, decorated_scope),)

    def _is_decorated_by(self, path: str, inner: Scope, function: tuple[str, int]) -> bool:
        values = self.resolver.all_of(path, max(inner.parent, 0), inner.decorators)
        return any(v[0] in ("F", "B") and (v[1], v[2]) == function for v in values)

    def _worth_asking(self, path: str, name: str) -> list[tuple[str, int]]:
        key = (name, is_test(path))
        if key not in self._asked:
            calls = self.resolver.uses.each_call(name)
            asked = (c for c in calls if key[1] or not is_test(c[0]))
            self._asked[key] = list(itertools.islice(asked, MAX_CALLERS))
        return self._asked[key]

    def _argument(self, at: str, call: Call, path: str, scope: int, number: int, skip: int = 0) -> Values:
        """The value of a parameter at one call; `skip` positional arguments belong to somebody else."""
        given = self._given_term(at, call, path, scope, number, skip)
        if given is not None:
            return self.resolver.of(at, call.scope, given[0])
        splats = [term for key, term in call.keywords if key is None]
        name = self.resolver.scope(path, scope).params[number].name
        named = self.splatted(at, call.scope, splats, name) if splats else ()
        return named or self._passed_on(at, call, self._position(at, call, path, scope, number) + skip)

    def _passed_on(self, at: str, call: Call, position: int, depth: int = 0) -> Values:
        """What a call passes in a place that `*args` fills: what the callers of its function pass there."""
        from whowaits.code.values import unite

        star = next((n for n, a in enumerate(call.args) if a and a[0] == "*"), None)
        term = None if star is None else call.args[star][1]
        if star is None or not term or term[0] != "n" or position < star or depth >= MAX_DELEGATES:
            return ()
        r = self.resolver
        name = term[1]
        owner = r.owner(at, call.scope, name)
        params = r.scope(at, owner).params if owner is not None else []
        place = next((n for n, p in enumerate(params) if p.name == name and p.flag == "*"), None)
        if place is None or owner is None:
            return ()
        found = []
        for path, n in self._worth_asking(at, r.scope(at, owner).name):
            if (at, owner) in self.callees(path, n):
                given = r.files[path].calls[n]
                there = self._position(path, given, at, owner, place) + position - star
                plain = there < len(given.args) and not any(a and a[0] == "*" for a in given.args[: there + 1])
                one = r.of(path, given.scope, given.args[there]) if plain else ()
                found.append(one or self._passed_on(path, given, there, depth + 1))
        return unite(found)

    def _position(self, at: str, call: Call, path: str, scope: int, number: int) -> int:
        """Where a call writes a positional parameter."""
        bound = self.resolver.classes.is_method(path, scope) and not self._unbound(at, call, path, scope)
        return number - bound

    def _given_term(self, at: str, call: Call, path: str, scope: int, number: int, skip: int = 0) -> tuple[Term] | None:
        """What a call writes for a parameter, if it does."""
        param = self.resolver.scope(path, scope).params[number]
        for key, term in call.keywords:
            if key == param.name:
                return (term,)
        position = self._position(at, call, path, scope, number) + skip
        before = call.args[:position]
        if param.flag == "" and 0 <= position < len(call.args) and not any(a and a[0] == "*" for a in before):
            return (call.args[position],)
        return None

    def _unbound(self, at: str, call: Call, path: str, scope: int) -> bool:
        return ("F", path, scope) in self.resolver.of(at, call.scope, call.func)

    def _handed(self, path: str, scope: int, number: int) -> Iterator[Values]:
        """What comes after the function in a call it is handed to: submit(f, a), partial(f, a), to_thread(f, a)."""
        r = self.resolver
        for use in itertools.islice(r.uses.each_name(r.scope(path, scope).name), MAX_CALLERS):
            if use.how != "arg" or not isinstance(use.key, int) or is_test(use.path) > is_test(path):
                continue
            call = r.files[use.path].calls[use.number]
            values = r.of(use.path, call.scope, use.term)
            ours = any(v[0] in ("F", "B") and v[1:3] == (path, scope) for v in values)
            if ours and all(self._hands_on(f, use, call) for f in self.callees(use.path, use.number)):
                yield self._argument(use.path, call, path, scope, number, use.key + 1)

    def _hands_on(self, taker: tuple[str, int], use: Use, call: Call) -> bool:
        """Whether a function of the tree takes in `*args` what comes after a function it is handed."""
        params = self.resolver.scope(*taker).params
        star = next((n for n, p in enumerate(params) if p.flag == "*"), None)
        return star is not None and self._position(use.path, call, *taker, star) == int(use.key or 0) + 1

    def splatted(self, path: str, scope: int, terms: list[Term], key: str) -> Values:
        """Return the values under `key` in what `**terms` hold."""
        from whowaits.code.values import unite

        return unite(v for k, v in self.splat_items(path, scope, terms) if k == key)

    def splat_items(self, path: str, scope: int, terms: list[Term], depth: int = 0) -> list[tuple[str, Values]]:
        """Return what `**terms` at `scope` are known to hold: displays, items set later, keywords of callers."""
        r = self.resolver
        found: list[tuple[str, Values]] = []
        for term in terms:
            for value in r.of(path, scope, term):
                if value[0] == "D":
                    found += self.display(value[2], depth)
            found += self._set_later(path, scope, term)
            if term and term[0] == "n" and depth < 3:
                found += self._from_callers(path, scope, term[1], depth)
            if term and term[0] == "c" and depth < 3:
                found += self._from_dict_call(path, term[1], depth)
        return found

    def display(self, number: int, depth: int = 0) -> list[tuple[str, Values]]:
        """Return what a dictionary display holds under names, and what is put under others later."""
        r = self.resolver
        path, scope, term = r.dicts[number]
        named = [(k[1], r.of(path, scope, t)) for k, t in term[1] if k and k[0] == "s"]
        named += [(key, values) for key, values in self.put_into(number) if key is not None]
        nested = [t for k, t in term[1] if k and k[0] == "**"]
        return named + (self.splat_items(path, scope, nested, depth + 1) if nested and depth < 3 else [])

    def _set_later(self, path: str, scope: int, term: Term) -> list[tuple[str, Values]]:
        """`term[key] = value` and `term.update(key=value)` in the same file."""
        return [(key, values) for key, values in self._put(path, scope, term) if key is not None]

    def _put(self, path: str, scope: int, term: Term) -> Iterator[tuple[str | None, Values]]:
        """What the file puts into `term`, with the key where it is a literal."""
        r = self.resolver
        name = terminal(term)
        for at, base, key, value in r.files[path].items if name else ():
            same = base and base[0] == term[0] and terminal(base) == name
            if name and same and self._same_owner(path, at, scope, name, base):
                yield (str(key[1]) if key and key[0] == "s" else None), r.of(path, at, value)

    def put_into(self, number: int) -> list[tuple[str | None, Values]]:
        """Return what is put into a dictionary after it was made, where it has a name."""
        path, scope, term = self.resolver.dicts[number]
        binds = self.resolver.scope(path, scope).binds
        names = [name for name, terms in binds.items() if any(t is term for t in terms)]
        held = [a for _, _, a, t, _ in self.resolver.files[path].attributes if t is term]
        found = [put for name in names for put in self._put(path, scope, ("n", name))]
        return found + [put for name in dict.fromkeys((*names, *held)) for put in self._put_elsewhere(number, name)]

    def _put_elsewhere(self, number: int, name: str) -> Iterator[tuple[str | None, Values]]:
        """What is put into a dictionary that is an attribute, or that another file imports."""
        r = self.resolver
        path = r.dicts[number][0]
        for at, n in r.uses.puts(name)[:MAX_CALLERS]:
            scope, base, key, value = r.files[at].items[n]
            if (at == path and base[0] == "n") or ("D", path, number) not in r.of(at, scope, base):
                continue
            yield (str(key[1]) if key and key[0] == "s" else None), r.of(at, scope, value)

    def _same_owner(self, path: str, one: int, other: int, name: str, base: Term) -> bool:
        r = self.resolver
        if base[0] != "n":
            in_class = r.scope(path, other).kind == "class"
            return r.classes.enclosing(path, one) == ((path, other) if in_class else r.classes.enclosing(path, other))
        return r.owner(path, one, name) == r.owner(path, other, name)

    def _from_callers(self, path: str, scope: int, name: str, depth: int) -> list[tuple[str, Values]]:
        """The keywords that callers pass on through a `**` parameter."""
        r = self.resolver
        owner = r.owner(path, scope, name)
        if owner is None or not any(p.name == name and p.flag == "**" for p in r.scope(path, owner).params):
            return []
        if (path, owner) in self._passed:
            return self._passed[path, owner]
        taken = {p.name for p in r.scope(path, owner).params}
        found: list[tuple[str, Values]] = []
        for at, n in self._worth_asking(path, r.scope(path, owner).name):
            if (path, owner) in self.callees(at, n):
                call = r.files[at].calls[n]
                found += [(k, r.of(at, call.scope, t)) for k, t in call.keywords if k and k not in taken]
                splats = [t for k, t in call.keywords if k is None]
                found += self.splat_items(at, call.scope, splats, depth + 1)
        if not r.active and not depth:
            self._passed[path, owner] = found
        return found

    def _from_dict_call(self, path: str, number: int, depth: int) -> list[tuple[str, Values]]:
        """dict(key=value) and what a function of the tree returns."""
        r = self.resolver
        call = r.files[path].calls[number]
        if terminal(call.func) == "dict":
            return [(k, r.of(path, call.scope, t)) for k, t in call.keywords if k]
        found: list[tuple[str, Values]] = []
        for at, scope in self.callees(path, number):
            found += self.splat_items(at, scope, r.scope(at, scope).returns, depth + 1)
        return found

    def given_to_class(self, cls: ClassId, name: str) -> Iterator[Values]:
        """What calls of a class pass for the field `name`."""
        r = self.resolver
        fields = [k for k, terms in r.scope(*cls).binds.items() if any(t and t[0] == "y" for t in terms)]
        position = fields.index(name)
        for known in (cls, *r.classes.below(cls)):
            for at, n in self._worth_asking(cls[0], r.scope(*known).name):
                call = r.files[at].calls[n]
                if ("C", *known) not in r.of(at, call.scope, call.func):
                    continue
                yield from (r.of(at, call.scope, t) for k, t in call.keywords if k == name)
                if position < len(call.args):
                    yield r.of(at, call.scope, call.args[position])

    # -- types -----------------------------------------------------------------------------------------------

    def instances(self, path: str, scope: int, annotation: Term) -> Values:
        """Return what a value with this annotation is; of a collection, what is in it."""
        from whowaits.code.values import unite

        if not annotation:
            return ()
        kind = annotation[0]
        if kind in ("n", "a"):
            return unite(self._instance(v) for v in self.resolver.of(path, scope, annotation))
        if kind == "i":
            if terminal(annotation) in _GENERIC or len(annotation) < 4:
                return ()
            return unite((self.instances(path, scope, annotation[3]), self._generic(path, scope, annotation[1])))
        if kind == "p":
            return unite(self.instances(path, scope, t) for t in annotation[1:3])
        return unite(self.instances(path, scope, t) for t in annotation[1]) if kind == "t" else ()

    def _generic(self, path: str, scope: int, base: Term) -> Values:
        return tuple(v for v in self.instances(path, scope, base) if v[0] == "S")

    def _instance(self, value: Value) -> Values:
        if value[0] == "C":
            return (("S", value[1], value[2]),)
        if value[0] == "X" and not value[1].startswith(_NOT_TYPES) and "()" not in value[1]:
            return (("X", f"{value[1]}()", (None,)),)
        return ()

    # -- calls -----------------------------------------------------------------------------------------------

    def returned(self, function: Value) -> Values:
        """Return what a function of the tree returns or yields."""
        path, scope = function[1], function[2]
        terms = self.resolver.scope(path, scope).returns
        return self.resolver.remember(("r", path, scope), lambda: self.resolver.all_of(path, scope, terms))

    def returned_to(self, path: str, number: int, function: Value) -> Values:
        """Return what a function of the tree returns to one call: of its own parameters, what this call passes."""
        from whowaits.code.values import unite

        terms = self.resolver.scope(function[1], function[2]).returns
        if not any(self._passes_on(function, term) for term in terms):
            return self.returned(function)
        key = ("r", path, number, function[1], function[2])
        return self.resolver.remember(key, lambda: unite(self.part_returned(path, number, function, t) for t in terms))

    def part_returned(self, path: str, number: int, function: Value, term: Term) -> Values:
        """Return what `term`, a part of what a function returns, is for one call."""
        from whowaits.code.values import unite

        r = self.resolver
        at, scope = function[1], function[2]
        if term and term[0] in ("t", "o"):
            return unite(self.part_returned(path, number, function, part) for part in term[1])
        param = self._own_parameter(at, scope, term)
        call = r.files[path].calls[number]
        given = None if param is None else self._given_term(path, call, at, scope, param)
        if given is None:
            return r.of(at, scope, term)
        own = r.all_of(at, scope, r.scope(at, scope).binds.get(term[1], ()))
        return unite((own, r.of(path, call.scope, given[0])))

    def _passes_on(self, function: Value, term: Term) -> bool:
        """Whether a returned term is, or holds, a parameter of its function."""
        if term and term[0] in ("t", "o"):
            return any(self._passes_on(function, part) for part in term[1])
        return self._own_parameter(function[1], function[2], term) is not None

    def _own_parameter(self, path: str, scope: int, term: Term) -> int | None:
        """The number of the parameter that a term names; not the object that a method is called on."""
        if not term or term[0] != "n":
            return None
        bound = self.resolver.classes.is_method(path, scope)
        params = enumerate(self.resolver.scope(path, scope).params)
        return next((n for n, p in params if p.name == term[1] and not p.flag.startswith("*") and n >= bound), None)

    def callees(self, path: str, number: int) -> tuple[tuple[str, int], ...]:
        """Return the functions of the tree that a call runs."""
        done = self._callees_of.get((path, number))
        if done is None:
            key = ("callees", path, number)
            found = self.resolver.remember(key, lambda: self._callees(path, number))
            done = tuple((v[1], v[2]) for v in found)
            if key in self.resolver.known:
                self._callees_of[path, number] = done
        return done

    def _callees(self, path: str, number: int) -> Values:
        from whowaits.code.values import unite

        r = self.resolver
        call = r.files[path].calls[number]
        return unite(self.runs(v) for v in r.of(path, call.scope, call.func))

    def runs(self, value: Value) -> Values:
        """Return the functions of the tree that calling a value runs."""
        kind = value[0]
        if kind in ("F", "B"):
            return (("F", value[1], value[2]),)
        if kind == "C":
            made = self.resolver.classes.own(("O", value[1], value[2]), "__init__")
            made += self.resolver.classes.own(("O", value[1], value[2]), "__post_init__")
        elif kind in ("O", "S", "Q"):
            made = self.resolver.classes.called(value)
        else:
            return ()
        return tuple(("F", v[1], v[2]) for v in made if v[0] in ("F", "B"))
