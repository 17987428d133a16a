"""What is written down about programs that a log only names: schedules that start them, sentences of documents.

What happens with the answers of a job a log does not show, so a schedule gives it a deadline and never says that nobody
waits: people open at nine what a clock made at nine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from whowaits.deadlines import runbooks, schedules
from whowaits.deadlines.runbooks import Proposal, is_named
from whowaits.deadlines.schedule import RULE, Schedule
from whowaits.deadlines.texts import Texts, on_disk
from whowaits.model import Basis, Evidence, Written

SHORTEST: Final = 2
NAMES_THAT_SAY_NOTHING: Final = frozenset(
    {
        "app",
        "api",
        "call",
        "chat",
        "client",
        "cli",
        "common",
        "completion",
        "core",
        "default",
        "func",
        "function",
        "generate",
        "handler",
        "helpers",
        "index",
        "init",
        "job",
        "lib",
        "llm",
        "main",
        "model",
        "module",
        "process",
        "request",
        "run",
        "script",
        "service",
        "src",
        "task",
        "test",
        "tests",
        "utils",
        "wrapper",
    }
)
"""Names that many programs share; two of them being equal is no sign of anything."""


def written(schedules: Iterable[Schedule], proposals: Iterable[Proposal]) -> tuple[Written, ...]:
    """Return what the schedules and documents of a tree say, each with the names of what it speaks of."""
    found = [Written(tuple(_names(s)), _deadline(s)) for s in schedules]
    found += [Written(p.subjects, p.evidence) for p in proposals]
    return tuple(found)


def find(root: Path, paths: Sequence[str]) -> tuple[Written, ...]:
    """Return what the files at `paths` below `root` say."""
    found, _ = schedules.read(Texts(paths, on_disk(root)))
    return written(found, runbooks.find(root, paths))


def about(said: Iterable[Written], names: Collection[str]) -> tuple[Evidence, ...]:
    """Return what is written about a program that goes by these names."""
    found = (w.evidence for w in said if any(is_named(subject, name) for subject in w.subjects for name in names))
    return tuple(dict.fromkeys(found))


def _names(schedule: Schedule) -> Iterator[str]:
    """A job is called as its scheduler calls it, like its task or function, or like its file."""
    path = None if schedule.path is None else PurePosixPath(schedule.path).with_suffix("")
    words = [
        schedule.name or "",
        re.split(r"[/.:]", re.sub(r"\.(py|sh)$", "", schedule.target.name))[-1],
        (schedule.function or "").rpartition(".")[2],
        "" if path is None else path.name,
        "" if path is None else " ".join(path.parts[-2:]),
    ]
    for word in dict.fromkeys(words):
        if len(word) > SHORTEST and word.lower().replace("_", "-") not in NAMES_THAT_SAY_NOTHING:
            yield word


def _deadline(schedule: Schedule) -> Evidence:
    """A run is needed before the next one at the latest; when there is no period to read, it is only shown."""
    unknown = schedule.period_s is None
    return Evidence(RULE, schedule.says, Basis.INFERRED, schedule.place, hint=unknown, deadline_s=schedule.period_s)
