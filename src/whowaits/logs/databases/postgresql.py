"""PostgreSQL, through ADBC: rows arrive as Arrow. Passwords as for psql: PGPASSWORD, ~/.pgpass, service files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from whowaits.logs.columns import quoted
from whowaits.logs.databases import Address, Database, missing

SCHEMES: Final = ("postgresql", "postgres")
_AS_THEY_ARE: Final = (
    "text", "character varying", "boolean", "smallint", "integer", "bigint", "real", "double precision",
    "timestamp without time zone", "timestamp with time zone",
)  # fmt: skip
"""Types that arrive as what they are; the others as text."""
_COLUMNS: Final = """
SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns AS c
WHERE c.table_schema = ANY (current_schemas(false)) ORDER BY c.table_name, c.ordinal_position
"""


@contextlib.contextmanager
def opened(address: Address) -> Iterator[Database]:
    """Give a session in one transaction that only reads, so that all tables are of one moment."""
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise missing("postgres", address.shown) from None
    with dbapi.connect(_uri(address)) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield _Postgres(cursor)


class _Postgres:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        self._cursor.execute(_COLUMNS)
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._cursor.fetchall():
            found.setdefault(table, {})[column] = kind
        return found

    def batches(self, table: str, columns: Mapping[str, str]) -> Iterator[Any]:
        shown = ", ".join(_shown(name, kind) for name, kind in columns.items())
        self._cursor.execute(f"SELECT {shown} FROM {quoted(table)}")
        yield from self._cursor.fetch_record_batch()


def _shown(name: str, kind: str) -> str:
    if kind in _AS_THEY_ARE:
        return quoted(name)
    text = f"to_json({quoted(name)})::text" if kind == "ARRAY" else f"{quoted(name)}::text"
    return f"{text} AS {quoted(name)}"


def _uri(address: Address) -> str:
    user = f"{quote(address.user)}@" if address.user else ""
    port = f":{address.port}" if address.port else ""
    options = f"?{urlencode(address.options, quote_via=quote)}" if address.options else ""
    return f"postgresql://{user}{address.host or ''}{port}/{quote(address.database)}{options}"
