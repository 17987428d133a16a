"""One way from a function up to a caller: plain data."""

from __future__ import annotations

from typing import NamedTuple

from whowaits.code.classes import RUN_FOR, ClassId
from whowaits.code.summary import Call, Scope
from whowaits.code.values import Resolver

Node = tuple[str, int]
"""A function, lambda or module: (path, scope number)."""


class Hop(NamedTuple):
    """One call on the way up: call `number` of `path`. `through`: the function below is handed to this callable."""

    path: str
    number: int
    through: str | None = None


class Edge(NamedTuple):
    """One way from a function up to a caller. `hops` are innermost first; all but the last are functions that got
    the function below as an argument. `on_self`: called on the caller's own object. `receivers`: classes of the
    object it is called on, where known."""

    hops: tuple[Hop, ...]
    on_self: bool = False
    receivers: tuple[ClassId, ...] = ()
    names: tuple[str, ...] = ()


def node_of(resolver: Resolver, path: str, scope: int) -> Node:
    """Return the function, lambda or module that runs what stands in `scope`."""
    scopes = resolver.files[path].scopes
    while scopes[scope].kind == "class" and scopes[scope].parent >= 0:
        scope = scopes[scope].parent
    return (path, scope)


def call_of(resolver: Resolver, hop: Hop) -> Call:
    """Return the call that a hop stands for."""
    return resolver.files[hop.path].calls[hop.number]


def is_called(scope: Scope) -> bool:
    """Whether a method runs when its object is called."""
    return scope.name == "__call__" or "__call__" in RUN_FOR.get(scope.name, ())
