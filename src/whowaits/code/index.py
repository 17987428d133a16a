"""A tree of files -> `Facts`: the summary of every file, and what could not be read.

Summaries are kept in a cache by content, so that a second run parses only what has changed. The cache is one
file of plain data; a missing, broken or foreign one is ignored.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from whowaits.code import files as tree
from whowaits.code.summary import Call, Fence, Param, Scope, Summary
from whowaits.code.walker import summarize
from whowaits.model import Place, Skipped

VERSION: Final = f"2:{sys.version_info[0]}.{sys.version_info[1]}"
"""Changes whenever summaries do; the Python is part of it because it decides what parses."""

CACHE_FOLDER: Final = ".whowaits_cache"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index knows of a tree. `files` maps the path relative to `root` to the file's summary, sorted."""

    root: Path
    files: Mapping[str, Summary]
    skipped: tuple[Skipped, ...]


def build(root: Path, files: Iterable[Path], *, cache: bool = True) -> Facts:
    """Return the facts of `files`, all of which lie below `root`. With `cache`, unchanged files are not parsed."""
    stored = _load(root) if cache else {}
    kept: dict[str, Any] = {}
    found: dict[str, Summary] = {}
    skipped: list[Skipped] = []
    changed = False
    with _no_collection():
        for path in sorted(files):
            place = tree.relative(path, root)
            try:
                data = path.read_bytes()
            except OSError as error:
                skipped.append(Skipped(Place(place), f"cannot be read: {error.strerror or 'input error'}"))
                continue
            digest = hashlib.blake2b(data, digest_size=16).hexdigest()
            summary, left_out = _from_cache(stored.get(place), digest)
            if summary is None:
                changed = True
                summary, left_out = _summarize(path, data, place)
            skipped.extend(left_out)
            kept[place] = (digest, summary, [(s.place.line, s.place.cell, s.reason) for s in left_out])
            if summary.scopes:
                found[place] = summary
    if cache and (changed or kept.keys() != stored.keys()):
        _store(root, kept)
    return Facts(root, found, tuple(sorted(skipped, key=lambda s: (s.place.path, s.place.cell or 0))))


def _summarize(path: Path, data: bytes, place: str) -> tuple[Summary, list[Skipped]]:
    try:
        source, skipped = tree.read(path, data, place)
        return summarize(source.text, source.cells), skipped
    except tree.Unreadable as error:
        return _NOTHING, [Skipped(Place(place), str(error))]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        return _NOTHING, [Skipped(Place(place, line or None), tree.why_not_parsed(error))]


_NOTHING: Final = Summary(0, [], [], [], [], [], [], [])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Cyclic garbage collection costs as much as the parsing and finds nothing: summaries hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# -- the cache ------------------------------------------------------------------------------------------------


def _from_cache(entry: Any, digest: str) -> tuple[Summary | None, list[Skipped]]:
    if entry is None or entry["digest"] != digest:
        return None, []
    return entry["summary"], entry["skipped"]


def _load(root: Path) -> dict[str, Any]:
    import orjson

    try:
        data = orjson.loads((root / CACHE_FOLDER / "index.json").read_bytes())
        if data["version"] != VERSION:
            return {}
        return {path: _entry(path, *row) for path, row in data["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return {}


def _entry(path: str, digest: str, summary: Any, skipped: Any) -> dict[str, Any]:
    left_out = [Skipped(Place(str(path), line, cell=cell), str(reason)) for line, cell, reason in skipped]
    return {"digest": digest, "summary": _revive(summary), "skipped": left_out}


def _revive(row: Any) -> Summary:
    lines, scopes, calls, fences, attributes, items, stars, cells = row
    for scope in scopes:
        scope[8] = [Param(*p) for p in scope[8]]
    made = Summary(
        lines,
        [Scope(*s) for s in scopes],
        [Call(*c) for c in calls],
        [Fence(*f) for f in fences],
        attributes,
        items,
        stars,
        cells,
    )
    return made if _sound(made) else _unsound()


def _sound(s: Summary) -> bool:
    """Whether every number in the tables points into them: a hostile cache must not lead to a crash."""
    scopes, fences = len(s.scopes), len(s.fences)
    return (
        all(-1 <= x.parent < n and -1 <= x.enclosure < fences for n, x in enumerate(s.scopes) if x.kind != "lambda")
        and all(0 <= c.scope < scopes and -1 <= c.enclosure < fences for c in s.calls)
        and all(-1 <= f.parent < n for n, f in enumerate(s.fences))
    )


def _unsound() -> Summary:
    raise ValueError("the cache does not hold summaries")


def _store(root: Path, kept: dict[str, Any]) -> None:
    """Write the cache whole or not at all; a place that cannot be written to is left alone."""
    import orjson

    folder = root / CACHE_FOLDER
    with suppress(OSError, orjson.JSONEncodeError, RecursionError):
        data = orjson.dumps({"version": VERSION, "files": kept}, default=list)
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).replace(folder / "index.json")
