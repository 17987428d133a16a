"""Whether what a term can be may also come from where the tree does not show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from whowaits.code.summary import Term

if TYPE_CHECKING:
    from whowaits.code.values import Resolver

MAX_DEPTH: Final = 4


def is_open(resolver: Resolver, path: str, scope: int, term: Term, depth: int = MAX_DEPTH) -> bool:
    """Return whether some caller gives a value that is not known, or leaves one out that has no known default."""
    if not term or not depth:
        return False
    if term[0] == "n":
        return _name(resolver, path, scope, term[1], depth)
    if term[0] == "a" and term[1] and term[1][0] == "n" and term[1][1] == "self":
        cls = resolver.classes.enclosing(path, scope)
        stores = [resolver.files[path].attributes[n] for n in resolver.uses.of(path).stores.get(term[2], ())]
        mine = [s for s in stores if cls is not None and resolver.classes.enclosing(path, s[0]) == cls]
        return any(is_open(resolver, path, store[0], store[3], depth - 1) for store in mine)
    return term[0] == "o" and any(is_open(resolver, path, scope, part, depth - 1) for part in term[1])


def _name(r: Resolver, path: str, scope: int, name: str, depth: int) -> bool:
    owner = r.owner(path, scope, name)
    here = r.scope(path, owner) if owner is not None else None
    if here is None or owner is None or not here.is_function:
        return False
    number = next((n for n, param in enumerate(here.params) if param.name == name), None)
    if number is None:
        return any(is_open(r, path, owner, bound, depth - 1) for bound in here.binds.get(name, ()))
    known_default = any(v[0] == "T" for v in r.of(path, max(here.parent, 0), here.params[number].default))
    return not known_default and any(not values for values in r.params.given(path, owner, number))
