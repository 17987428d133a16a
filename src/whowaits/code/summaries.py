"""The summaries of a tree, each read when something is asked that its file can answer, and kept from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from whowaits.code import words
from whowaits.code.summary import Summary


class Summaries(Mapping[str, Summary]):
    """Path -> summary, in the order of files. `code` gives the code of a file, `read` its summary.

    `asked` are the questions that were put about words, and `told` the files that were given in answer or read: as long
    as those stay as they are and no other file answers such a question, all that was found stays as it is.
    """

    def __init__(
        self, numbers: Mapping[str, Iterable[int]], code: Callable[[str], bytes], read: Callable[[str], Summary]
    ) -> None:
        self._paths = tuple(numbers)
        self._ranks = {path: rank for rank, path in enumerate(self._paths)}
        self._holding: dict[int, list[int]] = {}
        self._code = code
        self._read = read
        self._known: dict[str, Summary] = {}
        self._where: dict[tuple[str, str], dict[str, bool]] = {}
        self.asked: set[tuple[str, str]] = set()
        self.told: set[str] = set()
        holding = self._holding
        for rank, path in enumerate(self._paths):
            for number in numbers[path]:
                if number in holding:
                    holding[number].append(rank)
                else:
                    holding[number] = [rank]

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
        self.asked.add((name, how))
        told = words.tells(name, how)
        known = self._where.setdefault((name, how), {}) if told else {}
        for rank in self._ranks_of(name, how):
            path = self._paths[rank]
            if told:
                if path not in known:
                    known[path] = words.stands(self._code(path), name, how)
                if not known[path]:
                    continue
            self.told.add(path)
            yield path

    def holds(self, name: str, how: str = "") -> bool:
        """Return whether any file can hold a name."""
        return next(self.mentioning(name, how), None) is not None

    def _ranks_of(self, name: str, how: str) -> Iterable[int]:
        numbers = words.questions(name, how)
        if not numbers:
            return range(len(self._paths))
        ranks = self._holding.get(numbers[0], [])
        for number in numbers[1:]:
            also = set(self._holding.get(number, ()))
            ranks = [rank for rank in ranks if rank in also]
        return ranks
