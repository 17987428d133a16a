"""A tree of files -> `Facts`: the words of each file, its summary when it is asked for, and what could not be read.

What is known of a file is kept as long as its content stays; that it has stayed is told by its size and times, and by
its content where those could be too coarse to tell.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from whowaits import rules
from whowaits.code import files as tree
from whowaits.code import sieve, words
from whowaits.code.collection import no_collection
from whowaits.code.replies import NONE_YET, Replies
from whowaits.code.store import Row, Store
from whowaits.code.stored import revive
from whowaits.code.summaries import Numbers, Summaries
from whowaits.code.summary import Summary
from whowaits.code.walker import summarize
from whowaits.frozen import dataclass
from whowaits.model import Place, Skipped
from whowaits.rules.made import made

COARSE_NS: Final = 2_000_000_000
"""Two changes of a file that lie closer together may have the same time."""
MARK: Final = b"whowaits:"
"""What every comment holds that is meant for this program."""
NOTHING: Final = Summary(0, [], [], [], [], [], [], [])
"""The summary of a file that cannot be parsed."""
_NOT_PARSED: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
_NOT_OURS: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


@functools.cache
def version() -> str:
    """Return what changes whenever facts or what is found do: the code, the rules, the Python that parses."""
    return f"{made('digest') or digest()} {sys.version_info[:3]}"


def digest() -> str:
    """Return what stands for the content of the code and the rules."""
    digest = hashlib.blake2b(digest_size=16)
    package = Path(__file__).parent.parent
    folders = (package / "code", "*.py"), (package / "deadlines", "*.py"), (rules.rules_dir(), "*.yaml")
    for path in (path for folder, names in folders for path in sorted(folder.rglob(names))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Fresh(NamedTuple):
    """What was read of one file. `numbers` is None where all of it cannot be read, and `skipped` says why.

    `words` are those of its text, each once, with spaces around them.
    """

    source: tree.Source
    words: bytes
    numbers: list[int] | None
    skipped: tuple[Skipped, ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index knows of a tree. `files` maps the path of a file below `root` to its summary, in their order."""

    root: Path
    files: Summaries
    tree: Tree

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read."""
        return self.tree.skipped()


def build(root: Path, files: Iterable[Path], *, given: Mapping[str, bytes] | None = None) -> Facts:
    """Return the facts of `files`, all of which lie below `root`, from the files alone."""
    return look(root, (tree.relative(path, root) for path in files), None, given or {}).facts()


def look(
    root: Path, names: Iterable[str], store: Store | None, given: Mapping[str, bytes], nameless: Iterable[str] = ()
) -> Tree:
    """Look which of the files of these names have changed since `store` was written, and read those."""
    found = Tree(root, store, given)
    found.nameless = [Skipped(Place(tree.shown(name)), "its name is not UTF-8") for name in nameless]
    with no_collection():
        for place in sorted(names, key=lambda name: name.split("/")):
            found.add(place)
    return found


class Tree:
    """The files of a tree, in their order, each with a digest of its content.

    `new` are those that are not as they were when the cache was written.
    """

    def __init__(self, root: Path, store: Store | None, given: Mapping[str, bytes]) -> None:
        self.root = root
        self.store = store
        self.given = given
        rows = store.ask("SELECT path, size, changed, seen, digest FROM file") if store else []
        self._old = {row[0]: row[1:] for row in rows}
        self.places: dict[str, Any] = {}
        self.new: dict[str, _Fresh] = {}
        self.unreadable: list[Skipped] = []
        self.nameless: list[Skipped] = []
        self._stamps: dict[str, Row] = {}
        self._made: dict[str, Summary] = {}
        self._code: dict[str, words.Code] = {}
        self._unchecked: set[str] = set()

    # -- looking -------------------------------------------------------------------------------------------------

    def add(self, place: str) -> None:
        """Look at one file."""
        if place in self.given:
            self._take(place, self.given[place])
            return
        full = os.path.join(self.root, place)  # noqa: PTH118 - once for each file
        try:
            seen, state = time.time_ns(), os.stat(full, follow_symlinks=False)  # noqa: PTH116
            stamp = (state.st_size, max(state.st_mtime_ns, state.st_ctime_ns))
            old = self._old.get(place)
            if old is not None and old[:2] == stamp and stamp[1] + COARSE_NS < old[2]:
                self.places[place] = old[3]
                return
            with open(full, "rb") as stream:  # noqa: PTH123
                self._take(place, stream.read())
            self._stamps[place] = (*stamp, seen)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or 'input error'}"
            self.unreadable.append(Skipped(Place(place), reason))

    def _take(self, place: str, data: bytes) -> None:
        self.places[place] = digest = hashlib.blake2b(data, digest_size=16).digest()
        if place not in self._old or self._old[place][3] != digest:
            self.new[place] = _read(self.root / place, data, place)
            self._unchecked.add(place)

    def digest(self, place: str) -> bytes | None:
        """Return what stands for the content of a file of the tree; None where that is not what is on the disk."""
        return None if place in self.given else self.places.get(place)

    def spelled(self, place: str) -> bytes | None:
        """Return the words of the text of a file that was read in this run, each once, with spaces around them."""
        fresh = self.new.get(place)
        return fresh.words if fresh and fresh.source.text else None

    def held(self, place: str) -> bytes | None:
        """Return the bytes of a Python file that was read in this run."""
        fresh = self.new.get(place)
        return fresh.source.text if fresh and isinstance(fresh.source.text, bytes) and fresh.source.text else None

    @property
    def gone(self) -> set[str]:
        """The files that were there when the cache was written and are there no more."""
        return self._old.keys() - self.places.keys()

    @property
    def added(self) -> set[str]:
        """The files of which the cache knows nothing."""
        return self.new.keys() - self._old.keys()

    # -- what is known of the files --------------------------------------------------------------------------------

    def facts(self, before: Replies | None = None) -> Facts:
        """Return what is known of the tree, with summaries that are read when they are asked for.

        `before` is what was found out the last time about files that have not changed since.
        """
        fresh = {place: read.numbers for place, read in self.new.items() if read.numbers is not None}
        rows = self.store.ask("SELECT path FROM file WHERE words IS NULL") if self.store else []
        unreadable = {path for (path,) in rows}
        paths = [p for p in self.places if (p in fresh if p in self.new else p not in unreadable)]
        numbers = Numbers(fresh, lambda: self._numbers(paths, fresh))
        return Facts(self.root, Summaries(paths, numbers, self.code, self._summary, before or NONE_YET), self)

    def _numbers(self, paths: list[str], fresh: Mapping[str, Iterable[int]]) -> dict[str, Iterable[int]]:
        rows = self.store.ask("SELECT path, words FROM file") if self.store and self._old else []
        known = {path: _numbers(row) for path, row in rows}
        found: dict[str, Iterable[int]] = {}
        for path in paths:
            numbers = fresh[path] if path in fresh else known.get(path)
            found[path] = (self._reread(path).numbers or ()) if numbers is None else numbers
        return found

    def check(self) -> None:
        """Find out of which files that nobody asked for the syntax is wrong."""
        for place in sorted(self._unchecked):
            fresh = self.new[place]
            if fresh.numbers is not None and not fresh.source.cells:
                try:
                    tree.require_syntax(fresh.source.text)
                except _NOT_PARSED as error:
                    self._refuse(place, error)
        self._unchecked.clear()

    def _refuse(self, place: str, error: BaseException) -> None:
        line = error.lineno if isinstance(error, SyntaxError) else None
        left_out = Skipped(Place(place, line or None), tree.why_not_parsed(error))
        self.new[place] = self.new[place]._replace(numbers=None, skipped=(left_out,))

    def skipped(self) -> tuple[Skipped, ...]:
        """Return what could not be read, in the order of paths."""
        self.check()
        rows = self.store.ask("SELECT path, skipped FROM file WHERE skipped <> '[]'") if self.store else []
        there = self.places.keys() - self.new.keys()
        found = [*self.unreadable, *self.nameless, *(s for fresh in self.new.values() for s in fresh.skipped)]
        found += (s for place, row in rows if place in there for s in _skipped(place, row))
        return tuple(sorted(found, key=lambda s: (s.place.path, s.place.cell or 0)))

    def parsed(self) -> int:
        """Return how many files could be read."""
        self.check()
        rows = self.store.ask("SELECT path FROM file WHERE words IS NULL") if self.store else []
        old = {row[0] for row in rows}
        there = (self.new[p].numbers is None if p in self.new else p in old for p in self.places)
        return len(self.places) - sum(there)

    def marked(self) -> list[str]:
        """Return the files that have something to say to this program, in their order."""
        rows = self.store.ask("SELECT path FROM file WHERE marked = 1") if self.store else []
        old = {row[0] for row in rows}
        return [p for p in self.places if (self.new[p].marked if p in self.new else p in old)]

    def code(self, place: str) -> words.Code:
        """Return the code of a file."""
        if place not in self._code:
            fresh = self.new.get(place) or self._reread(place)
            self._code[place] = words.Code(fresh.source.text)
        return self._code[place]

    def _summary(self, place: str) -> Summary:
        fresh = self.new.get(place)
        if fresh is None and self.store is not None:
            digest = self.places[place]
            for (row,) in self.store.ask("SELECT row FROM summary WHERE path = ? AND digest = ?", place, digest):
                if (known := _revived(row)) is not None:
                    return known
        fresh = fresh or self._reread(place)
        self._unchecked.discard(place)
        try:
            self._made[place] = made = summarize(fresh.source.text, fresh.source.cells)
        except _NOT_PARSED as error:
            if place in self.new:
                self._refuse(place, error)
            return NOTHING
        return made

    def _reread(self, place: str) -> _Fresh:
        try:
            data = (self.root / place).read_bytes()
        except OSError:
            data = b""
        return _read(self.root / place, data, place)

    # -- keeping ---------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Put what was read into the store."""
        import orjson

        if self.store is None:
            return
        self.check()
        dropped = [(place,) for place in (*self.gone, *(self.new.keys() & self._old.keys()))]
        self.store.put("DELETE FROM file WHERE path = ?", dropped)
        self.store.put("DELETE FROM summary WHERE path = ?", dropped)
        self.store.put("DELETE FROM said WHERE path = ?", [(place,) for place in self.gone])
        fresh = [(p, *self._stamps[p], self.places[p], *_row(f)) for p, f in self.new.items() if p in self._stamps]
        self.store.put("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)", fresh)
        stamps = [(*stamp, place) for place, stamp in self._stamps.items() if place not in self.new]
        self.store.put("UPDATE file SET size = ?, changed = ?, seen = ? WHERE path = ?", stamps)
        for place, summary in self._made.items():
            digest = self.places[place]
            with suppress(orjson.JSONEncodeError, RecursionError):  # a number of more than 64 bits, say
                row = orjson.dumps(summary, default=list)
                self.store.put("INSERT OR REPLACE INTO summary VALUES (?, ?, ?)", [(place, digest, row)])


