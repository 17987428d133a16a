"""What would be recognised in a log: a look at its first records that judges and writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from whowaits.logs import documents
from whowaits.logs.documents import Document
from whowaits.logs.guessing import guesses
from whowaits.logs.ingest import checked, reader_of
from whowaits.logs.problems import Problems
from whowaits.logs.registry import Reader, fallback, is_fallback, is_flat, needed
from whowaits.logs.sources import Source, find
from whowaits.model import Skipped

SAMPLE: Final = 200
WANTED: Final = {
    "a time": ("started_at", "ended_at", "logged_at"),
    "a model": ("model_requested", "model_response"),
    "input tokens": ("input_tokens_total", "total_tokens"),
    "output tokens": ("output_tokens_total", "total_tokens"),
    "who called": ("api_key_alias", "api_key_id", "service_name", "job_name", "workflow_name", "user_agent"),
}
"""What the report can say least without."""


@dataclass(frozen=True, slots=True)
class Peek:
    """What one file looks like. `found` pairs a canonical column with the field it was read from, None when the
    reader of a named format knows where to look."""

    file: str
    reader: str | None
    rows_sampled: int
    found: tuple[tuple[str, str | None], ...]
    missing: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    guesses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The fields of a file that nobody reads, with the columns that each could be."""


def peek(sources: Sequence[Path | str], mapping: Mapping[str, str] | None = None) -> tuple[Peek, ...]:
    """Return what each file looks like, in the order given."""
    own = checked(mapping or {})
    with tempfile.TemporaryDirectory(prefix="whowaits-") as folder:
        spool = Path(folder)
        return tuple(_peek(source, spool, own) for source in find(sources, spool))


def _peek(source: Source, spool: Path, mapping: Mapping[str, str]) -> Peek:
    head = documents.signature(source, spool)
    reader = reader_of(source, head, mapping)
    if reader is None:
        return _unknown(source, spool)
    problems = Problems()
    sample = list(islice(documents.read(source, spool, problems, needed(reader)), SAMPLE))
    found = _declared(reader, sample, mapping) if is_flat(reader) else _filled(reader, sample, problems)
    columns = {column for column, _ in found}
    missing = tuple(what for what, names in WANTED.items() if columns.isdisjoint(names))
    return Peek(source.name, reader.NAME, len(sample), tuple(found), missing, (*source.broken, *problems.skipped()))


def _unknown(source: Source, spool: Path) -> Peek:
    """A file that nobody reads: what its fields could be."""
    sample = list(islice(documents.read(source, spool, Problems()), SAMPLE))
    could_be = guesses([document.data for document in sample], fallback().declared({}, ()))  # type: ignore[attr-defined]
    return Peek(source.name, None, len(sample), (), tuple(WANTED), tuple(source.broken), tuple(could_be))


def _declared(reader: Reader, sample: Sequence[Document], mapping: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """The field that each declared column would be read from."""
    own = mapping if is_fallback(reader) else {}
    found: list[tuple[str, str | None]] = []
    for field in reader.declared(own, ()):  # type: ignore[attr-defined]
        name = next((n for n in field.names if any(_at(d.data, n) is not None for d in sample)), None)
        if name is not None:
            found.append((field.column, name))
    return found


def _at(data: Mapping[str, Any], name: str) -> Any:
    if name in data:
        return data[name]
    value: Any = data
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _filled(reader: Reader, sample: Sequence[Document], problems: Problems) -> list[tuple[str, str | None]]:
    """The columns that a nested format fills in the sample."""

    def read() -> Iterator[Document]:
        return iter(sample)

    filled: dict[str, None] = {}
    for row in reader.rows(read, problems):
        filled |= dict.fromkeys(column for column, value in row.items() if value not in (None, [], ""))
    return [(column, None) for column in filled]
