"""Sources -> the right reader -> the table `calls`: canonical, cleaned, each call once."""

from __future__ import annotations

import difflib
import glob
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from whowaits.logs import columns, documents, pairing, table
from whowaits.logs.cells import unusable
from whowaits.logs.cleaning import CALLS, DUPLICATES, IMPOSSIBLE, MERGED, PLACED, TWICE
from whowaits.logs.columns import literal, quoted
from whowaits.logs.documents import Document
from whowaits.logs.engine import DuckDB, Engine, EngineError, batched, csv_of, objects_of, stored_parquet
from whowaits.logs.problems import Problems
from whowaits.logs.registry import Reader, fallback, is_fallback, is_flat, needed, recognised
from whowaits.logs.sources import Source, plain_copy
from whowaits.logs.statements import Statements, read_said
from whowaits.logs.values import names_content
from whowaits.logs.vocabulary import canonical
from whowaits.model import Place, WrongUse

UNREAD: Final = "nothing in this file looks like a model call; name its columns with --map FIELD=PATH"
VERDICTS_ALONE: Final = "verdicts without the calls they are about; give what `whowaits classify -o` wrote"
GUESSED: Final = (
    "a document beside logs that only has names of columns like a table of calls; name the file itself to read it"
)
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


ZONELESS: Final = (
    "time without a zone was read as UTC, but a logging library writes local time unless told otherwise; runs and "
    "hours of people are off by the offset then"
)


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
    engine.store("raw_calls", [], _raw_schema())
    for reader, group in _by_reader(sources, spool, mapping, problems):
        for source in group:
            progress(source.name)
        if is_flat(reader):
            for source in group:
                _load_flat(engine, reader, source, spool, statements, mapping, problems)
                _tell(engine, [source])
        else:
            _load_nested(engine, reader, group, spool, statements, problems)
            _tell(engine, group)
    for source in sources:
        for skipped in source.broken:
            problems.add(skipped.place, skipped.reason)
    return _settle(engine, problems)


def _tell(engine: Engine, sources: Sequence[Source]) -> None:
    """Tell the meters that these sources are read."""
    for source in sources:
        if source.meter is not None:
            source.meter.done(id(source), int(engine.one("SELECT count(*) FROM raw_calls")))


def _raw_schema() -> Any:
    import pyarrow as pa

    return pa.schema([*table.CALL_FIELDS, ("stated", pa.string())])


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
    engine.store("raw_calls", (_raw_batch(chunk) for chunk in batched(rows)), _raw_schema(), append=True)


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
    return pa.RecordBatch.from_arrays([*table.batch(rows).columns, stated], schema=_raw_schema())


def _flat_columns(reader: Reader) -> tuple[columns.Field, ...]:
    return tuple(reader.COLUMNS)  # type: ignore[attr-defined]


def _load_flat(
    engine: DuckDB,
    reader: Reader,
    source: Source,
    spool: Path,
    statements: Statements,
    mapping: Mapping[str, str],
    problems: Problems,
) -> None:
    """Declared columns in SQL, then what needs a look at the row as a whole, then into `raw_calls`."""
    own = mapping if is_fallback(reader) else {}
    fields = reader.declared(own, statements.keys())  # type: ignore[attr-defined]
    _stage(engine, fields, source, spool, problems)
    loose = tuple(field.column for field in fields if field.column.startswith("stated:"))
    _stage_said(engine, loose, statements)
    _count_bad(engine, source, problems)
    _count_local(engine, reader, source, problems)
    engine.run(f"INSERT INTO raw_calls BY NAME {reader.SETTLED}")  # type: ignore[attr-defined]


def _stage(engine: DuckDB, fields: Sequence[columns.Field], source: Source, spool: Path, problems: Problems) -> None:
    """Keep the declared columns of a file as the table `staged`."""
    direct = {"parquet": _stage_parquet, "lines": _stage_lines, "csv": _stage_csv}.get(
        documents.shape_of(source.head())
    )
    if direct is not None and direct(engine, fields, source, spool):
        return
    import pyarrow as pa

    schema = pa.schema([("#file", pa.string()), ("#row", pa.int64()), ("doc", pa.string())])
    chunks = batched(_texts(source, spool, problems))
    batches = (pa.record_batch([list(c) for c in zip(*chunk, strict=True)], schema=schema) for chunk in chunks)
    engine.store("documents", batches, schema)
    keys = {row["key"] for row in engine.rows(columns.keys_of_documents("documents"))}
    engine.define("staged", columns.from_documents(fields, "documents", keys))
    engine.run("DROP TABLE documents")


def _stage_parquet(engine: DuckDB, fields: Sequence[columns.Field], source: Source, spool: Path) -> bool:
    """Whether the engine could read the file; a damaged one is left to be read up to the damage."""
    path = plain_copy(source, spool)
    try:
        types = engine.parquet_types(path)
        engine.define("staged", columns.from_columns(fields, stored_parquet(path, source.name), types))
    except EngineError:
        return False
    return True


def _stage_lines(engine: DuckDB, fields: Sequence[columns.Field], source: Source, spool: Path) -> bool:
    """Whether every line is an object and the engine could read all of them; others are looked at line by line."""
    path = plain_copy(source, spool)
    if glob.has_magic(str(path)) or not source.has_an_object_a_line():
        return False
    try:
        keys = engine.keys_of_objects(path)
        types = {name: kind for name, kind in columns.names_read(fields).items() if name in keys}
        if not types:
            return False
        engine.define("documents", objects_of(path, types))
    except EngineError:
        return False
    _stage_documents(engine, fields, source, types, ahead=1)
    return True


