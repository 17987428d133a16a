"""Which words stand anywhere in the text of a file, comments included: a cheap sieve before its code is looked at.

A file whose code holds a name, as `words` sees it, has all words of the name here; the reverse does not hold. A word is
kept as a number, never as text: what is kept of a file says nothing of what it says. That two words may have the same
number costs time and changes no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from zlib import crc32

from whowaits.code import texts, words

_APART: Final = bytes(sign if sign >= 0x80 or chr(sign).isalnum() or sign == ord("_") else 0x20 for sign in range(256))
_DIGITS: Final = b"0123456789"
_COMPUTED: Final = words.COMPUTED.encode()


def words_of(text: str | bytes) -> set[bytes]:
    """Return the words of a text, and names that its code holds without spelling them out."""
    data = texts.in_utf8(text)
    found = set(data.translate(_APART).split())
    found.update([word.lstrip(_DIGITS) for word in found])
    if not data.isascii():
        found.update(texts.normal({word for word in found if not word.isascii()}))
    if texts.may_compose(data):
        found.update(texts.composed(texts.code_of(data)))
    found.update(method for sign, method in texts.OPERATORS if sign in data)
    if not found.isdisjoint(words.GIVE_NAMES):
        found.add(_COMPUTED)
    return found


def numbers_of(found: Iterable[bytes]) -> list[int]:
    """Return the numbers of words, each once, in order."""
    return sorted(set(map(crc32, found)))


def questions(name: str, how: str) -> list[int]:
    """Return the numbers that a file has whose code can hold a name in some way; none where no word tells."""
    if how == words.COMPUTED:
        return [crc32(_COMPUTED)]
    return [crc32(word.encode("utf-8", "surrogatepass")) for word in texts.names_in(name)]


class Sieve:
    """Finds files by the numbers of their words, which are read when it is asked for the first time."""

    def __init__(self, ranks: Mapping[str, int], numbers: Callable[[], Mapping[str, Iterable[int]]]) -> None:
        self._ranks = ranks
        self._numbers = numbers
        self._having: dict[int, list[int]] | None = None

    def having(self, numbers: list[int]) -> list[int]:
        """Return the ranks of the files that have all of some numbers, in order."""
        if self._having is None:
            self._having = self._inverted()
        found = self._having.get(numbers[0], [])
        for number in numbers[1:]:
            also = set(self._having.get(number, ()))
            found = [rank for rank in found if rank in also]
        return found

    def _inverted(self) -> dict[int, list[int]]:
        having: defaultdict[int, list[int]] = defaultdict(list)
        for path, numbers in self._numbers().items():
            rank = self._ranks[path]
            for number in numbers:
                having[number].append(rank)
        return having
