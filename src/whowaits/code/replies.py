"""Which files hold a name in some way: what was found out, and what was found out last time.

Whether a file holds a name depends on its content alone, so a reply is good for all files that have not changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

Question = tuple[str, str]
"""A name, and the way in which it is held ("" = any)."""


class Reply:
    """Of the first `until` files, those of the ranks `held` hold a name; `candidates` are to be looked at yet.

    A candidate is the rank of a file, with whether it is known to hold the name.
    """

    def __init__(self, candidates: Iterator[tuple[int, bool]]) -> None:
        self.candidates = candidates
        self.until = 0
        self.held: list[int] = []


class Known(NamedTuple):
    """A reply of last time in the ranks of today: those of `held`, of the files below `until` that have not changed."""

    until: int = 0
    held: tuple[int, ...] = ()


class Replies:
    """What was found out last time about the files at `paths`; made of plain data that may be wrong."""

    def __init__(self, paths: list[str], rows: list[list[Any]]) -> None:
        self._paths = paths
        self._rows: dict[Question, tuple[int, list[int]]] = {
            (name, how): (until, held) for name, how, until, held in rows
        }
        self._now: list[int] = []
        self._until: list[int] = []

    def questions(self) -> Iterator[Question]:
        """Yield what was asked."""
        yield from self._rows

    def see(self, ranks: Mapping[str, int], changed: Set[str]) -> None:
        """Learn the ranks of today, and which files are not as they were."""
        self._now = [-1 if path in changed else ranks.get(path, -1) for path in self._paths]
        self._until = [len(ranks)]
        for path in reversed(self._paths):
            self._until.append(ranks.get(path, self._until[-1]))
        self._until.reverse()

    def get(self, question: Question) -> Known:
        """Return what is known of a question."""
        row = self._rows.get(question)
        if row is None:
            return Known()
        until, held = row
        now = (self._now[rank] for rank in held)
        return Known(self._until[until], tuple(sorted({rank for rank in now if rank >= 0})))


NONE_YET = Replies([], [])


def rows(asked: Mapping[Question, Reply]) -> list[list[Any]]:
    """Return the plain data of replies, in the order of questions."""
    return [[*question, reply.until, reply.held] for question, reply in sorted(asked.items())]


def revive(paths: Any, plain: Any) -> Replies:
    """Return the replies of plain data; ValueError or TypeError where it can be none."""
    if any(type(path) is not str for path in paths):
        raise TypeError("not a path")
    for name, how, until, held in plain:
        if type(name) is not str or type(how) is not str:
            raise TypeError("not a question")
        if not 0 <= until <= len(paths) or any(not 0 <= rank < len(paths) for rank in held):
            raise ValueError("not a rank")
    return Replies(paths, plain)
