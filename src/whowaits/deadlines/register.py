"""The workload register: which calls and which code an entry covers, and what it declares about them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from whowaits.config import MATCH_FIELDS, WorkloadEntry
from whowaits.deadlines.durations import say
from whowaits.frozen import dataclass
from whowaits.model import Basis, Evidence, Place

if TYPE_CHECKING:
    import pathspec

RULE: Final = "register"
Value = str | Sequence[str] | None
"""What one column holds for a call or a workload: nothing, one text, or several such as tags."""

_WAITS: Final = {"person": "a person waits", "program": "a program waits", "nobody": "nobody waits"}


@dataclass(frozen=True, slots=True)
class Covering:
    """The entry that covers something; `tied` names the entries between which no more specific one decides."""

    entry: WorkloadEntry | None
    tied: tuple[WorkloadEntry, ...] = ()

    @property
    def message(self) -> str | None:
        """What to tell the owner about a tie, None without one."""
        if not self.tied:
            return None
        names = ", ".join(f"`{e.name}` ({e.place})" for e in self.tied)
        return f"{names} cover the same calls equally well; give one of them a further key in `match`"


def evidence(entry: WorkloadEntry, place: Place | None = None) -> tuple[Evidence, ...]:
    """Return what an entry declares, with its place in the configuration; nothing for one that only names an owner."""
    if not entry.declares:
        return ()
    return (
        Evidence(
            rule=RULE,
            says=_says(entry),
            basis=Basis.DECLARED,
            place=place or entry.place,
            waiter=entry.waiter,
            deadline_s=entry.deadline_s,
        ),
    )


def covering(entries: Iterable[WorkloadEntry], fields: Mapping[str, Value]) -> Covering:
    """Return the entry that covers the calls with these canonical columns: the one that asks for most of them."""
    fitting = [e for e in entries if e.match and matches(e, fields)]
    most = max((len(e.match) for e in fitting), default=0)
    best = [e for e in fitting if len(e.match) == most]
    return Covering(best[0]) if len(best) == 1 else Covering(None, tuple(best))


def matches(entry: WorkloadEntry, fields: Mapping[str, Value]) -> bool:
    """Whether every key of `match` fits; within a key any pattern may fit any value of any of its columns."""
    for key, patterns in entry.match:
        values = [v for column in MATCH_FIELDS[key] for v in _values(fields.get(column))]
        if not any(fnmatchcase(value, pattern) for value in values for pattern in patterns):
            return False
    return True


def covers_code(entry: WorkloadEntry, paths: Iterable[str], function: str) -> bool:
    """Whether an entry speaks of a function; its file goes by several names: from the root, from the configuration."""
    return any(_code_fits(spec, path, function) for spec in entry.code for path in paths)


def _code_fits(spec: str, path: str, function: str) -> bool:
    pattern, sign, wanted = spec.rpartition(":")
    if not sign:
        return _glob(spec).match_file(path)
    return _glob(pattern).match_file(path) and fnmatchcase(function, wanted)


@functools.lru_cache(maxsize=1024)
def _glob(pattern: str) -> pathspec.GitIgnoreSpec:
    import pathspec

    return pathspec.GitIgnoreSpec.from_lines([pattern])


def _values(value: Value) -> Sequence[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _says(entry: WorkloadEntry) -> str:
    parts = [_WAITS[entry.waiter]] if entry.waiter in _WAITS else []
    if entry.deadline_s is not None:
        parts.append(f"needed within {say(entry.deadline_s)}")
    if entry.start is not None and entry.due is not None:
        zone = f" {entry.timezone}" if entry.timezone else ""
        parts.append(f"from {entry.start:%H:%M} to {entry.due:%H:%M}{zone}")
    written = f", as {entry.source} says" if entry.source else ""
    return f"the register says of `{entry.name}`: {', '.join(parts)}{written}"
