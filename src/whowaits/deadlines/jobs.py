"""What is written down about programs that a log only names: schedules that start them, sentences of documents.

What happens with the answers of a job a log does not show, so a schedule gives it a deadline and never says that nobody
waits: people open at nine what a clock made at nine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from whowaits.deadlines import due_times, runbooks, schedules
from whowaits.deadlines.naming import is_named, names_of
from whowaits.deadlines.proposals import Proposal
from whowaits.deadlines.schedule import RULE, Schedule
from whowaits.deadlines.texts import Texts, on_disk
from whowaits.model import Basis, Evidence, Written


def written(schedules: Iterable[Schedule], proposals: Iterable[Proposal]) -> tuple[Written, ...]:
    """Return what the schedules and documents of a tree say, each with the names of what it speaks of."""
    found = [Written(tuple(names_of(s)), _deadline(s)) for s in schedules]
    found += [Written(p.subjects, p.evidence) for p in proposals]
    return tuple(found)


def find(root: Path, paths: Sequence[str]) -> tuple[Written, ...]:
    """Return what the files at `paths` below `root` say."""
    found, _ = schedules.read(Texts(paths, on_disk(root)))
    return written(found, due_times.settled(runbooks.find(root, paths), found))


def about(said: Iterable[Written], names: Collection[str]) -> tuple[Evidence, ...]:
    """Return what is written about a program that goes by these names."""
    found = (w.evidence for w in said if any(is_named(subject, name) for subject in w.subjects for name in names))
    return tuple(dict.fromkeys(found))


def _deadline(schedule: Schedule) -> Evidence:
    """A run is needed before the next one at the latest; when there is no period to read, it is only shown."""
    unknown = schedule.period_s is None
    return Evidence(RULE, schedule.says, Basis.INFERRED, schedule.place, hint=unknown, deadline_s=schedule.period_s)
