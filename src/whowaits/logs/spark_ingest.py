"""Canonical Parquet that Spark reads -> the tables `raw_calls` and `calls`, as logs/ingest.py makes them here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import orjson
import pyarrow as pa

from whowaits.logs import ingest, table
from whowaits.logs.cells import unusable
from whowaits.logs.cleaning import CALLS, DUPLICATES, ELSEWHERE, IMPOSSIBLE, TWICE, merged
from whowaits.logs.columns import FILE, ROW, cleaned, quoted
from whowaits.logs.engine import batched
from whowaits.logs.ingest import Ingested
from whowaits.logs.problems import Problems
from whowaits.logs.readers import whowaits as own
from whowaits.logs.results import SQL_TYPES
from whowaits.logs.spark import SparkEngine
from whowaits.logs.spark_sql import literal
from whowaits.logs.statements import Statements, read_said
from whowaits.logs.values import CONTENT, LONGEST_TAG
from whowaits.model import Place, WrongUse

NEEDED: Final = ("call_id", "source", "source_file", "source_row", "record_kind", "dedupe_key", "started_at")
ROWS_OF_A_FILE: Final = 2**40
KINDS: Final = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "decimal(18,9)": "DECIMAL(18,9)",
    "array<string>": "VARCHAR[]",
    "map<string,string>": "MAP(VARCHAR, VARCHAR)",
}
"""Spark's types in the words of the embedded engine."""


TYPES: Final = {**SQL_TYPES, "timestamp[us, tz=UTC]": "TIMESTAMP WITH TIME ZONE", "decimal128(18, 9)": "DECIMAL(18,9)"}


def load(engine: SparkEngine, paths: Sequence[str], statements: Statements, problems: Problems) -> Ingested:
    """Fill the table `calls` and return what it was filled from. WrongUse for Parquet that is not canonical."""
    there = {name: KINDS.get(kind, kind) for name, kind in engine.read_parquet("stored", paths).items()}
    _check(there, paths)
    _number_files(engine)
    lists = {name: sql for name, sql in _CLEANED.items() if name in there}
    made = "".join(f", {sql} AS {name}" for name, sql in lists.items())
    engine.spark(
        "labelled", f"SELECT * EXCEPT ({', '.join(lists)}){made} FROM stored" if lists else "SELECT * FROM stored"
    )
    engine.spark("spoken", f"SELECT *, {_said_key(there, statements)} AS said_key FROM labelled")
    _store_said(engine, statements)
    _count_bad(engine, there, problems)
    for name in ("keyed_calls", "suspects", "raw_calls"):
        engine.view(name, _raw_calls(there))
    return _settle(engine, problems)


def _check(there: Mapping[str, str], paths: Sequence[str]) -> None:
    wrong = [f"no column {name}" for name in NEEDED if name not in there]
    kinds = {name: TYPES[str(kind)] for name, kind in table.CALL_FIELDS}
    wrong += [f"{name} is {there[name]}, not {kind}" for name, kind in kinds.items() if there.get(name, kind) != kind]
    if wrong:
        raise WrongUse(
            f"{', '.join(paths)}: {'; '.join(wrong)}; Spark reads the Parquet of `whowaits ingest` or `classify -o`"
        )


def _number_files(engine: SparkEngine) -> None:
    """Number the files by name, so that a row has the same position whenever it is read."""
    names = sorted(row["file"] for row in engine.rows('SELECT DISTINCT "#file" AS file FROM stored'))
    schema = pa.schema([("file", pa.string()), ("file_no", pa.int64())])
    engine.store("files", [pa.record_batch([names, list(range(len(names)))], schema=schema)], schema)


_STRIPPED: Final = r"""regexp_replace({}, '(?U)^[\\s\\x1c-\\x1f]+|[\\s\\x1c-\\x1f]+$', '')"""
_SHORT: Final = f"{{0}} <> '' AND length({{0}}) <= {LONGEST_TAG}"
_CLEANED: Final = {
    "tags": f"filter(transform(tags, t -> {_STRIPPED.format('t')}), t -> {_SHORT.format('t')})",
    "metadata": (
        f"map_filter(transform_values(metadata, (k, v) -> {_STRIPPED.format('v')}), "
        f"(k, v) -> {_SHORT.format('v')} AND NOT lower(k) RLIKE {literal(CONTENT.pattern)})"
    ),
}
"""Lists as logs/values.py cleans them: no empty texts, no long ones, nothing that may hold somebody's words."""


