"""A tree of files -> `Facts`: the summary of every file, and what could not be read.

Summaries are kept in a cache by content, so that a second run parses only what has changed. The cache is one
file of plain data; a missing, broken or foreign one is ignored.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from whowaits.code import files as tree
from whowaits.code.collection import no_collection
from whowaits.code.stored import revive
from whowaits.code.summary import Summary
from whowaits.code.walker import summarize
from whowaits.model import Place, Skipped

CACHE_FOLDER: Final = ".whowaits_cache"
_MAKERS: Final = ("summary.py", "terms.py", "walker.py", "files.py", "notebooks.py")


@functools.cache
def version() -> str:
    """Return what changes whenever summaries do: the code that makes them and the Python that parses."""
    here = Path(__file__).parent
    code = hashlib.blake2b(b"".join((here / name).read_bytes() for name in _MAKERS), digest_size=8).hexdigest()
    return f"{code}:{sys.version_info[0]}.{sys.version_info[1]}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index knows of a tree. `files` maps the path relative to `root` to the file's summary, sorted.

    `digest` stands for the content of all files; it is "" where one could not be read.
    """

    root: Path
    files: Mapping[str, Summary]
    skipped: tuple[Skipped, ...]
    digest: str = ""


def digest_of(digests: Mapping[str, str]) -> str:
    """Return the digest of a tree, given those of its files."""
    return hashlib.blake2b(repr(sorted(digests.items())).encode("utf-8", "replace"), digest_size=16).hexdigest()


def build(root: Path, files: Iterable[Path], *, cache: bool = True, given: Mapping[str, bytes] | None = None) -> Facts:
    """Return the facts of `files`, all of which lie below `root`. With `cache`, unchanged files are not parsed."""
    stored: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    found: dict[str, Summary] = {}
    skipped: list[Skipped] = []
    changed, readable = False, True
    with no_collection():
        stored = _load(root) if cache else {}
        for path in sorted(files):
            place = tree.relative(path, root)
            try:
                data = given[place] if given and place in given else path.read_bytes()
            except OSError as error:
                readable = False
                skipped.append(Skipped(Place(place), f"cannot be read: {error.strerror or 'input error'}"))
                continue
            digest = hashlib.blake2b(data, digest_size=16).hexdigest()
            summary, left_out = _from_cache(stored.get(place), digest, place)
            if summary is None:
                changed = True
                summary, left_out = _summarize(path, data, place)
            skipped.extend(left_out)
            kept[place] = (digest, summary, [(s.place.line, s.place.cell, s.reason) for s in left_out])
            if summary.scopes:
                found[place] = summary
    if cache and (changed or kept.keys() != stored.keys()):
        _store(root, kept)
    digest = digest_of({place: row[0] for place, row in kept.items()}) if readable else ""
    return Facts(root, found, tuple(sorted(skipped, key=lambda s: (s.place.path, s.place.cell or 0))), digest)


def _summarize(path: Path, data: bytes, place: str) -> tuple[Summary, list[Skipped]]:
    try:
        source, skipped = tree.read(path, data, place)
        return summarize(source.text, source.cells), skipped
    except tree.Unreadable as error:
        return NOTHING, [Skipped(Place(place), str(error))]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        return NOTHING, [Skipped(Place(place, line or None), tree.why_not_parsed(error))]


NOTHING: Final = Summary(0, [], [], [], [], [], [], [])


# -- the cache ------------------------------------------------------------------------------------------------


def _from_cache(row: Any, digest: str, place: str) -> tuple[Summary | None, list[Skipped]]:
    """Return what the cache holds of a file with this content; no summary where that is nothing, or no summary."""
    try:
        known, summary, skipped = row
        if known != digest:
            return None, []
        left_out = [Skipped(Place(place, line, cell=cell), str(reason)) for line, cell, reason in skipped]
        return (revive(summary) if summary[1] else NOTHING), left_out
    except _NOT_OURS:
        return None, []


def _load(root: Path) -> dict[str, Any]:
    import orjson

    try:
        data = orjson.loads((root / CACHE_FOLDER / "index.json").read_bytes())
        if data["version"] != version():
            return {}
        return dict(data["files"])
    except _NOT_OURS:
        return {}


_NOT_OURS: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


def _encoded(entry: Any) -> Any:
    """One file as it is written; None for what JSON cannot hold, such as a number of more than 64 bits."""
    import orjson

    try:
        return orjson.Fragment(orjson.dumps(entry, default=list))
    except (orjson.JSONEncodeError, RecursionError):
        return None


def _store(root: Path, kept: dict[str, Any]) -> None:
    """Write the cache whole or not at all; a place that cannot be written to is left alone."""
    import orjson

    folder = root / CACHE_FOLDER
    with suppress(OSError):
        rows = {place: row for place, entry in kept.items() if (row := _encoded(entry)) is not None}
        data = orjson.dumps({"version": version(), "files": rows})
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).replace(folder / "index.json")
