"""Names of programs: by which a workload in the logs and a function in the code may be the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines.naming import NAMES_THAT_SAY_NOTHING
from whowaits.model import Frame

_STREAM: Final = re.compile(r" \[[^\[\]]*\]$")
_USED_FOR: Final = re.compile(r" \([^()]*\)$")


def base_name(name: str) -> str:
    """Return the name without what tells the streams of one program apart: "triage [queue=bulk]" is triage's."""
    return _STREAM.sub("", name)


def of_workload(name: str) -> set[str]:
    """Return the names that a workload goes by.

    A key is named with what it is used for, "tagger (chat gpt-5)": only the first part is a name.
    """
    base = _USED_FOR.sub("", base_name(name))
    return {_normal(part) for part in (base, *base.replace(":", "/").split("/"))} - NAMES_THAT_SAY_NOTHING


def of_steps(steps: Iterable[Frame]) -> set[str]:
    """Return the names that the functions and files on the way to a call go by."""
    names: set[str] = set()
    for frame in steps:
        names.update(_of_path(frame.place.path))
        names.update(_normal(part) for part in frame.function.split("."))
    return {n for n in names if len(n) > 2} - NAMES_THAT_SAY_NOTHING


def _of_path(path: str) -> Iterable[str]:
    """app/evaluation/golden.py goes by golden, evaluation-golden and app-evaluation-golden."""
    parts = PurePosixPath(path).with_suffix("").parts
    for start in range(len(parts)):
        yield _normal(" ".join(parts[start:]))


def _normal(name: str) -> str:
    return "-".join(name.lower().replace("_", " ").replace("-", " ").replace(".", " ").split())
