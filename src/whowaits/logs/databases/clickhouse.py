"""ClickHouse, through its own client, as Arrow. CLICKHOUSE_USER and CLICKHOUSE_PASSWORD as for clickhouse-client."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs.databases import Address, Database, missing

SCHEMES: Final = ("clickhouse", "clickhouses")
_READ_ONLY: Final = {"readonly": 1}
_AS_THEY_ARE: Final = (
    "String",
    "Bool",
    "Float32",
    "Float64",
    *(f"{u}Int{n}" for u in ("", "U") for n in (8, 16, 32, 64)),
)
"""Types that arrive as what they are; containers as JSON, moments in UTC and everything else as text."""


@contextlib.contextmanager
def opened(address: Address) -> Iterator[Database]:
    """Give a session that may only read; `clickhouses://` and ?secure=true are over TLS."""
    try:
        import clickhouse_connect
    except ImportError:
        raise missing("clickhouse", address.shown) from None
    secure = address.scheme == "clickhouses" or address.options.get("secure", "").lower() in ("1", "true")
    client = clickhouse_connect.get_client(
        host=address.host or "localhost",
        port=address.port or (8443 if secure else 8123),
        username=address.user or os.environ.get("CLICKHOUSE_USER"),
        password=os.environ.get("CLICKHOUSE_PASSWORD", ""),
        database=address.database or "default",
        secure=secure,
        autogenerate_session_id=False,
    )
    try:
        yield _ClickHouse(client, address.database or "default")
    finally:
        client.close()


class _ClickHouse:
    def __init__(self, client: Any, database: str) -> None:
        self._client, self._database = client, database
        self._replacing: set[str] = set()

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        engines = self._rows("SELECT name, engine FROM system.tables WHERE database = {database:String}")
        self._replacing = {name for name, engine in engines if "Replacing" in engine}
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._rows(
            "SELECT table, name, type FROM system.columns WHERE database = {database:String} ORDER BY table, position"
        ):
            found.setdefault(table, {})[column] = kind
        return found

    def batches(self, table: str, columns: Mapping[str, str]) -> Iterator[Any]:
        """Of rows that replace each other only the newest is read."""
        if not self._replacing:
            self.tables()
        shown = ", ".join(_shown(name, kind) for name, kind in columns.items())
        newest = " FINAL" if table in self._replacing else ""
        query = f"SELECT {shown} FROM {_quoted(self._database)}.{_quoted(table)}{newest}"
        with self._client.query_arrow_stream(query, settings=_READ_ONLY, use_strings=True) as stream:
            yield from stream

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        answer = self._client.query_arrow(query, {"database": self._database}, settings=_READ_ONLY, use_strings=True)
        return [tuple(row.values()) for row in answer.to_pylist()]


def _shown(name: str, kind: str) -> str:
    plain = kind.removeprefix("LowCardinality(").removeprefix("Nullable(").rstrip(")")
    own = _quoted(name)
    if plain in _AS_THEY_ARE:
        return f"CAST({own} AS Nullable({plain})) AS {own}"
    if kind.startswith(("Map", "Array", "Tuple", "JSON", "Object")):
        return f"toJSONString({own}) AS {own}"
    if plain.startswith("DateTime"):
        return f"toString({own}, 'UTC') AS {own}"
    return f"toString({own}) AS {own}"


def _quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
