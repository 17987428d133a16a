"""Declared columns -> SQL. A flat format is a list of `Field`; nothing else has to be written for it.

Every value is read as text and converted by one expression per kind, so that JSON lines, CSV and Parquet give
the same table. What cannot be converted becomes null and is named in the column `bad` of its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from whowaits.logs.table import MAX_TOKENS

Kind = Literal[
    "text",
    "count",
    "whole",
    "maybe_whole",
    "number",
    "ms",
    "seconds",
    "time",
    "maybe_time",
    "money",
    "flag",
    "status",
    "json",
    "zoneless",
]
FILE: Final = '"#file"'
ROW: Final = '"#row"'
POSITION: Final = '"#position"'
"""Names that no column of a log has, for the place of a record in its file and among all records."""
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


def keys_of_documents(table: str) -> str:
    """Return SQL for every key that a record of `table` has at its top, as `key`."""
    return f"SELECT DISTINCT unnest(json_keys(doc)) AS key FROM {table} WHERE {_OBJECT}"


def names_read(fields: Sequence[Field]) -> dict[str, str]:
    """Return every field of a JSON object that these columns may stand in, with the engine's type to read it as."""
    names = {name: "VARCHAR" for field in fields for name in field.names}
    heads = {name.partition(".")[0]: "JSON" for name in names if "." in name}
    return {**names, **heads}


def from_documents(fields: Sequence[Field], table: str, keys: Collection[str]) -> str:
    """Return SQL for the canonical columns of `table` (FILE, ROW, doc): JSON text of one record each, with `keys`."""
    paths: dict[str, int] = {}
    for field in fields:
        for name in field.names:
            for path in json_paths(name) if _has(keys, name) else ():
                paths.setdefault(path, len(paths) + 1)
    wanted = "[" + ", ".join(literal(path) for path in paths) + "]"
    source = (
        f"SELECT {FILE}, {ROW}, {POSITION}, "
        f"CASE WHEN {_OBJECT} THEN json_extract_string(doc, CAST({wanted} AS VARCHAR[])) END AS x FROM {table}"
    )

    def raw(name: str) -> str:
        found = [f"x[{paths[path]}]" for path in json_paths(name) if path in paths]
        return "" if not found else found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    return _select([_Source(field, raw) for field in fields], f"({source})", "x IS NULL")


def present(fields: Sequence[Field], keys: Collection[str]) -> set[str]:
    """Return the declared columns that these fields of a log may fill."""
    return {field.column for field in fields if any(_has(keys, name) for name in field.names)}


def is_cheap(fields: Sequence[Field], types: Mapping[str, str]) -> bool:
    """Whether no value of these columns has to be parsed, so that they can be made whenever they are asked for."""
    return all(source.cheap for source in _sources(fields, types))


_OBJECT: Final = "json_valid(doc) AND json_type(doc) = 'OBJECT'"


def _has(keys: Collection[str], name: str) -> bool:
    return name in keys or name.partition(".")[0] in keys


def from_columns(fields: Sequence[Field], table: str, types: Mapping[str, str]) -> str:
    """Return SQL for the canonical columns of `table`, whose columns have these engine types."""
    return _select(_sources(fields, types), table, None)


def _sources(fields: Sequence[Field], types: Mapping[str, str]) -> list[_Source]:
    def raw(name: str) -> str:
        if name in types:
            return _as_text(quoted(name), types[name])
        head, _, rest = name.partition(".")
        if rest and types.get(head, "").startswith("STRUCT"):
            return f"CAST(struct_extract({quoted(head)}, {literal(rest)}) AS VARCHAR)"
        if rest and types.get(head) == "JSON":
            return f"json_extract_string({quoted(head)}, {literal(json_paths(rest)[0])})"
        if rest and types.get(head) == "VARCHAR":
            path = literal(json_paths(rest)[0])
            return f"CASE WHEN json_valid({quoted(head)}) THEN json_extract_string({quoted(head)}, {path}) END"
        return ""

    return [_Source(field, raw, types) for field in fields]