def _stage_csv(engine: DuckDB, fields: Sequence[columns.Field], source: Source, spool: Path) -> bool:
    """Whether every line is a row of as many cells as the header; others are looked at row by row."""
    path, header = plain_copy(source, spool), documents.csv_header(source)
    wanted = {name for name in columns.names_read(fields) if name in (header or ())}
    if glob.has_magic(str(path)) or not header or not wanted or len(set(header)) < len(header):
        return False
    try:
        engine.define("documents", csv_of(path, header, wanted))
    except EngineError:
        return False
    if int(engine.one("SELECT count(*) FROM documents")) + 1 != source.count_lines():
        engine.run("DROP TABLE documents")
        return False
    _stage_documents(engine, fields, source, dict.fromkeys(wanted, "VARCHAR"), ahead=2)
    return True


def _stage_documents(
    engine: DuckDB, fields: Sequence[columns.Field], source: Source, types: Mapping[str, str], ahead: int
) -> None:
    """The table `documents` holds one line of the file a row; the first of them is the line `ahead`."""
    placed = f"(SELECT {literal(source.name)} AS {columns.FILE}, rowid + {ahead} AS {columns.ROW}, * FROM documents)"
    engine.define("staged", columns.from_columns(fields, placed, types))
    engine.run("DROP TABLE documents")


def _texts(source: Source, spool: Path, problems: Problems) -> Iterator[tuple[str, int, str]]:
    """JSON lines go to the engine unparsed; every other shape as the JSON text of its records."""
    if documents.shape_of(source.head()) == "lines":
        for row, line in source.lines():
            if line.strip():
                yield source.name, row, line.decode("utf-8", "replace")
        return
    for row, text in documents.as_lines(documents.read(source, spool, problems)):
        yield source.name, row, text


def _stage_said(engine: DuckDB, loose: Sequence[str], statements: Statements) -> None:
    """Read tags and metadata once for each distinct text and keep the result as the table `said`."""
    import pyarrow as pa

    keys = ["tags_json", "metadata_json", *loose]
    told = (f"{_loose(key)}, {_loose(key)} IS NULL" for key in keys)  # an empty list hashes as null does
    key = f"hash({', '.join(told)})"
    spelled = ", ".join(f"{_loose(key)} AS {quoted(key.removeprefix('stated:'))}" for key in keys)
    engine.view("spoken", f"SELECT *, {key} AS said_key FROM staged")
    schema = pa.schema(
        [("said_key", pa.uint64()), ("tags", table.TEXTS), ("metadata", table.PAIRS), ("stated", pa.string()),
         ("job", pa.string()), ("workflow", pa.string())]
    )  # fmt: skip
    distinct = engine.rows(f"SELECT DISTINCT {key} AS said_key, {spelled} FROM staged")
    batches = (_said_batch(chunk, statements, schema) for chunk in batched(distinct))
    engine.store("said", batches, schema)


def _count_local(engine: DuckDB, reader: Reader, source: Source, problems: Problems) -> None:
    """Say which times were taken for UTC although what writes such lines writes local time."""
    if (local := getattr(reader, "LOCAL", None)) is not None:
        (row,) = engine.rows(local)
        if row["n"]:
            problems.add(Place(source.name, row["first"]), ZONELESS, row["n"])


def _loose(key: str) -> str:
    """A deadline that is a moment stands in stated_deadline_at, row by row; as a statement it would say nothing."""
    moments = ("stated:deadline", "stated:due", "stated:expires")
    if key in moments:
        return f"CASE WHEN stated_deadline_at IS NULL THEN {quoted(key)} END"
    return quoted(key)


def _said_batch(distinct: Sequence[dict[str, Any]], statements: Statements, schema: Any) -> Any:
    import pyarrow as pa

    rows = []
    for parts in distinct:
        key, tags, metadata = parts.pop("said_key"), parts.pop("tags_json"), parts.pop("metadata_json")
        said = read_said(tags, metadata, parts, statements)
        rows.append((key, list(said.tags), list(said.metadata), said.stated, said.job, said.workflow))
    columns = zip(zip(*rows, strict=True), schema, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(column, type=field.type) for column, field in columns], schema=schema)


def _count_bad(engine: DuckDB, source: Source, problems: Problems) -> None:
    found = engine.rows(
        "SELECT bad, count(*) AS n, min(row) AS first FROM "
        "(SELECT unnest(string_split(bad, ',')) AS bad, row FROM staged WHERE bad <> '') GROUP BY bad ORDER BY bad"
    )
    for item in found:
        reason = "line is not a JSON object" if item["bad"] == "!" else unusable(item["bad"])
        problems.add(Place(source.name, item["first"]), reason, item["n"])


def _settle(engine: DuckDB, problems: Problems) -> Ingested:
    """raw_calls -> calls: no duplicates, canonical names, only values that can be true."""
    counted = engine.rows(
        "SELECT source_file, source, count(*) AS n FROM raw_calls GROUP BY ALL ORDER BY source_file, source"
    )
    stage_names(engine)
    engine.run(PLACED)
    for item in engine.rows(IMPOSSIBLE):
        problems.add(Place(item["source_file"], item["first"]), item["reason"], item["n"])
    pairing.pair(engine, (item["source"] for item in counted))
    engine.define("twice", TWICE)
    engine.run(MERGED)
    engine.define("duplicates", DUPLICATES)
    engine.define("calls", CALLS)
    duplicates = int(engine.one("SELECT count(*) FROM duplicates"))
    rows = sum(item["n"] for item in counted)
    return Ingested(rows, duplicates, tuple((item["source_file"], item["source"], item["n"]) for item in counted))


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
