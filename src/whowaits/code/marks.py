"""`# whowaits:` comments: what they say, and which of them belong to a call or to its driver.

    # whowaits: person -- reason
    # whowaits: nobody deadline=4h -- reason
    # whowaits: ignore[rule-id, rule-id] until=2027-03-01 owner=data-eng -- reason

Without a reason a comment does not count, and neither does it after its last day.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from whowaits.code.sources import Sources
from whowaits.deadlines import durations
from whowaits.frozen import dataclass
from whowaits.model import Place, Skipped, Waiter

WORD: Final = "whowaits:"
_COMMENT: Final = re.compile(r"#\s*whowaits:\s*(?P<words>.*)$")
_SPLIT: Final = re.compile(r"\s+(?:--|—)(?:\s+|$)")
_IGNORE: Final = re.compile(r"ignore\[([^\]]*)\]")
_WAITERS: Final[dict[str, Waiter]] = {"person": "person", "program": "program", "nobody": "nobody"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One comment. `alone`: nothing but the comment is on its line. `error`: why it cannot be understood."""

    place: Place
    alone: bool
    said: str
    """Everything before the reason, as written."""
    reason: str = ""
    rules: tuple[str, ...] = ()
    waiter: Waiter | None = None
    deadline_s: float | None = None
    until: date | None = None
    owner: str | None = None
    error: str | None = None

    def counts_on(self, day: date | None) -> bool:
        """Return whether it holds on a day; without a day, nothing is over."""
        return self.error is None and bool(self.reason) and not self.is_over_on(day)

    def is_over_on(self, day: date | None) -> bool:
        """Return whether its last day has passed."""
        return self.until is not None and day is not None and self.until < day


class Marks:
    """The comments of a tree; each file is looked through once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: dict[tuple[str, int | None], tuple[Mark, ...]] = {}
        self._nodes: dict[tuple[str, int | None], list[ast.AST]] = {}

    def of(self, path: str, cell: int | None = None) -> tuple[Mark, ...]:
        """Return the comments of a file, or of one code cell of a notebook, in their order."""
        key = (path, cell)
        if key not in self._known:
            lines = self._sources.lines(path, cell)
            told = any(WORD in line for line in lines)
            self._known[key] = tuple(_found(Place(path, cell=cell), "".join(lines))) if told else ()
        return self._known[key]

    def in_files(self, paths: Iterable[str]) -> Iterator[Mark]:
        """Yield every comment of some files."""
        for path in paths:
            if self._sources.mentions(path, WORD.encode()):
                for cell in self._sources.cells(path):
                    yield from self.of(path, cell)

    def not_understood(self, paths: Iterable[str]) -> Iterator[Skipped]:
        """Yield the comments of some files that say nothing that is known, each with why."""
        for mark in self.in_files(paths):
            if mark.error is not None:
                yield Skipped(mark.place, mark.error)

    def at(self, path: str, cell: int | None, first: int, last: int) -> list[Mark]:
        """Return the comments on the lines from `first` to `last`, and those alone on the lines just above."""
        marks = {mark.place.line or 0: mark for mark in self.of(path, cell)}
        found = [mark for line, mark in marks.items() if first <= line <= last]
        above = first - 1
        while above in marks and marks[above].alone:
            found.append(marks[above])
            above -= 1
        return sorted(found, key=lambda m: m.place.line or 0)

    def at_driver(self, driver: Place) -> list[Mark]:
        """Return the comments on the lines of a driver: the head of a loop, all of an expression."""
        if driver.line is None or not self.of(driver.path, driver.cell):
            return []
        last, trailing = self._extent(driver)
        found = self.at(driver.path, driver.cell, driver.line, last)
        return found + [m for m in self.at(driver.path, driver.cell, last + 1, trailing) if not m.alone]

    def _extent(self, driver: Place) -> tuple[int, int]:
        """The last line of a driver, and the last on which a comment beside code is still its own."""
        line = driver.line or 1
        starting = [n for n in self._tree(driver.path, driver.cell) if getattr(n, "lineno", 0) == line]
        for node in starting:
            if isinstance(node, ast.For | ast.AsyncFor):
                return node.iter.end_lineno or line, max(line, node.body[0].lineno - 1)
            if isinstance(node, ast.While):
                return node.test.end_lineno or line, max(line, node.body[0].lineno - 1)
        last = max((n.end_lineno or line for n in starting if isinstance(n, ast.expr)), default=line)
        return last, last

    def _tree(self, path: str, cell: int | None) -> list[ast.AST]:
        key = (path, cell)
        if key not in self._nodes:
            try:
                self._nodes[key] = list(ast.walk(ast.parse("".join(self._sources.lines(path, cell)))))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._nodes[key] = []
        return self._nodes[key]


def _found(where: Place, text: str) -> Iterator[Mark]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and (match := _COMMENT.search(token.string)):
                place = Place(where.path, token.start[0], cell=where.cell)
                yield read(match["words"], place, alone=not token.line[: token.start[1]].strip())
    except (tokenize.TokenError, SyntaxError):
        return  # the index names the files that do not parse


def read(words: str, place: Place, *, alone: bool) -> Mark:
    """Return what a comment says."""
    claims, reason = (*_SPLIT.split(words.strip(), maxsplit=1), "")[:2]
    said = " ".join(claims.split())
    rules, rest = _rules(claims)
    waiter: Waiter | None = None
    deadline_s: float | None = None
    until: date | None = None
    owner: str | None = None
    error: str | None = None
    for word in rest:
        key, _, value = word.partition("=")
        if word in _WAITERS and not rules:
            waiter = _WAITERS[word]
        elif key == "deadline" and not rules and (given := durations.parse(value)) is not None:
            deadline_s = given
        elif key == "until" and (last := _day(value)) is not None:
            until = last
        elif key == "owner" and value:
            owner = value
        else:
            error = error or _not_understood(word, rules)
    if not (rules or waiter or deadline_s is not None or error):
        error = "`# whowaits:` says neither who waits, nor a deadline, nor ignore[rule-id]"
    return Mark(place, alone, said, reason.strip(), rules, waiter, deadline_s, until, owner, error)


def _rules(claims: str) -> tuple[tuple[str, ...], list[str]]:
    """The rules that a comment ignores, and its other words."""
    found = _IGNORE.search(claims)
    if found is None:
        return (), claims.replace(",", " ").split()
    rest = claims[: found.start()] + " " + claims[found.end() :]
    return tuple(found[1].replace(",", " ").split()), rest.replace(",", " ").split()


def _not_understood(word: str, rules: Iterable[str]) -> str:
    if word.partition("=")[0] == "until":
        return f"`# whowaits:` says `{word}`; a day is written until=2027-03-01"
    if word.startswith("ignore"):
        return f"`# whowaits:` says `{word}`; name the rule: ignore[loop-over-data]"
    if word.strip("-") == "":
        return f"`# whowaits:` says `{word}`; a reason comes after ` -- `"
    known = "until=DAY or owner=NAME" if rules else "person, program, nobody or a deadline such as deadline=20m"
    keys = ("until", "owner") if rules else ("until", "owner", "deadline", *_WAITERS)
    near = difflib.get_close_matches(word.partition("=")[0], keys, n=1)
    return f"`# whowaits:` says `{word}`, not {known}" + (f"; did you mean `{near[0]}`?" if near else "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