def _read(path: Path, data: bytes, place: str) -> _Fresh:
    marked = MARK in data
    try:
        source, skipped = tree.read(path, data, place)
    except tree.Unreadable as error:
        return _Fresh(tree.Source(b"", []), b"", None, (Skipped(Place(place), str(error)),), marked)
    found = sieve.words_of(source.text)
    return _Fresh(source, b" ".join((b"", *found, b"")), sieve.numbers_of(found), tuple(skipped), marked)


# -- rows of the store ------------------------------------------------------------------------------------------------


def _row(fresh: _Fresh) -> Row:
    numbers = None if fresh.numbers is None else array("I", fresh.numbers).tobytes()
    skipped = json.dumps([(s.place.line, s.place.cell, s.reason) for s in fresh.skipped])
    return numbers, skipped, int(fresh.marked)


def _numbers(row: object) -> array[int] | None:
    if not isinstance(row, bytes) or len(row) % 4:
        return None
    numbers = array("I")
    numbers.frombytes(row)
    return numbers


def _skipped(place: str, row: object) -> Iterator[Skipped]:
    try:
        for line, cell, reason in json.loads(str(row)):
            yield Skipped(Place(place, _int(line), cell=_int(cell)), str(reason))
    except _NOT_OURS:
        return


def _int(value: object) -> int | None:
    return value if type(value) is int else None


def _revived(row: object) -> Summary | None:
    import orjson

    try:
        return revive(orjson.loads(row))  # type: ignore[arg-type]
    except _NOT_OURS:
        return None
