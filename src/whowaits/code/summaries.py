"""The summaries of a tree, each read when something is asked that its file can answer, and kept from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from whowaits.code import replies, sieve, words
from whowaits.code.replies import Question, Replies, Reply
from whowaits.code.summary import Summary
from whowaits.code.words import Code


class Numbers(NamedTuple):
    """The numbers of the words of files: of those that were read now, and of all."""

    fresh: Mapping[str, Iterable[int]]
    every: Callable[[], Mapping[str, Iterable[int]]]


class Summaries(Mapping[str, Summary]):
    """Path -> summary, in the order of files. `code` gives the code of a file, `read` its summary.

    `asked` are the questions that were put about words, and `told` the files that were given in answer or read: as long
    as those stay as they are and no other file answers such a question, all that was found stays as it is.
    """

    def __init__(
        self,
        paths: Sequence[str],
        numbers: Numbers,
        code: Callable[[str], Code],
        read: Callable[[str], Summary],
        before: Replies = replies.NONE_YET,
    ) -> None:
        self._paths = tuple(paths)
        self._ranks = {path: rank for rank, path in enumerate(self._paths)}
        self._fresh = sieve.Sieve(self._ranks, lambda: numbers.fresh)
        self._every = sieve.Sieve(self._ranks, numbers.every)
        self._code = code
        self._read = read
        self._before = before
        self._known: dict[str, Summary] = {}
        self.asked: dict[Question, Reply] = {}
        self.told: set[str] = set()
        before.see(self._ranks, numbers.fresh.keys())

    def __getitem__(self, path: str) -> Summary:
        known = self._known.get(path)
        if known is None:
            if path not in self._ranks:
                raise KeyError(path)
            known = self._known[path] = self._read(path)
            self.told.add(path)
        return known

    def is_readable(self, path: str) -> bool:
        """Return whether there is a file of this path, and it can be parsed."""
        return path in self._ranks and bool(self[path].scopes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._ranks

    def rank(self, path: str) -> int:
        """Return the place of a file in the order of files."""
        return self._ranks[path]

    def mentioning(self, name: str, how: str = "") -> Iterator[str]:
        """Yield the files that can hold a name, in their order; with `how`, those that can hold it in this way."""
        question = (name, how)
        reply = self.asked.get(question)
        if reply is None:
            reply = self.asked[question] = Reply(self._candidates(question))
        number = 0
        while number < len(reply.held) or self._look_on(question, reply):
            path = self._paths[reply.held[number]]
            number += 1
            self.told.add(path)
            yield path

    def holds(self, name: str, how: str = "") -> bool:
        """Return whether any file can hold a name."""
        return next(self.mentioning(name, how), None) is not None

    def _look_on(self, question: Question, reply: Reply) -> bool:
        """Look for the next file that holds a name; one that was read is not searched for what it tells exactly."""
        exact = question[1] in words.LOOKED_UP
        for rank, known in reply.candidates:
            path = self._paths[rank]
            if known or (exact and path in self._known) or self._code(path).holds(*question):
                reply.held.append(rank)
                reply.until = rank + 1
                return True
        reply.until = len(self._paths)
        return False

    def _candidates(self, question: Question) -> Iterator[tuple[int, bool]]:
        """The files that have the words of a name, with whether they are known to hold it."""
        numbers = sieve.questions(*question)
        if not numbers:
            yield from ((rank, True) for rank in range(len(self._paths)))
            return
        until, held = self._before.get(question)
        fresh = [(rank, False) for rank in self._fresh.having(numbers) if rank < until] if until else []
        yield from sorted([(rank, True) for rank in held] + fresh)
        if until < len(self._paths):
            yield from ((rank, False) for rank in self._every.having(numbers) if rank >= until)
