"""What is written down about code: `# whowaits:` comments, the workload register, sentences of runbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from whowaits.code.evidence import Reading
from whowaits.code.marks import Mark, Marks
from whowaits.code.site import Site
from whowaits.config import Config
from whowaits.deadlines import register
from whowaits.deadlines.proposals import Proposal
from whowaits.model import Basis, Evidence

RULE: Final = "whowaits-comment"


class Declarations:
    """Finds what is declared, or proposed by a runbook, about a call site on one of its paths."""

    def __init__(
        self, marks: Marks, config: Config, proposals: Sequence[Proposal] = (), day: date | None = None
    ) -> None:
        self._marks = marks
        self._day = day
        self._proposals = proposals
        self._entries = [e for e in config.workloads if e.code]
        self.heard: set[Mark] = set()
        """Comments that say something about a call."""

    def about(self, site: Site, reading: Reading) -> tuple[Evidence, ...]:
        """Comments on the call and on its driver, and register entries that name code on the path."""
        marks = self._marks.at(site.path, site.cell, site.line, site.end_line)
        if reading.driver is not None:
            marks += self._marks.at_driver(reading.driver.place)
        found = [*self._comments(marks)]
        found += self._register(reading)
        files = {frame.place.path for frame in reading.via}
        found += [proposal.evidence for proposal in self._proposals if proposal.speaks_of(files)]
        return tuple(dict.fromkeys(found))

    def _comments(self, marks: Iterable[Mark]) -> Iterator[Evidence]:
        for mark in marks:
            self.heard.add(mark)
            if mark.counts_on(self._day) and not mark.rules:
                says = f"a comment says: {mark.said}, {mark.reason}"
                yield Evidence(RULE, says, Basis.DECLARED, mark.place, waiter=mark.waiter, deadline_s=mark.deadline_s)

    def _register(self, reading: Reading) -> Iterator[Evidence]:
        for entry in self._entries:
            if any(register.covers_code(entry, (f.place.path,), f.function) for f in reading.via):
                yield from register.evidence(entry)
