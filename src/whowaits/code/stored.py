"""Summaries read back from a cache: plain rows -> `Summary`, with everything that is not one refused.

The cache may come with a repository, so nothing in it is trusted: a row that could not have been written by this
program raises ValueError, TypeError, IndexError or KeyError, and then the file is read anew.
"""

from __future__ import annotations

from typing import Any, Final

from whowaits.code.summary import Call, Fence, Param, Scope, Summary

_KINDS: Final = frozenset({"module", "def", "async", "lambda", "class"})
_FENCES: Final = frozenset({"for", "while", "comprehension", "try", "with"})
_FLAGS: Final = frozenset({"", "*", "**", "k"})


def revive(row: Any) -> Summary:
    """Return the summary that a row of the cache holds."""
    lines, scopes, calls, fences, attributes, items, stars, cells = row
    for scope in scopes:
        scope[8] = [Param(*p) for p in scope[8]]
    made = Summary(
        lines,
        [Scope(*s) for s in scopes],
        [Call(*c) for c in calls],
        [Fence(*f) for f in fences],
        attributes,
        items,
        stars,
        cells,
    )
    _Check(made).everything()
    return made


class _Check:
    """Goes through a summary once and raises where a number leads nowhere or a term is none."""

    def __init__(self, summary: Summary) -> None:
        self.s = summary
        self.scopes = len(summary.scopes)
        self.calls = len(summary.calls)
        self.fences = len(summary.fences)

    def everything(self) -> None:
        """Raise if anything is wrong."""
        s = self.s
        _need(type(s.lines) is int and all(type(c) is int for c in s.cells))
        for number, scope in enumerate(s.scopes):
            self.scope(number, scope)
        for call in s.calls:
            self.call(call)
        for number, fence in enumerate(s.fences):
            _need(fence.kind in _FENCES and type(fence.line) is int and type(fence.end_line) is int)
            _need(-1 <= fence.parent < number)
        for at, base, name, term, optional in s.attributes:
            _need(0 <= at < self.scopes and type(name) is str and type(optional) is bool)
            self.terms((base, term))
        for at, base, key, term in s.items:
            _need(0 <= at < self.scopes)
            self.terms((base, key, term))
        _need(all(0 <= a < self.scopes and type(n) is int and type(m) is str for a, n, m in s.stars))

    def scope(self, number: int, scope: Scope) -> None:
        """Check one scope; only the first has no parent."""
        _need(scope.kind in _KINDS and type(scope.name) is str and type(scope.qualname) is str)
        _need(all(type(n) is int for n in scope[4:7]) and -1 <= scope.enclosure < self.fences)
        _need((0 <= scope.parent < number) if number else (scope.parent == -1 and scope.kind == "module"))
        for param in scope.params:
            _need(type(param.name) is str and param.flag in _FLAGS)
            self.terms(param[2:4])
        self.terms((*scope.decorators, *scope.bases, *scope.returns))
        for name, terms in scope.binds.items():
            _need(type(name) is str)
            self.terms(terms)

    def call(self, call: Call) -> None:
        """Check one call."""
        _need(0 <= call.scope < self.scopes and -1 <= call.enclosure < self.fences)
        _need(all(type(n) is int for n in call[4:7]))
        _need(all(k is None or type(k) is str for k, _ in call.keywords))
        self.terms((call.func, *call.args, *(t for _, t in call.keywords)))

    def terms(self, terms: Any) -> None:
        """Check terms and the terms inside them."""
        waiting = list(terms)
        while waiting:
            term = waiting.pop()
            if term is not None:
                _INSIDE[term[0]](self, term, waiting)


def _need(holds: bool) -> None:
    if not holds:
        raise ValueError("the cache does not hold summaries")


def _name(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and type(t[1]) is str)


def _attribute(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 3 and type(t[2]) is str)
    waiting.append(t[1])


def _call(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and type(t[1]) is int and 0 <= t[1] < c.calls)


def _function(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and type(t[1]) is int and c.s.scopes[t[1]].is_function and t[1] > 0)


def _class(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and type(t[1]) is int and c.s.scopes[t[1]].kind == "class" and t[1] > 0)


def _constant(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and (t[1] is None or type(t[1]) in (bool, int, float)))


def _several(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2 and type(t[1]) is list)
    waiting.extend(t[1])


def _display(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2)
    for key, value in t[1]:
        _need(key is None or len(key) == 2 or key == ["**"])
        waiting.append(value)
        if key != ["**"]:
            waiting.append(key)


def _item(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) in (3, 4) and (t[2] is None or type(t[2]) in (int, str, bool)))
    waiting += (t[1], *t[3:])


def _one(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 2)
    waiting.append(t[1])


def _pipe(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 3)
    waiting += t[1:]


def _elsewhere(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 3 and type(t[1]) is int and 0 <= t[1] < c.scopes)
    waiting.append(t[2])


def _import(c: _Check, t: Any, waiting: list[Any]) -> None:
    _need(len(t) == 4 and type(t[1]) is int and type(t[2]) is str and (t[3] is None or type(t[3]) is str))


_INSIDE: Final[dict[str, Any]] = {
    "n": _name,
    "s": _name,
    "a": _attribute,
    "c": _call,
    "f": _function,
    "k": _class,
    "v": _constant,
    "j": _several,
    "o": _several,
    "t": _several,
    "d": _display,
    "i": _item,
    "p": _pipe,
    "m": _import,
    "w": _one,
    "y": _one,
    "*": _one,
    "e": _elsewhere,
}
