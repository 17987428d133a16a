"""What Python files say of schedules, kept from one run to the next as long as their content stays.

Most say nothing, and finding that out means opening every file. What is kept may come with a repository: what is no
such row is ignored, and a wrong one can at worst lead to a wrong deadline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from whowaits.code.index import Tree
from whowaits.deadlines import said, schedules
from whowaits.deadlines.said import Said
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts, on_disk
from whowaits.model import Skipped

_NOT_OURS = (ValueError, TypeError, RecursionError)


def find(tree: Tree, paths: Iterable[str]) -> tuple[list[Schedule], list[Skipped]]:
    """Return the schedules written in the files at `paths`, and what could not be understood."""
    kept = _Kept(tree)
    found = schedules.read(Texts(paths, kept.load), kept.ask)
    kept.keep()
    return found


class _Kept:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._disk = on_disk(tree.root)
        rows = tree.store.ask("SELECT path, digest, row FROM said") if tree.store else []
        self._old = {path: (digest, row) for path, digest, row in rows}
        self._new: list[tuple[str, bytes, str]] = []

    def load(self, path: str, most: int) -> bytes:
        held = self._tree.held(path)
        return self._disk(path, most) if held is None else held[:most]

    def ask(self, path: str, texts: Texts) -> Said:
        digest = self._tree.digest(path)
        if digest is None:
            return schedules.of_python(path, texts)
        if path in self._old and self._old[path][0] == digest:
            known = _revived(path, self._old[path][1])
            if known is not None:
                return known
        words = self._tree.spelled(path)
        silent = words is not None and not schedules.may_say(words)
        found = said.NOTHING if silent else schedules.of_python(path, texts)
        self._new.append((path, digest, _row(found)))
        return found

    def keep(self) -> None:
        if self._tree.store is not None:
            self._tree.store.put("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", self._new)


def _row(found: Said) -> str:
    if found == said.NOTHING:
        return ""
    return json.dumps(said.row(found))


def _revived(path: str, row: object) -> Said | None:
    if row == "":
        return said.NOTHING
    try:
        return said.revive(path, json.loads(str(row)))
    except _NOT_OURS:
        return None
