"""The files of a tree as schedules see them: paths, and texts that are read when they are asked for."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from whowaits.model import Place, Skipped

MAX_BYTES: Final = 1_000_000


def on_disk(root: Path) -> Callable[[str, int], bytes]:
    """Return what loads the first bytes of a file below `root`, for `Texts`."""

    def load(path: str, most: int) -> bytes:
        with open(os.path.join(root, path), "rb") as stream:  # noqa: PTH118, PTH123 - once for each file
            return stream.read(most)

    return load


class Texts:
    """`load` returns the first bytes of the file at a path of the tree, up to a number, or raises OSError."""

    def __init__(self, paths: Iterable[str], load: Callable[[str, int], bytes]) -> None:
        self.paths = tuple(sorted(paths))
        self._known = frozenset(self.paths)
        self._load = load
        self.skipped: dict[str, Skipped] = {}

    def data(self, path: str) -> bytes:
        """Return the bytes of a file; none where it is missing, larger than a schedule is, or cannot be read."""
        if path not in self._known:
            return b""
        try:
            data = self._load(path, MAX_BYTES + 1)
        except OSError as error:
            self.skipped[path] = Skipped(Place(path), f"cannot be read: {error.strerror or 'input error'}")
            return b""
        return data if len(data) <= MAX_BYTES else b""

    def text(self, path: str) -> str:
        """Return the text of a file, "" where there is none."""
        return self.data(path).decode("utf-8", errors="replace").replace("\r\n", "\n")

    def beside(self, path: str, ending: str) -> list[str]:
        """Return the paths in the folder of `path` that end in `ending`, in order."""
        return [p for p in self._folders.get(path.rpartition("/")[0], ()) if p.endswith(ending)]

    @functools.cached_property
    def _folders(self) -> dict[str, list[str]]:
        folders: dict[str, list[str]] = {}
        for path in self.paths:
            folders.setdefault(path.rpartition("/")[0], []).append(path)
        return folders
