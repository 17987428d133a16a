"""A deadline that a document speaks of: shown, and able to shorten what was inferred, never to lengthen it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from whowaits.deadlines.naming import is_named
from whowaits.model import Basis, Evidence, Place


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deadline that a document speaks of. `subjects` are the names it could mean, most telling first."""

    place: Place
    subjects: tuple[str, ...]
    deadline_s: float
    says: str

    @property
    def evidence(self) -> Evidence:
        """The claim, marked as a proposal."""
        return Evidence("runbook", self.says, Basis.INFERRED, self.place, proposal=True, deadline_s=self.deadline_s)

    def speaks_of(self, names: Iterable[str]) -> bool:
        """Whether a subject names one of `names`: paths, modules, keys, services. Every word of it must be there."""
        given = list(names)
        return any(is_named(subject, name) for subject in self.subjects for name in given)
