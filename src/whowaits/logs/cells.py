"""Cells of one nested record: converted by kind, and counted as skipped where they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from whowaits.logs import values
from whowaits.logs.documents import Document
from whowaits.logs.problems import Problems
from whowaits.model import Place

T = TypeVar("T")


def unusable(column: str) -> str:
    """Return the reason that stands for a value which is there and cannot be used."""
    return f"{column}: value is not usable, left empty"


class Cells:
    """Reads fields of one document; a bad one becomes None and is counted with its place."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._place = Place(document.source, document.row)
        self._problems = problems

    def read(self, column: str, convert: Callable[[Any], T | None], *candidates: Any) -> T | None:
        """Return the first candidate that is there, converted."""
        value = next((item for item in candidates if item is not None and item != ""), None)
        try:
            return convert(value)
        except (ValueError, TypeError, ArithmeticError):
            self._problems.add(self._place, unusable(column))
            return None

    def count(self, column: str, *candidates: Any) -> int | None:
        return self.read(column, values.count, *candidates)


def split_input(
    total: int | None, read: int | None, write: int | None, *, additive: bool = False
) -> tuple[int | None, int | None, str]:
    """Return (total with cache, part without cache, how it was read).

    A source that counts cached tokens beside its input shows more of them than input at some point; such a
    record can only be meant that way.
    """
    cached = (read or 0) + (write or 0)
    if total is None:
        return None, None, "unknown"
    if additive or cached > total:
        return total + cached, total, "additive"
    if read is None and write is None:
        return total, None, "inclusive"
    return total, total - cached, "inclusive"


def first(data: Mapping[str, Any], *keys: str) -> Any:
    """Return the value of the first key that is there and not null."""
    return next((data[key] for key in keys if data.get(key) is not None), None)