def _as_text(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return column
    if kind == "JSON":
        return f"json_extract_string({column}, '$')"
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def cleaned(kind: Kind, column: str, type_: str) -> str:
    """Return SQL for the value of a typed column, null where it cannot be one. KeyError for a type that needs text."""
    if (kind, type_) == ("text", "VARCHAR"):
        return f"nullif(trim({column}), '')"
    made = _typed(kind, type_)
    if made is None:
        raise KeyError(kind, type_)
    return made(column)


class _Source:
    """Where a field stands and how its value is made: (`given`, `made`), `made` being written in terms of `given`.

    `cheap` says that nothing is parsed for it.
    """

    def __init__(self, field: Field, raw: Callable[[str], str], types: Mapping[str, str] | None = None) -> None:
        self.field = field
        self.alias = quoted("_" + field.column)
        there = self.there = [name for name in field.names if raw(name)]
        kinds = {(types or {}).get(name, "") for name in there}
        self.cheap = not there or (kinds == {"VARCHAR"} and field.kind in ("text", "json", "flag", "status"))
        typed = _typed(field.kind, kinds.pop()) if len(kinds) == 1 else None
        if typed is not None:
            self.given, self.made = f"coalesce({', '.join(quoted(name) for name in there)})", typed(self.alias)
            self.cheap = True
            return
        spelled = ", ".join(f"nullif(trim({raw(name)}), '')" for name in there)
        self.given = f"coalesce({spelled or 'NULL'}, CAST(NULL AS VARCHAR))"
        self.made = _CONVERT[field.kind](self.alias)


def _select(sources: Sequence[_Source], relation: str, unreadable: str | None) -> str:
    """Two levels: the value as it is given, then the conversion, so that each text is made once."""
    given = ", ".join(f"{s.given} AS {s.alias}" for s in sources)
    made = ", ".join(f"{s.made} AS {quoted(s.field.column)}" for s in sources)
    lost = {
        s.field.column: f"{s.alias} IS NOT NULL AND {quoted(s.field.column)} IS NULL"
        for s in sources
        if s.there and s.field.kind not in ("text", "json", "maybe_time", "maybe_whole", "zoneless")
    }
    bad = "".join(f", CASE WHEN {sql} THEN {literal(column)} END" for column, sql in lost.items())
    unread = f"CASE WHEN {unreadable} THEN '!' END" if unreadable else "CAST(NULL AS VARCHAR)"
    place = f"{FILE} AS file, {ROW} AS row, {POSITION} AS position"
    inner = f"SELECT {place}, {unread} AS unread, {given} FROM {relation}"
    names = ", ".join(quoted(s.field.column) for s in sources)
    is_bad = " OR ".join(["unread IS NOT NULL", *(f"({sql})" for sql in lost.values())])
    return (
        f"SELECT file, row, position, {names}, concat_ws(',', unread{bad}) AS bad, {is_bad} AS is_bad "
        f"FROM (SELECT *, {made} FROM ({inner}))"
    )


def _whole(text: str) -> str:
    """12 and 12.0 are whole, 12.5 is none: the cast alone would round. What is spelled as the engine does is quick."""
    value = f"TRY_CAST({text} AS BIGINT)"
    spelled = f"regexp_full_match({text}, '[-+]?[0-9]+([.]0+)?')"
    return f"CASE WHEN CAST({value} AS VARCHAR) = {text} THEN {value} WHEN {spelled} THEN {value} END"


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
        f"TRY_CAST(CASE WHEN abs({number}) < 100000000000 THEN {number} * 1000000 "
        f"WHEN abs({number}) < 100000000000000 THEN {number} * 1000 "
        f"WHEN abs({number}) < 100000000000000000 THEN {number} ELSE {number} / 1000 END AS BIGINT)"
    )
    moment = (
        f"CASE WHEN {number} IS NOT NULL THEN {micro} "
        f"ELSE epoch_us(TRY_CAST(replace({text}, ',', '.') AS TIMESTAMPTZ)) END"
    )
    return f"CASE WHEN {moment} BETWEEN {FIRST_US} AND {LAST_US} THEN make_timestamptz({moment}) END"


