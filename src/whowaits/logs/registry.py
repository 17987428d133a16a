"""Which reader reads a file. Readers are the modules of `whowaits.logs.readers`: add or delete one, nothing else."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Protocol, cast

from whowaits.logs import readers
from whowaits.logs.documents import Document
from whowaits.logs.problems import Problems
from whowaits.model import WrongUse

Documents = Callable[[], Iterator[Document]]


class ReaderError(WrongUse):
    """Two readers claim the same file."""


class Reader(Protocol):
    """A module that reads one format: COLUMNS (a flat format, as data) or rows(documents, problems) (a nested one).

    `documents` may be called again for another pass over all files of the format. FALLBACK = True on the module
    makes it a reader that is asked last; BEHIND names the
    reader of a gateway whose calls this log has as well, under other ids; NEEDED names columns of Parquet that hold
    counts beside somebody's words, WORDS columns that hold such words under another name; TOGETHER = True says that
    records of one file complete those of another, so that a new file is read with the old.
    """

    NAME: str

    def recognise(self, head: bytes) -> bool:
        """Whether a file with this signature is of the format."""

    def rows(self, documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
        """Yield canonical rows."""


@functools.cache
def all_readers() -> tuple[Reader, ...]:
    """Return every reader, sorted by the name of its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(readers.__path__))
    modules = [importlib.import_module(f"{readers.__name__}.{name}") for name in names]
    return tuple(cast(Reader, module) for module in modules if hasattr(module, "NAME"))


def recognised(head: bytes, name: str) -> Reader | None:
    """Return the reader of a file, None when there is none; ReaderError when two readers claim it."""
    if not head.strip():
        return None
    named = [reader for reader in all_readers() if not is_fallback(reader) and reader.recognise(head)]
    found = named or [reader for reader in all_readers() if is_fallback(reader) and reader.recognise(head)]
    if len(found) > 1:
        claims = " and ".join(reader.NAME for reader in found)
        raise ReaderError(f"{name}: two readers claim this file: {claims}")
    return found[0] if found else None


def fallback() -> Reader:
    """Return the reader of tables whose columns the user names."""
    return next(reader for reader in all_readers() if is_fallback(reader))


def is_fallback(reader: Reader) -> bool:
    """Whether a reader is asked only when no other recognises a file."""
    return bool(getattr(reader, "FALLBACK", False))


def needed(reader: Reader) -> tuple[str, ...]:
    """Return the columns that a reader needs although they are named like somebody's words."""
    return tuple(getattr(reader, "NEEDED", ()))


def is_flat(reader: Reader) -> bool:
    """Whether a format is read by declared columns alone."""
    return isinstance(reader, ModuleType) and hasattr(reader, "COLUMNS")


def words_of(reader: Reader) -> tuple[str, ...]:
    """Return the columns that hold somebody's words although their names do not say so."""
    return tuple(getattr(reader, "WORDS", ()))


def reads_together(reader: Reader) -> bool:
    """Whether the files of a format say more together than one by one."""
    return bool(getattr(reader, "TOGETHER", False))
