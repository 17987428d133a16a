"""What a file of calls was read from, as it stands in the file's own metadata: enough to see what is new since.

A log is known by the digest of its bytes, so that one that was renamed or copied is not read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

import whowaits
from whowaits.logs import table
from whowaits.model import WrongUse

KEY: Final = "whowaits"
FORMAT: Final = 1
Columns = tuple[tuple[str, str], ...]
"""The user's own names for columns (`--map`)."""


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """One log that was read to its end: its bytes, the reader and the user's own names for columns."""

    name: str
    size: int
    digest: str
    reader: str
    columns: Columns = ()


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a log as they are now. `beginnings` are the digests of so many of its first bytes."""

    name: str
    size: int
    digest: str
    beginnings: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file of calls says of itself: how many calls and sums over calls it holds, and what it was read from."""

    calls: int = 0
    sums: int = 0
    sources: tuple[Read, ...] = ()


def written(manifest: Manifest) -> str:
    """Return the metadata of a file of calls as JSON; the same logs give the same text."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "version": whowaits.__version__,
        "columns": list(table.CALL_COLUMNS),
        "each_call_once": True,
        "calls": manifest.calls,
        "sums": manifest.sums,
        "sources": [asdict(source) for source in sorted(set(manifest.sources))],
    }
    return orjson.dumps(said).decode()


def understood(text: bytes | None, file: str) -> Manifest:
    """Return what a file of calls says of itself. WrongUse where it is no such file."""
    if text is None:
        raise WrongUse(f"{file}: is there and was not written by `whowaits ingest`; name another file to write")
    try:
        said = orjson.loads(text)
        if said["format"] != FORMAT or said["columns"] != list(table.CALL_COLUMNS):
            raise WrongUse(f"{file}: was written by another version of whowaits; name another file to write")
        return Manifest(int(said["calls"]), int(said["sums"]), tuple(_read(item) for item in said["sources"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise WrongUse(f"{file}: what it says about its sources is damaged; name another file to write") from error


def _read(item: Mapping[str, Any]) -> Read:
    columns = tuple((str(column), str(path)) for column, path in item["columns"])
    return Read(str(item["name"]), int(item["size"]), str(item["digest"]), str(item["reader"]), columns)


def known(content: Content, before: Sequence[Read], columns: Columns, own: str) -> Read | None:
    """Return how these bytes were read before; by `own`, the reader of plain tables, with the same `columns`."""
    same = (read for read in before if read.digest == content.digest and read.size == content.size)
    return next((read for read in same if read.reader != own or read.columns == columns), None)


def grown(content: Content, before: Sequence[Read]) -> tuple[Read, ...]:
    """Return what was read of this log when it was shorter and began with the same bytes."""
    return tuple(
        read for read in before if read.name == content.name and content.beginnings.get(read.size) == read.digest
    )


def replaced(content: Content, before: Sequence[Read], present: Iterable[Content]) -> Read | None:
    """Return what was read under the name of this log and is not to be found in any log that is present."""
    there = {other.digest for other in present}
    return next((r for r in before if r.name == content.name and r.digest not in there), None)