def _said_key(there: Collection[str], statements: Statements) -> str:
    """The tags and pairs of metadata that may state something, as JSON: few differ in these."""
    keys = "|".join(map(_expression, statements.said_by_key()))
    tags = "|".join(map(_expression, statements.said_by_tag()))
    own = rf"(?is)\s*({keys})\s*[:=].*|[^:=]*|({tags})"
    tag = f"filter(tags, t -> t RLIKE {literal(f'^({own})$')})" if "tags" in there else "null"
    pairs = f"filter(map_entries(metadata), e -> e.key RLIKE {literal(f'(?is)^({keys})$')})"
    return f"to_json(named_struct('tags', {tag}, 'pairs', {pairs if 'metadata' in there else 'null'}))"


def _expression(pattern: str) -> str:
    """A regular expression that fits at least what a pattern of file names fits."""
    return re.sub(r"\\\*|\\\?|\\\[.*\\\]", ".*", re.escape(pattern))


def _store_said(engine: SparkEngine, statements: Statements) -> None:
    keys = [row["said_key"] for row in engine.rows("SELECT DISTINCT said_key FROM spoken")]
    schema = pa.schema([("said_key", pa.string()), ("stated", pa.string())])
    rows = ((key, _stated(orjson.loads(key), statements)) for key in keys)
    batches = [pa.record_batch([list(c) for c in zip(*chunk, strict=True)], schema=schema) for chunk in batched(rows)]
    engine.store("said", batches, schema)


def _stated(parts: Mapping[str, Any], statements: Statements) -> str | None:
    pairs = {pair["key"]: pair.get("value") for pair in parts.get("pairs", ())}
    return read_said(parts.get("tags"), pairs, {}, statements).stated


def _count_bad(engine: SparkEngine, there: Mapping[str, str], problems: Problems) -> None:
    """Count the values that cannot be one, by file and column."""
    made = {name: sql for name, sql in _values(there).items() if there.get(name, "VARCHAR") != "VARCHAR"}
    counted = ", ".join(
        f"count(s.{name}) - count({sql}) AS {name}, "
        f"min(CASE WHEN s.{name} IS NOT NULL AND {sql} IS NULL THEN s.{ROW} END) + 1 AS {quoted(f'{name} at')}"
        for name, sql in made.items()
    )
    for row in engine.rows(f"SELECT s.{FILE} AS file, {counted} FROM stored AS s GROUP BY s.{FILE}"):
        for name in made:
            if row[name]:
                problems.add(Place(_name(row["file"]), row[f"{name} at"]), unusable(name), row[name])


def _name(address: str) -> str:
    return unquote(address.rpartition("/")[2])


def _values(there: Mapping[str, str]) -> dict[str, str]:
    """SQL for the canonical columns of `stored`, null where it has none."""
    kinds = {field.column: field.kind for field in own.COLUMNS}
    return {
        name: cleaned(kinds[name], f"s.{quoted(name)}", there[name])
        if name in kinds and name in there
        else f"s.{quoted(name)}"
        if name in there
        else f"CAST(NULL AS {TYPES[str(kind)]})"
        for name, kind in table.CALL_FIELDS
    }


def _raw_calls(there: Mapping[str, str]) -> str:
    """The canonical columns with the position of each row and what it states."""
    values = _values(there)
    place = ", ".join(f"CAST({values[name]} AS VARCHAR)" for name in ("source", "source_file", "source_row"))
    values["dedupe_key"] = f"coalesce({values['dedupe_key']}, concat_ws(':', {place}))"
    return (
        f"SELECT {', '.join(f'{sql} AS {quoted(name)}' for name, sql in values.items())}, d.stated AS stated, "
        f"f.file_no * {ROWS_OF_A_FILE} + s.{ROW} AS position "
        f"FROM spoken AS s JOIN files AS f ON s.{FILE} = f.file JOIN said AS d ON s.said_key = d.said_key"
    )


def _settle(engine: SparkEngine, problems: Problems) -> Ingested:
    engine.define("twice", TWICE)
    engine.define("duplicates", DUPLICATES)
    duplicates = int(engine.one("SELECT count(*) AS n FROM duplicates"))
    counted = engine.rows("SELECT source_file, source, count(*) AS n FROM raw_calls GROUP BY source_file, source")
    for item in engine.rows(IMPOSSIBLE):
        problems.add(Place(item["source_file"], item["first"]), item["reason"], item["n"])
    if duplicates:
        engine.define("elsewhere", ELSEWHERE)
        engine.view("raw_calls", merged((*table.CALL_COLUMNS, "stated", "position")))
    ingest.stage_names(engine)
    engine.define("calls", CALLS)
    sources = sorted((row["source_file"] or "", row["source"] or "", row["n"]) for row in counted)
    return Ingested(sum(n for *_, n in sources), duplicates, tuple(sources))
