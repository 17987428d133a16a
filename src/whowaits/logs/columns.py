"""Declared columns -> SQL. A flat format is a list of `Field`; nothing else has to be written for it.

Every value is read as text and converted by one expression per kind, so that JSON lines, CSV and Parquet give
the same table. What cannot be converted becomes null and is named in the column `bad` of its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from whowaits.logs.table import MAX_TOKENS

Kind = Literal[
    "text", "count", "whole", "number", "ms", "seconds", "time", "maybe_time", "money", "flag", "status", "json"
]
FIRST_US: Final = 1_420_070_400_000_000
"""2015-01-01 in microseconds since 1970: an earlier model call is a mistake of a clock or a unit."""
LAST_US: Final = 4_102_444_800_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical column of a flat format. `names` are the fields it may stand in, the first present one counts;
    a dotted name is a path into an object, or a column of just that name."""

    column: str
    kind: Kind
    names: tuple[str, ...]


def quoted(name: str) -> str:
    """Return a name of a column or table as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def json_paths(name: str) -> tuple[str, ...]:
    """Return the paths of a dotted name: the nested one and the flat one."""
    parts = name.split(".")
    nested = "$" + "".join('."' + part.replace('"', '\\"') + '"' for part in parts)
    flat = '$."' + name.replace('"', '\\"') + '"'
    return (nested,) if len(parts) == 1 else (nested, flat)


def from_documents(fields: Sequence[Field], table: str) -> str:
    """Return SQL for the canonical columns of `table` (file, row, doc): JSON text of one record each."""
    paths: dict[str, int] = {}
    for field in fields:
        for name in field.names:
            for path in json_paths(name):
                paths.setdefault(path, len(paths) + 1)
    wanted = "[" + ", ".join(literal(path) for path in paths) + "]"
    source = (
        f"SELECT file, row, CASE WHEN json_valid(doc) AND json_type(doc) = 'OBJECT' "
        f"THEN json_extract_string(doc, {wanted}) END AS x FROM {table}"
    )

    def raw(name: str) -> str:
        found = [f"x[{paths[path]}]" for path in json_paths(name)]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    return _select(fields, raw, f"({source})", "x IS NULL")


def from_parquet(fields: Sequence[Field], table: str, types: Mapping[str, str]) -> str:
    """Return SQL for the canonical columns of `table`, whose columns have these engine types."""

    def raw(name: str) -> str:
        if name in types:
            return _as_text(quoted(name), types[name])
        head, _, rest = name.partition(".")
        if rest and types.get(head, "").startswith("STRUCT"):
            return f"CAST(struct_extract({quoted(head)}, {literal(rest)}) AS VARCHAR)"
        if rest and types.get(head) == "VARCHAR":
            path = literal(json_paths(rest)[0])
            return f"CASE WHEN json_valid({quoted(head)}) THEN json_extract_string({quoted(head)}, {path}) END"
        return ""

    return _select(fields, raw, table, None)


def _as_text(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return column
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _select(fields: Sequence[Field], raw: Callable[[str], str], source: str, unreadable: str | None) -> str:
    """Two levels: the text of every field, then the conversion, so that each text is made once."""
    texts, columns, bad = [], [], []
    for field in fields:
        column, text = quoted(field.column), quoted("_" + field.column)
        spelled = ", ".join(f"nullif(trim({part}), '')" for part in (raw(name) for name in field.names) if part)
        texts.append(f"coalesce({spelled or 'NULL'}, CAST(NULL AS VARCHAR)) AS {text}")
        columns.append(f"{_CONVERT[field.kind](text)} AS {column}")
        if field.kind not in ("text", "json", "maybe_time"):
            bad.append(f"CASE WHEN {text} IS NOT NULL AND {column} IS NULL THEN {literal(field.column)} END")
    marks = ", ".join(bad) or "NULL"
    unread = f"CASE WHEN {unreadable} THEN '!' END" if unreadable else "NULL"
    inner = f"SELECT file, row, {unread} AS unread, {', '.join(texts)} FROM {source}"
    middle = f"SELECT *, {', '.join(columns)} FROM ({inner})"
    names = ", ".join(quoted(field.column) for field in fields)
    return f"SELECT file, row, {names}, concat_ws(',', unread, {marks}) AS bad FROM ({middle})"


def _whole(text: str) -> str:
    """12 and 12.0 are whole, 12.5 is none: the cast alone would round."""
    return f"CASE WHEN regexp_full_match({text}, '[-+]?[0-9]+([.]0+)?') THEN TRY_CAST({text} AS BIGINT) END"


def _count(text: str) -> str:
    whole = _whole(text)
    return f"CASE WHEN {whole} BETWEEN 0 AND {MAX_TOKENS} THEN {whole} END"


def _number(text: str) -> str:
    return f"CASE WHEN isfinite(TRY_CAST({text} AS DOUBLE)) THEN TRY_CAST({text} AS DOUBLE) END"


def _milliseconds(text: str, factor: int = 1) -> str:
    value = f"{_number(text)} * {factor}"
    return f"CASE WHEN {value} BETWEEN 0 AND 2678400000 THEN {value} END"


def _money(text: str) -> str:
    value = f"TRY_CAST({text} AS DECIMAL(18, 9))"
    scientific = f"TRY_CAST(TRY_CAST({text} AS DOUBLE) AS DECIMAL(18, 9))"
    chosen = f"CASE WHEN contains(lower({text}), 'e') THEN {scientific} ELSE {value} END"
    return f"CASE WHEN {chosen} BETWEEN 0 AND 1000000 THEN {chosen} END"


def _flag(text: str) -> str:
    return (
        f"CASE WHEN lower({text}) IN ('true', '1', 'yes', 't') THEN true "
        f"WHEN lower({text}) IN ('false', '0', 'no', 'f') THEN false END"
    )


def _time(text: str) -> str:
    """Numbers are seconds, ms, us or ns by their size; text without a zone is UTC (the session's zone)."""
    number = f"TRY_CAST({text} AS DECIMAL(28, 9))"
    micro = (
        f"CAST(CASE WHEN abs({number}) < 100000000000 THEN {number} * 1000000 "
        f"WHEN abs({number}) < 100000000000000 THEN {number} * 1000 "
        f"WHEN abs({number}) < 100000000000000000 THEN {number} ELSE {number} / 1000 END AS BIGINT)"
    )
    moment = (
        f"CASE WHEN {number} IS NOT NULL THEN {micro} "
        f"ELSE epoch_us(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMPTZ)) END"
    )
    return f"CASE WHEN {moment} BETWEEN {FIRST_US} AND {LAST_US} THEN make_timestamptz({moment}) END"


def _status(text: str) -> str:
    """A word, or an HTTP status. 499 is the client that went away."""
    lower = f"lower({text})"
    code = f"TRY_CAST({text} AS INTEGER)"
    return (
        f"CASE WHEN {code} IN (499, 460) THEN 'cancelled' WHEN {code} BETWEEN 200 AND 399 THEN 'ok' "
        f"WHEN {code} BETWEEN -99 AND 599 THEN 'error' "
        f"WHEN {lower} IN ('ok', 'success', 'succeeded', 'successful', 'completed', 'done', 'stop') THEN 'ok' "
        f"WHEN {lower} IN ('cancelled', 'canceled', 'aborted', 'client_closed', 'disconnected') THEN 'cancelled' "
        f"WHEN {lower} IN ('expired', 'pending') THEN {lower} "
        f"WHEN {lower} IN ('error', 'failed', 'failure', 'timeout', 'rate_limited', 'exception') THEN 'error' END"
    )


_CONVERT: Final[dict[Kind, Callable[[str], str]]] = {
    "text": lambda text: text,
    "json": lambda text: text,
    "count": _count,
    "whole": _whole,
    "number": _number,
    "ms": _milliseconds,
    "seconds": lambda text: _milliseconds(text, 1000),
    "time": _time,
    "maybe_time": _time,
    "money": _money,
    "flag": _flag,
    "status": _status,
}
