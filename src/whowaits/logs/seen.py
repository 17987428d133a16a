"""Digests of logs that were looked at before, beside the file of calls, so that unchanged logs are not read to be told
apart. It only saves time: without it, or where it makes no sense, every log is looked at.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

import orjson

from whowaits.logs.manifest import Content
from whowaits.logs.sources import CHUNK, Source
from whowaits.whole_files import whole

FORMAT: Final = 1
SETTLED_S: Final = 2.0
"""A file that changed so little ago may change again within the grain of its clock."""

Stamp = tuple[int, str]


class Seen:
    """What is remembered of logs by the place where they lie: size, time of the last change, digest."""

    def __init__(self, output: Path) -> None:
        self._file = output.with_name(f".{output.name}.seen.json")
        self._folder = output.parent
        self._known = _loaded(self._file)

    def content(self, source: Source, beginnings: Collection[int]) -> Content:
        """Return the digest of a log; it is read only where it may have changed."""
        key, stamp = self._key(source), source.stamp()
        if source.origin is not None and stamp is not None:
            return Content(source.name, stamp[0], _word_for(source.origin.location, stamp), {})
        if key is not None and stamp is not None and (digest := self._digest(key, stamp)) is not None:
            return Content(source.name, stamp[0], digest, {})
        content = _read(source, beginnings)
        if key is not None and stamp is not None and _is_settled(source):
            self._known[key] = [content.size, stamp[1], content.digest]
        return content

    def vanished(self) -> dict[str, str]:
        """Return the logs on this machine that are not there any more, by digest, with their names."""
        return {str(item[2]): Path(key).name for key, item in self._known.items() if not (self._folder / key).exists()}

    def forget(self, digests: Collection[str]) -> None:
        """Say of these logs no more than once that they are gone."""
        self._known = {key: item for key, item in self._known.items() if item[2] not in digests}

    def keep(self) -> None:
        """Write down what is known now."""
        with whole(self._file) as partial:
            partial.write_bytes(orjson.dumps({"format": FORMAT, "logs": self._known}, option=orjson.OPT_SORT_KEYS))

    def _key(self, source: Source) -> str | None:
        if source.location is None or not source.lies_here:
            return None
        return os.path.relpath(source.location, self._folder.resolve())

    def _digest(self, key: str, stamp: Stamp) -> str | None:
        item = self._known.get(key)
        return str(item[2]) if item and (item[0], item[1]) == stamp else None


def _loaded(file: Path) -> dict[str, list[int | str]]:
    try:
        said = orjson.loads(file.read_bytes())
        if said["format"] != FORMAT:
            return {}
        return {str(key): [int(size), str(at), str(digest)] for key, (size, at, digest) in said["logs"].items()}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _is_settled(source: Source) -> bool:
    return time.time() - source.path.stat().st_mtime > SETTLED_S


def _word_for(location: str, stamp: Stamp) -> str:
    """What stands for the digest of an object in a store: its place and the store's word for its state."""
    return hashlib.blake2b(f"{location}\0{stamp[0]}\0{stamp[1]}".encode(), digest_size=16).hexdigest()


def _read(source: Source, beginnings: Collection[int]) -> Content:
    """Read the bytes once, as they lie there, for the digest of all and of each beginning that is asked for."""
    whole_digest, size = hashlib.blake2b(digest_size=16), 0
    found: dict[int, str] = {}
    wanted = sorted(beginnings)
    with source.path.open("rb") as raw:
        while chunk := raw.read(min(CHUNK, wanted[0] - size) if wanted else CHUNK):
            whole_digest.update(chunk)
            size += len(chunk)
            if wanted and size == wanted[0]:
                found[wanted.pop(0)] = whole_digest.hexdigest()
    return Content(source.name, size, whole_digest.hexdigest(), found)
