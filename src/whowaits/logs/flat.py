"""Flat formats: the declared columns of JSON lines, CSV and Parquet, as SQL over the place where they lie.

Typed Parquet is read in place, as often as it is asked for; everything else is read once and kept as a table.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from whowaits.logs import columns, documents, table
from whowaits.logs.cells import unusable
from whowaits.logs.columns import FILE, POSITION, ROW, Field, literal, quoted
from whowaits.logs.engine import DuckDB, EngineError, batched, csv_of, objects_of, stored_parquet
from whowaits.logs.problems import Problems
from whowaits.logs.sources import Source, plain_copy
from whowaits.logs.statements import Statements, read_said
from whowaits.model import Place

ZONELESS: Final = (
    "time without a zone was read as UTC, but a logging library writes local time unless told otherwise; runs and "
    "hours of people are off by the offset then"
)
OWN_NAMES: Final = {"file_index", "file_row_number"}
"""What the engine calls the place of a row: a file that has such a column is not read in place."""
_MOMENTS: Final = ("stated:deadline", "stated:due", "stated:expires")
Types = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Canonical rows of some files, by the name of a view; `rows` were read for it."""

    view: str
    rows: int
    sources: Sequence[Source]
    quick: bool
    """Whether its `key_hash` stands for the key of a record among those of this format."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """SQL of the declared columns of some files, and those of them that may hold anything."""

    sql: str
    present: set[str]
    rows: int
    sources: Sequence[Source]


def load(
    engine: DuckDB,
    reader: Any,
    sources: Sequence[Source],
    fields: Sequence[Field],
    spool: Path,
    statements: Statements,
    problems: Problems,
    ahead: int,
) -> Iterator[Part]:
    """Yield what these files of a flat format hold, and count what cannot be used. Positions begin at `ahead`."""
    for number, staged in enumerate(_staged(engine, reader.NAME, sources, fields, spool, problems, ahead)):
        names = {kind: f"{kind}_{reader.NAME}_{number}" for kind in ("staged", "spoken", "said", "read", *reader.ASIDE)}
        engine.view(names["staged"], staged.sql)
        _stage_said(engine, names, fields, staged.present, statements)
        _count_bad(engine, names["staged"], problems)
        _count_local(engine, reader, names, problems)
        for kind, sql in reader.ASIDE.items():
            engine.define(names[kind], sql.format(**names))
        engine.view(names["read"], reader.SETTLED.format(**names))
        yield Part(names["read"], staged.rows, staged.sources, reader.QUICK)


def _staged(
    engine: DuckDB,
    name: str,
    sources: Sequence[Source],
    fields: Sequence[Field],
    spool: Path,
    problems: Problems,
    ahead: int,
) -> Iterator[_Staged]:
    """Parquet files of the same columns and types are read as one."""
    alike: dict[tuple[tuple[str, str], ...], list[tuple[Source, int]]] = {}
    for number, source in enumerate(sources):
        found = _typed(engine, source, fields, spool)
        if found is None:
            kept = f"kept_{name}_{number}"
            present = _keep(engine, kept, fields, source, spool, problems)
            rows = int(engine.one(f"SELECT count(*) FROM {kept}"))
            yield _Staged(f"SELECT * REPLACE ({ahead} + rowid AS position) FROM {kept}", present, rows, [source])
            ahead += rows
        else:
            types, rows = found
            alike.setdefault(tuple(types.items()), []).append((source, rows))
    for spelled, group in alike.items():
        *before, end = accumulate((rows for _, rows in group), initial=ahead)
        files = [(source.name, plain_copy(source, spool)) for source, _ in group]
        sql = columns.from_columns(fields, stored_parquet(files, before), dict(spelled))
        present = columns.present(fields, dict(spelled))
        yield _Staged(sql, present, end - ahead, [source for source, _ in group])
        ahead = end


def _typed(engine: DuckDB, source: Source, fields: Sequence[Field], spool: Path) -> tuple[Types, int] | None:
    """The types of the columns that hold anything, and the number of rows, of Parquet that can be read in place.

    All that is needed of a file is read for that, so that a damaged one is known.
    """
    if documents.shape_of(source.head()) != "parquet":
        return None
    path = plain_copy(source, spool)
    try:
        types = engine.parquet_types(path)
        wanted = {name: kind for name, kind in types.items() if name in columns.names_read(fields)}
        if OWN_NAMES & types.keys() or not columns.is_cheap(fields, wanted):
            return None
        counts = engine.counts_of_parquet(path, wanted)
    except EngineError:
        return None
    return {name: kind for name, kind in wanted.items() if counts[name]}, counts["*"]


def _keep(
    engine: DuckDB, kept: str, fields: Sequence[Field], source: Source, spool: Path, problems: Problems
) -> set[str]:
    """Keep the declared columns of a file as a table; return those that may hold anything."""
    direct = {"parquet": _keep_parquet, "lines": _keep_lines, "csv": _keep_csv}.get(documents.shape_of(source.head()))
    if direct is not None and (present := direct(engine, kept, fields, source, spool)) is not None:
        return present
    import pyarrow as pa

    schema = pa.schema([("#file", pa.string()), ("#row", pa.int64()), ("#position", pa.int64()), ("doc", pa.string())])
    chunks = batched(_texts(source, spool, problems))
    batches = (pa.record_batch([list(c) for c in zip(*chunk, strict=True)], schema=schema) for chunk in chunks)
    engine.store("documents", batches, schema)
    keys = {row["key"] for row in engine.rows(columns.keys_of_documents("documents"))}
    engine.define(kept, columns.from_documents(fields, "documents", keys))
    engine.run("DROP TABLE documents")
    return columns.present(fields, keys)


def _keep_parquet(engine: DuckDB, kept: str, fields: Sequence[Field], source: Source, spool: Path) -> set[str] | None:
    """None where the engine cannot read the file: a damaged one is left to be read up to the damage."""
    path = plain_copy(source, spool)
    try:
        types = engine.parquet_types(path)
        if OWN_NAMES & types.keys():
            return None
        engine.define(kept, columns.from_columns(fields, stored_parquet([(source.name, path)], [0]), types))
    except EngineError:
        return None
    return columns.present(fields, types)


def _keep_lines(engine: DuckDB, kept: str, fields: Sequence[Field], source: Source, spool: Path) -> set[str] | None:
    """None unless every line is an object that the engine could read; others are looked at line by line."""
    path = plain_copy(source, spool)
    if glob.has_magic(str(path)) or not source.has_an_object_a_line():
        return None
    try:
        keys = engine.keys_of_objects(path)
        types = {name: kind for name, kind in columns.names_read(fields).items() if name in keys}
        if not types:
            return None
        engine.define("documents", objects_of(path, types))
    except EngineError:
        return None
    return _keep_documents(engine, kept, fields, source, types, ahead=1)


def _keep_csv(engine: DuckDB, kept: str, fields: Sequence[Field], source: Source, spool: Path) -> set[str] | None:
    """None unless every line is a row of as many cells as the header; others are looked at row by row."""
    path, header = plain_copy(source, spool), documents.csv_header(source)
    wanted = {name for name in columns.names_read(fields) if name in (header or ())}
    if glob.has_magic(str(path)) or not header or not wanted or len(set(header)) < len(header):
        return None
    try:
        engine.define("documents", csv_of(path, header, wanted))
    except EngineError:
        return None
    if int(engine.one("SELECT count(*) FROM documents")) + 1 != source.count_lines():
        engine.run("DROP TABLE documents")
        return None
    return _keep_documents(engine, kept, fields, source, dict.fromkeys(wanted, "VARCHAR"), ahead=2)


def _keep_documents(
    engine: DuckDB, kept: str, fields: Sequence[Field], source: Source, types: Types, ahead: int
) -> set[str]:
    """The table `documents` holds one line of the file a row; the first of them is the line `ahead`."""
    place = f"{literal(source.name)} AS {FILE}, rowid + {ahead} AS {ROW}, 0 AS {POSITION}"
    engine.define(kept, columns.from_columns(fields, f"(SELECT {place}, * FROM documents)", types))
    engine.run("DROP TABLE documents")
    return columns.present(fields, types)


def _texts(source: Source, spool: Path, problems: Problems) -> Iterator[tuple[str, int, int, str]]:
    """JSON lines go to the engine unparsed; every other shape as the JSON text of its records."""
    if documents.shape_of(source.head()) == "lines":
        for row, line in source.lines():
            if line.strip():
                yield source.name, row, 0, line.decode("utf-8", "replace")
        return
    for row, text in documents.as_lines(documents.read(source, spool, problems)):
        yield source.name, row, 0, text


def _stage_said(
    engine: DuckDB, names: Mapping[str, str], fields: Sequence[Field], present: set[str], statements: Statements
) -> None:
    """Read tags and metadata once for each distinct text and keep the result as the table `said`."""
    import pyarrow as pa

    keys = [f.column for f in fields if f.column.endswith("_json") or f.column.startswith("stated:")]
    keys = [key for key in keys if key in present]
    told = (f"{_loose(key)}, {_loose(key)} IS NULL" for key in keys)  # an empty list hashes as null does
    key = f"hash({', '.join(told)})" if keys else "CAST(0 AS UBIGINT)"
    spelled = "".join(f", any_value({_loose(key)}) AS {quoted(key.removeprefix('stated:'))}" for key in keys)
    engine.view(names["spoken"], f"SELECT *, {key} AS said_key FROM {names['staged']}")
    schema = pa.schema(
        [("said_key", pa.uint64()), ("tags", table.TEXTS), ("metadata", table.PAIRS), ("stated", pa.string()),
         ("job", pa.string()), ("workflow", pa.string())]
    )  # fmt: skip
    distinct = engine.rows(f"SELECT said_key{spelled} FROM {names['spoken']} GROUP BY said_key")
    batches = (_said_batch(chunk, statements, schema) for chunk in batched(distinct))
    engine.store(names["said"], batches, schema)


def _loose(key: str) -> str:
    """A deadline that is a moment stands in stated_deadline_at, row by row; as a statement it would say nothing."""
    return f"CASE WHEN stated_deadline_at IS NULL THEN {quoted(key)} END" if key in _MOMENTS else quoted(key)


def _said_batch(distinct: Sequence[dict[str, Any]], statements: Statements, schema: Any) -> Any:
    import pyarrow as pa

    rows = []
    for parts in distinct:
        key, tags, metadata = parts.pop("said_key"), parts.pop("tags_json", None), parts.pop("metadata_json", None)
        said = read_said(tags, metadata, parts, statements)
        rows.append((key, list(said.tags), list(said.metadata), said.stated, said.job, said.workflow))
    columns = zip(zip(*rows, strict=True), schema, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(column, type=field.type) for column, field in columns], schema=schema)


def _count_bad(engine: DuckDB, staged: str, problems: Problems) -> None:
    found = engine.rows(
        "SELECT file, bad, count(*) AS n, min(row) AS first FROM "
        f"(SELECT file, unnest(string_split(bad, ',')) AS bad, row FROM {staged} WHERE is_bad) "
        "GROUP BY file, bad ORDER BY file, bad"
    )
    for item in found:
        reason = "line is not a JSON object" if item["bad"] == "!" else unusable(item["bad"])
        problems.add(Place(item["file"], item["first"]), reason, item["n"])


def _count_local(engine: DuckDB, reader: Any, names: Mapping[str, str], problems: Problems) -> None:
    """Say which times were taken for UTC although what writes such lines writes local time."""
    if (local := getattr(reader, "LOCAL", None)) is not None:
        for row in engine.rows(local.format(**names)):
            problems.add(Place(row["file"], row["first"]), ZONELESS, row["n"])
