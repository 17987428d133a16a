"""One file -> its summary: definitions, calls, bindings and what encloses each call, as plain tuples.

A summary holds no syntax tree and no text of the file beyond identifiers and short words without spaces
(model names, addresses), so it can be kept in a cache. Expressions become terms, nested tuples whose first
item says what they are:

    ("n", name)              a name             ("a", term, attribute)   an attribute
    ("c", call number)       result of a call   ("f", scope number)      a function or lambda
    ("k", scope number)      a class            ("s", text)              a short string
    ("v", number or None)    another constant   ("j", terms)             strings joined together
    ("o", terms)             one of these       ("t", terms)             a tuple, list or set of these
    ("d", ((key, term), …))  a dictionary       ("i", term, key)         an item; key None = any
    ("p", term, term)        left | right       ("w", term)              what a with statement binds
    ("y", annotation)        an instance of it  ("m", level, module, name)  an import
    ("e", scope, term)       the term as it stands in another scope of the file
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

Term = Any
"""A nested tuple as listed above, or None where nothing is known."""

GROWS: Final = frozenset({"append", "add", "insert", "extend", "appendleft", "setdefault", "update", "put"})
"""Methods that put their last argument into the object they are called on."""


class Param(NamedTuple):
    """One parameter; `flag` is "" or "*" or "**"; `/` and keyword-only marks are not kept."""

    name: str
    flag: str
    annotation: Term
    default: Term


class Scope(NamedTuple):
    """A module, class, function or lambda. `enclosure` is where a lambda or definition stands in its parent."""

    kind: str
    name: str
    qualname: str
    parent: int
    first_line: int
    line: int
    last_line: int
    enclosure: int
    params: list[Param]
    decorators: list[Term]
    bases: list[Term]
    binds: dict[str, list[Term]]
    returns: list[Term]

    @property
    def is_function(self) -> bool:
        """Whether calls inside run when it is called, not when its module is loaded."""
        return self.kind in ("def", "async", "lambda")


class Call(NamedTuple):
    """One call expression. A starred argument is ("*", term); `keywords` hold (None, term) for `**term`."""

    scope: int
    func: Term
    args: tuple[Term, ...]
    keywords: tuple[tuple[str | None, Term], ...]
    line: int
    end_line: int
    column: int
    enclosure: int


class Fence(NamedTuple):
    """What encloses calls: see `paths.Enclosure`; `parent` is the next one out, -1 = none."""

    kind: str
    line: int
    end_line: int
    parent: int


class Summary(NamedTuple):
    """All that is kept of one file. `cells` are the first lines of a notebook's code cells, else empty.

    `attributes` are the assignments to them: scope, object, name, value, and whether it stands in a branch of an `if`.
    """

    lines: int
    scopes: list[Scope]
    calls: list[Call]
    fences: list[Fence]
    attributes: list[tuple[int, Term, str, Term, bool]]
    items: list[tuple[int, Term, Term, Term]]
    stars: list[tuple[int, int, str]]
    cells: list[int]


def terminal(term: Term) -> str | None:
    """Return the last name of a term: `c` of `a.b.c`, `f` of `f[0]`; None for other terms."""
    while term and term[0] in ("i", "w"):
        term = term[1]
    if not term:
        return None
    if term[0] == "n":
        return str(term[1])
    return str(term[2]) if term[0] == "a" else None
