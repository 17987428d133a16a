"""Sources -> the right reader -> the table `calls`: canonical, cleaned, each call once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from whowaits.logs import columns, documents, flat, pairing, repeated, table
from whowaits.logs.cleaning import CALLS, IMPOSSIBLE, PLACE, merged
from whowaits.logs.documents import Document
from whowaits.logs.engine import DuckDB, Engine, batched
from whowaits.logs.flat import Part
from whowaits.logs.problems import Problems
from whowaits.logs.registry import Reader, fallback, is_fallback, is_flat, needed, recognised
from whowaits.logs.sources import Source
from whowaits.logs.statements import Statements
from whowaits.logs.values import names_content
from whowaits.logs.vocabulary import canonical
from whowaits.model import Place, WrongUse

UNREAD: Final = "nothing in this file looks like a model call; name its columns with --map FIELD=PATH"
VERDICTS_ALONE: Final = "verdicts without the calls they are about; give what `whowaits classify -o` wrote"
GUESSED: Final = (
    "a document beside logs that only has names of columns like a table of calls; name the file itself to read it"
)
FEW_ROWS: Final = 20_000
"""Up to so many records are copied once: planning each query down to where they lie takes longer than that."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came in. `sources` holds (file, reader, rows)."""

    rows: int
    duplicates: int
    sources: tuple[tuple[str, str, int], ...]


JSON_COLUMNS: Final = {"tags": "tags_json", "metadata": "metadata_json"}
"""Columns that hold JSON in the log and lists in the table."""


class MappingError(WrongUse):
    """`--map` names a column that does not exist, or a field that holds text of people or models."""


