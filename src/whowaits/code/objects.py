"""Objects that are handed out of the tree: whoever gets one calls its methods, as a library does with a subclass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from whowaits.code.classes import ClassId
from whowaits.code.modules import is_test
from whowaits.code.summary import GROWS, terminal
from whowaits.code.uses import Use
from whowaits.code.values import Resolver

Made = tuple[str, int]
"""The call that made an object: (path, number)."""

MAX_MADE: Final = 40
_STORED: Final = ("bind", "put", "default", "attribute")


def takers(resolver: Resolver, cls: ClassId) -> Iterator[Made]:
    """Yield the calls of callables from outside that get an object of a class, itself or inside another object."""
    waiting = deque(_constructed(resolver, cls))
    seen: set[Made] = set()
    while waiting and len(seen) < MAX_MADE:
        made = waiting.popleft()
        for call in _given(resolver, made):
            if call not in seen and _is_outside(resolver, call):
                seen.add(call)
                waiting.append(call)
                yield call


def _constructed(resolver: Resolver, cls: ClassId) -> Iterator[Made]:
    for known in (cls, *resolver.classes.below(cls)):
        for path, number in resolver.uses.calls(resolver.scope(*known).name):
            call = resolver.files[path].calls[number]
            if is_test(path) <= is_test(cls[0]) and ("C", *known) in resolver.of(path, call.scope, call.func):
                yield path, number


def _given(resolver: Resolver, made: Made) -> Iterator[Made]:
    """The calls that get what a call made, straight or under a name."""
    for use in resolver.uses.results(*made):
        if use.how == "arg":
            yield use.path, use.number
        elif use.how in _STORED:
            named = (u for u in resolver.uses.names(str(use.key)) if u.how == "arg")
            yield from ((u.path, u.number) for u in named if _is_made_by(resolver, u, made))


def _is_made_by(resolver: Resolver, use: Use, made: Made) -> bool:
    scope = resolver.files[use.path].calls[use.number].scope
    maker = resolver.files[made[0]].calls[made[1]]
    results = {("O", *v[1:]) for v in resolver.of(made[0], maker.scope, maker.func) if v[0] == "C"}
    values = resolver.of(use.path, scope, use.term)
    return any(v in results or (v[0] == "X" and made in v[2]) for v in values)


def _is_outside(resolver: Resolver, call: Made) -> bool:
    """Whether something is called that the tree does not hold and that does more than collect."""
    path, number = call
    return not resolver.params.callees(path, number) and terminal(resolver.files[path].calls[number].func) not in GROWS
