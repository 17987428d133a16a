"""What is written down about code: `# whowaits:` comments, the workload register, sentences of runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from whowaits.code.evidence import Reading
from whowaits.code.paths import Site
from whowaits.code.sources import Sources
from whowaits.config import Config
from whowaits.deadlines import durations, register
from whowaits.deadlines.runbooks import Proposal
from whowaits.model import Basis, Evidence, Place, Skipped, Waiter

RULE: Final = "whowaits-comment"
_COMMENT: Final = re.compile(r"#\s*whowaits:\s*(?P<words>.*)$")
_SPLIT: Final = re.compile(r"\s+--\s+|\s+—\s+")
_WAITERS: Final[dict[str, Waiter]] = {"person": "person", "program": "program", "nobody": "nobody"}


class Declarations:
    """Finds what is declared, or proposed by a runbook, about a call site on one of its paths."""

    def __init__(self, sources: Sources, config: Config, proposals: Sequence[Proposal] = ()) -> None:
        self._sources = sources
        self._proposals = proposals
        self._entries = [e for e in config.workloads if e.code]
        self.skipped: dict[Place, Skipped] = {}

    def about(self, site: Site, reading: Reading) -> tuple[Evidence, ...]:
        """Comments on the call and on its driver, and register entries that name code on the path."""
        found = [*self._comments(site.path, site.cell, range(site.line - 1, site.end_line + 1))]
        if reading.driver is not None and reading.driver.place.line is not None:
            place = reading.driver.place
            found += self._comments(place.path, place.cell, range((place.line or 1) - 1, (place.line or 1) + 1))
        found += self._register(reading)
        files = {frame.place.path for frame in reading.via}
        found += [proposal.evidence for proposal in self._proposals if proposal.speaks_of(files)]
        return tuple(dict.fromkeys(found))

    def _comments(self, path: str, cell: int | None, lines: Sequence[int]) -> Iterator[Evidence]:
        text = self._sources.lines(path, cell)
        for number in lines:
            if not 0 < number <= len(text) or "whowaits:" not in text[number - 1]:
                continue
            alone = text[number - 1].lstrip().startswith("#")
            if number == lines[0] and not alone:
                continue  # the line above counts only when the comment stands alone on it
            if match := _COMMENT.search(text[number - 1].rstrip()):
                yield from self._read(match["words"], Place(path, number, cell=cell))

    def _read(self, words: str, place: Place) -> Iterator[Evidence]:
        claims, reason = (*_SPLIT.split(words, maxsplit=1), "")[:2]
        waiter: Waiter | None = None
        deadline_s: float | None = None
        for word in claims.replace(",", " ").split():
            key, sign, value = word.partition("=")
            if word in _WAITERS:
                waiter = _WAITERS[word]
            elif sign and key == "deadline" and (given := durations.parse(value)) is not None:
                deadline_s = given
            else:
                reason = f"`# whowaits:` says `{word}`, not person, program, nobody or a deadline such as deadline=20m"
                self.skipped[place] = Skipped(place, reason)
                return
        if waiter is not None or deadline_s is not None:
            said = " ".join(claims.split()) + (f", {reason.strip()}" if reason else "")
            yield Evidence(RULE, f"a comment says: {said}", Basis.DECLARED, place, waiter=waiter, deadline_s=deadline_s)

    def _register(self, reading: Reading) -> Iterator[Evidence]:
        for entry in self._entries:
            if any(register.covers_code(entry, (f.place.path,), f.function) for f in reading.via):
                yield from register.evidence(entry)