def checked(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping by declared column. MappingError unless each maps a column from a field that may be read."""
    fields = {field.column: field for field in _flat_columns(fallback())}
    spelled = {JSON_COLUMNS.get(column, column): path for column, path in mapping.items()}
    for column, path in spelled.items():
        if column not in fields:
            known = sorted({*fields, *JSON_COLUMNS} - set(JSON_COLUMNS.values()))
            raise MappingError(f"--map {column}: no such field; {_advice(column, known)}")
        if fields[column].kind == "text" and names_content(path):
            raise MappingError(f"--map {column}={path}: text of people or models is never read")
    return spelled


def _advice(column: str, known: Sequence[str]) -> str:
    """Names that hold the word come before names that are spelled alike: `model` means `model_requested`."""
    near = [name for name in known if column in name] or difflib.get_close_matches(column, known)
    return f"did you mean {' or '.join(f'`{n}`' for n in near[:3])}?" if near else f"choose from {', '.join(known)}"


def load(
    engine: DuckDB,
    sources: Sequence[Source],
    spool: Path,
    statements: Statements,
    mapping: Mapping[str, str],
    problems: Problems,
    progress: Progress,
) -> Ingested:
    """Fill the table `calls` and return what it was filled from."""
    mapping = checked(mapping)
    engine.store("read_calls", [], _raw_schema())
    parts: list[Part] = []
    for reader, group in _by_reader(sources, spool, mapping, problems):
        for source in group:
            progress(source.name)
        if is_flat(reader):
            own = mapping if is_fallback(reader) else {}
            fields = reader.declared(own, statements.keys())  # type: ignore[attr-defined]
            ahead = sum(part.rows for part in parts)
            for part in flat.load(engine, reader, group, fields, spool, statements, problems, ahead):
                parts.append(part)
                _tell(engine, part.sources, parts)
        else:
            _load_nested(engine, reader, group, spool, statements, problems)
            _tell(engine, group, parts)
    for source in sources:
        for skipped in source.broken:
            problems.add(skipped.place, skipped.reason)
    return _settle(engine, parts, problems)


def _tell(engine: Engine, sources: Sequence[Source], parts: Sequence[Part]) -> None:
    """Tell the meters that these sources are read."""
    rows = sum(part.rows for part in parts) + int(engine.one("SELECT count(*) FROM read_calls"))
    for source in sources:
        if source.meter is not None:
            source.meter.done(id(source), rows)


def _raw_schema() -> Any:
    import pyarrow as pa

    return pa.schema([*table.CALL_FIELDS, ("stated", pa.string()), ("key_hash", pa.uint64())])


def reader_of(source: Source, head: bytes, mapping: Mapping[str, str]) -> Reader | None:
    """Return the reader of a file that begins with `head`, None where nobody can read it.

    A document of JSON that lies in a folder of logs and that no format knows is no log only because it has the names
    of some columns: it may as well be what somebody made of the logs beside it.
    """
    reader = recognised(head, source.name) or (fallback() if mapping and head.strip() else None)
    guessed = reader is not None and is_fallback(reader) and not source.named and not mapping
    return None if guessed and documents.shape_of(head) == "json" else reader


def why_unread(head: bytes) -> str:
    """Return why nobody reads a file that begins with `head`."""
    if not head.strip():
        return "the file is empty"
    if documents.keys_of(head) >= set(table.VERDICT_COLUMNS):
        return VERDICTS_ALONE
    return GUESSED if fallback().recognise(head) else UNREAD


def _by_reader(
    sources: Sequence[Source], spool: Path, mapping: Mapping[str, str], problems: Problems
) -> list[tuple[Reader, list[Source]]]:
    groups: dict[str, tuple[Reader, list[Source]]] = {}
    for source in sources:
        head = documents.signature(source, spool)
        reader = reader_of(source, head, mapping)
        if reader is None:
            if not source.broken:
                problems.add(Place(source.name), why_unread(head))
            continue
        groups.setdefault(reader.NAME, (reader, []))[1].append(source)
    return [groups[name] for name in sorted(groups)]


def _load_nested(
    engine: DuckDB, reader: Reader, group: Sequence[Source], spool: Path, statements: Statements, problems: Problems
) -> None:
    passes = 0

    def read() -> Iterator[Document]:
        nonlocal passes
        passes += 1  # a second pass over the same files must not count their problems again
        seen = problems if passes == 1 else Problems()
        return (document for source in group for document in documents.read(source, spool, seen, needed(reader)))

    rows = (_with_statement(row, statements) for row in reader.rows(read, problems))
    engine.store("read_calls", (_raw_batch(chunk) for chunk in batched(rows)), _raw_schema(), append=True)


def _with_statement(row: dict[str, Any], statements: Statements) -> dict[str, Any]:
    said = statements.said(tuple(row.get("tags") or ()), tuple(row.get("metadata") or ()))
    row |= {name: shown for name, shown in (("tags", said.tags), ("metadata", said.metadata)) if row.get(name)}
    row["stated"] = said.stated
    row["job_name"] = row.get("job_name") or said.job
    row["workflow_name"] = row.get("workflow_name") or said.workflow
    return row


def _raw_batch(rows: Sequence[dict[str, Any]]) -> Any:
    import pyarrow as pa

    stated = pa.array([row.get("stated") for row in rows], type=pa.string())
    hashes = pa.nulls(len(rows), pa.uint64())
    return pa.RecordBatch.from_arrays([*table.batch(rows).columns, stated, hashes], schema=_raw_schema())


def _flat_columns(reader: Reader) -> tuple[columns.Field, ...]:
    return tuple(reader.COLUMNS)  # type: ignore[attr-defined]


def _settle(engine: DuckDB, parts: Sequence[Part], problems: Problems) -> Ingested:
    """What was read -> calls: no duplicates, canonical names, only values that can be true."""
    _name_records(engine, parts)
    counted = engine.rows(
        "SELECT source_file, source, count(*) AS n FROM found_calls GROUP BY ALL ORDER BY source_file, source"
    )
    for item in engine.rows(IMPOSSIBLE):
        problems.add(Place(item["source_file"], item["first"]), item["reason"], item["n"])
    pairing.pair(engine, (item["source"] for item in counted))
    duplicates = repeated.find(engine)
    rows = sum(item["n"] for item in counted)
    keep = engine.define if rows <= FEW_ROWS else engine.view
    keep("raw_calls", merged((*table.CALL_COLUMNS, "stated", "position")))
    stage_names(engine)
    engine.define("calls", CALLS)
    return Ingested(rows, duplicates, tuple((item["source_file"], item["source"], item["n"]) for item in counted))


def _name_records(engine: DuckDB, parts: Sequence[Part]) -> None:
    """Name all records that were read `found_calls`, and `keyed_calls` with the keys by which they are compared.

    Parts of one flat format alone have a quicker key than the text that compares records of all formats.
    """
    nested = int(engine.one("SELECT count(*) FROM read_calls"))
    ahead = sum(part.rows for part in parts)
    branches = [f"SELECT *, {ahead} + rowid AS position FROM read_calls", *(f"SELECT * FROM {p.view}" for p in parts)]
    engine.view("found_calls", " UNION ALL BY NAME ".join(branches))
    pairing.start(engine)
    key = f"coalesce(p.dedupe_key, f.dedupe_key, {PLACE})"
    quick = not nested and all(part.quick for part in parts)
    engine.view(
        "keyed_calls",
        f"SELECT f.* REPLACE ({key} AS dedupe_key, {'f.key_hash' if quick else f'hash({key})'} AS key_hash) "
        "FROM found_calls AS f LEFT JOIN paired AS p ON f.position = p.id",
    )


def stage_names(engine: Engine) -> None:
    """Normalise each distinct spelling of provider, model, operation and tier once."""
    import pyarrow as pa

    keys = ("provider", "model_response", "model_requested", "operation", "service_tier_raw")
    names = [f"raw_{key}" for key in keys]
    spelled = ", ".join(f"{key} AS raw_{key}" for key in keys)
    distinct = engine.rows(f"SELECT DISTINCT {spelled} FROM raw_calls ORDER BY ALL")
    schema = pa.schema([(name, pa.string()) for name in (*names, "provider", "model", "operation", "tier")])
    rows: Iterable[tuple[str | None, ...]] = (
        (*(row[name] for name in names), *canonical(
            row["raw_provider"], row["raw_model_response"] or row["raw_model_requested"], row["raw_operation"],
            row["raw_service_tier_raw"],
        ))
        for row in distinct
    )  # fmt: skip
    batches = (pa.record_batch([list(c) for c in zip(*chunk, strict=True)], schema=schema) for chunk in batched(rows))
    engine.store("names", batches, schema)
