"""What goes by which name: subjects of documents, programs in logs, what schedules start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines.schedule import Schedule

SHORTEST: Final = 2
NAMES_THAT_SAY_NOTHING: Final = frozenset(
    {
        "api", "app", "call", "chat", "cli", "client", "common", "completion", "core", "default", "func",
        "function", "generate", "handler", "helpers", "index", "init", "job", "lib", "llm", "main", "model",
        "module", "process", "request", "run", "script", "service", "src", "task", "test", "tests", "utils",
        "wrapper",
    }
)  # fmt: skip
"""Names that many programs share; two of them being equal is no sign of anything."""
_EMPTY_WORDS: Final = frozenset(
    {"the", "a", "an", "of", "and", "for", "job", "jobs", "run", "task", "runbook", "service", "nightly", "daily"}
)


def is_named(subject: str, name: str) -> bool:
    """Whether a subject means what goes by `name`.

    A path or module must be the end of the name; other words must all be in it, a single word must be all of it.
    """
    if re.fullmatch(r"\w+([./]\w+)+", subject):
        return f"/{_slashed(name)}".endswith(f"/{_slashed(subject)}")
    wanted, given = frozenset(_words(subject)), frozenset(_words(name))
    return bool(wanted) and (wanted == given or (len(wanted) > 1 and wanted <= given))


def _slashed(name: str) -> str:
    return re.sub(r"\.(py|sh|ipynb)$", "", name).replace(".", "/")


def _words(name: str) -> Iterator[str]:
    """The telling words of a name, plural folded: "articles/tagger.py" -> article, tagger."""
    name = re.sub(r"\.(py|sh|ipynb)$", "", name.strip())
    for word in re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()):
        if word not in _EMPTY_WORDS:
            yield word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def names_of(schedule: Schedule) -> Iterator[str]:
    """Yield what a job may be called: as its scheduler calls it, like its task or function, like its file."""
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
