"""What is kept from one run to the next: one file of rows that can be asked for singly.

A file is never changed once it is there: what is new is written into a copy, which then takes its place. So two runs
at once do not harm each other, and one that is killed leaves the old rows. A file whose bytes are not those that were
written is not read: their check sum stands in it. The file may also come with a repository: one that has not exactly
these tables is not read, no journal beside it is heeded, and whoever reads a row checks it.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

CACHE_FOLDER: Final = ".whowaits_cache"
FILE_NAME: Final = "rows.sqlite"
_TABLES: Final = {
    "made": "CREATE TABLE made (by TEXT NOT NULL)",
    "file": (
        "CREATE TABLE file (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, seen INTEGER, digest BLOB,"
        " words BLOB, skipped TEXT, marked INTEGER)"
    ),
    "summary": "CREATE TABLE summary (path TEXT PRIMARY KEY, digest BLOB, row BLOB)",
    "said": "CREATE TABLE said (path TEXT PRIMARY KEY, digest BLOB, row TEXT)",
    "step": "CREATE TABLE step (key BLOB PRIMARY KEY, row BLOB)",
    "tree": "CREATE TABLE tree (row BLOB)",
}
_SUM: Final = slice(60, 64)
"""`user_version`, where SQLite keeps a number of its user (https://sqlite.org/fileformat.html, 2026-11-25)."""
Row = tuple[Any, ...]


class Store:
    """The rows below one root, made by one version of this program; none where that cannot be had."""

    def __init__(self, root: Path, version: str) -> None:
        self._file = root / CACHE_FOLDER / FILE_NAME
        self._version = version
        self._rows = self._opened()
        self._pending: list[tuple[str, list[Row]]] = []

    def ask(self, question: str, *values: object) -> list[Row]:
        """Return the rows that answer a question; none where there is no file, or a broken one."""
        if self._rows is None:
            return []
        try:
            return self._rows.execute(question, values).fetchall()
        except (sqlite3.Error, OverflowError):
            return []

    def put(self, statement: str, rows: Iterable[Row]) -> None:
        """Do a statement for each row when all is written."""
        told = list(rows)
        if told:
            self._pending.append((statement, told))

    def write(self) -> None:
        """Write what was put, whole or not at all; a place that cannot be written to is left alone."""
        if not self._pending:
            return
        import tempfile

        folder = self._file.parent
        with suppress(OSError, sqlite3.Error):
            folder.mkdir(exist_ok=True)
            (folder / ".gitignore").write_text("*\n")
            handle, name = tempfile.mkstemp(dir=folder)
            os.close(handle)
            try:
                self._write(name)
                seal(Path(name))
                Path(name).replace(self._file)
            finally:
                with suppress(OSError):
                    Path(name).unlink()
        self._pending.clear()

    def _write(self, name: str) -> None:
        if self._rows is not None:
            import shutil

            shutil.copyfile(self._file, name)
        with closing(sqlite3.connect(name, isolation_level=None)) as rows:
            rows.execute("PRAGMA journal_mode=OFF")
            rows.execute("PRAGMA synchronous=OFF")
            rows.execute("BEGIN")
            if self._rows is None:
                for table in _TABLES.values():
                    rows.execute(table)
                rows.execute("INSERT INTO made VALUES (?)", (self._version,))
            for statement, told in self._pending:
                rows.executemany(statement, told)
            rows.execute("COMMIT")

    def _opened(self) -> sqlite3.Connection | None:
        """The file, if it is one of ours and of this version."""
        if self._file.is_symlink() or not self._file.is_file():
            return None
        try:
            if not _is_whole(self._file):
                return None
            rows = sqlite3.connect(
                f"{self._file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
            rows.execute("PRAGMA trusted_schema=OFF")
            tables = dict(rows.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            if tables == _TABLES and rows.execute("SELECT by FROM made").fetchall() == [(self._version,)]:
                return rows
            rows.close()
        except (sqlite3.Error, OSError, ValueError):
            return None
        return None


def seal(file: Path) -> None:
    """Write the check sum of a file into it."""
    data = bytearray(file.read_bytes())
    data[_SUM] = _sum_of(data)
    file.write_bytes(data)


def _is_whole(file: Path) -> bool:
    """Whether a file has the bytes that were written."""
    data = bytearray(file.read_bytes())
    return bytes(data[_SUM]) == _sum_of(data)


def _sum_of(data: bytearray) -> bytes:
    """The check sum of a file, its own place taken as zeros."""
    view = memoryview(data)
    before = zlib.crc32(bytes(4), zlib.crc32(view[: _SUM.start]))
    return zlib.crc32(view[_SUM.stop :], before).to_bytes(4, "big")