def _zoneless(text: str) -> str:
    """How a date and time without a zone is written: `plain`, or `comma` as Python's logging does, in local time."""
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}.*') "
        f"AND NOT regexp_full_match({text}, '.{{16}}.*(Z|z|UTC|[+-][0-9]{{2}}(:?[0-9]{{2}})?)') "
        f"THEN CASE WHEN contains({text}, ',') THEN 'comma' ELSE 'plain' END END"
    )


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
    "maybe_whole": _whole,
    "number": _number,
    "ms": _milliseconds,
    "seconds": lambda text: _milliseconds(text, 1000),
    "time": _time,
    "maybe_time": _time,
    "money": _money,
    "flag": _flag,
    "status": _status,
    "zoneless": _zoneless,
}

_Made = Callable[[str], str]
_INTEGERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_NUMBERS: Final = (*_INTEGERS, "DOUBLE")
_LISTS: Final = ("VARCHAR[]", "MAP(VARCHAR, VARCHAR)")
_TIMES: Final = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP")


def _typed(kind: Kind, type_: str) -> _Made | None:
    """Return how a value of a typed column is made without a detour over text; it means the same as through it."""
    if kind == "json" and type_ in _LISTS:
        return lambda column: column
    if kind == "money" and type_.startswith("DECIMAL"):
        return _typed_money
    if kind == "maybe_time" and type_ in _TIMES:
        return _typed_time
    return _TYPED.get((kind, type_))


def _typed_count(column: str) -> str:
    return f"CASE WHEN {column} BETWEEN 0 AND {MAX_TOKENS} THEN CAST({column} AS BIGINT) END"


def _typed_whole(column: str) -> str:
    return f"TRY_CAST({column} AS BIGINT)"


def _without_fraction(made: _Made) -> _Made:
    return lambda column: f"CASE WHEN {column} = trunc({column}) THEN {made(column)} END"


def _typed_status(column: str) -> str:
    return (
        f"CASE WHEN {column} IN (499, 460) THEN 'cancelled' WHEN {column} BETWEEN 200 AND 399 THEN 'ok' "
        f"WHEN {column} BETWEEN -99 AND 599 THEN 'error' END"
    )


def _typed_ms(column: str) -> str:
    return f"CASE WHEN {column} BETWEEN 0 AND 2678400000 THEN CAST({column} AS DOUBLE) END"


def _typed_seconds(column: str) -> str:
    return _typed_ms(f"(CAST({column} AS DOUBLE) * 1000)")


def _typed_time(column: str) -> str:
    return f"CASE WHEN epoch_us({column}) BETWEEN {FIRST_US} AND {LAST_US} THEN CAST({column} AS TIMESTAMPTZ) END"


def _typed_money(column: str) -> str:
    return f"CASE WHEN {column} BETWEEN 0 AND 1000000 THEN CAST({column} AS DECIMAL(18, 9)) END"


def _typed_number(column: str) -> str:
    return f"CASE WHEN isfinite(CAST({column} AS DOUBLE)) THEN CAST({column} AS DOUBLE) END"


_TYPED: Final[dict[tuple[Kind, str], _Made]] = {
    ("flag", "BOOLEAN"): lambda column: column,
    ("count", "DOUBLE"): _without_fraction(_typed_count),
    **{("count", kind): _typed_count for kind in _INTEGERS},
    **{("whole", kind): _typed_whole for kind in _INTEGERS},
    **{("maybe_whole", kind): _typed_whole for kind in _INTEGERS},
    **{("number", kind): _typed_number for kind in _NUMBERS},
    **{("status", kind): _typed_status for kind in _INTEGERS},
    **{("ms", kind): _typed_ms for kind in _NUMBERS},
    **{("seconds", kind): _typed_seconds for kind in _NUMBERS},
    **{("time", kind): _typed_time for kind in _TIMES},
    **{("zoneless", kind): lambda _: "CAST(NULL AS VARCHAR)" for kind in _TIMES},
}
