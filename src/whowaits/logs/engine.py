"""Where the SQL runs: what an engine does, and DuckDB on this machine. The only module that knows DuckDB.

Tables and sorts that outgrow the memory limit spill to the spool folder, so memory stays bounded whatever the log.
"""

from __future__ import annotations

import functools
import glob
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
import pyarrow as pa

from whowaits.logs.columns import FILE, POSITION, ROW, literal, quoted
from whowaits.whole_files import whole

MEMORY: Final = "1500MB"
BATCH_ROWS: Final = 20_000
EngineError: Final = duckdb.Error


class Engine(Protocol):
    """Tables of calls, wherever they lie. Every text of SQL is in DuckDB's words; the engine finds its own."""

    def close(self) -> None:
        """Let go of everything temporary."""

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return a small result as one dictionary a row."""

    def pieces(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield a result of any size in lists of rows; other statements may run in between."""
        ...

    def one(self, sql: str) -> Any:
        """Return the only value of a result."""

    def store(self, name: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Make a table of what is here."""

    def define(self, name: str, sql: str) -> None:
        """Keep the result of `sql` as a table."""

    def view(self, name: str, sql: str) -> None:
        """Name a query."""

    def filled(self, name: str) -> set[str]:
        """Return the columns of a table that may hold anything but null."""

    def write_parquet(self, sql: str, path: str, metadata: Mapping[str, str] | None = None) -> None:
        """Write a result to `path` as a whole or not at all, with `metadata` where the engine's files hold any."""


class DuckDB:
    """A connection with a bounded memory; `close` it, the spool folder belongs to the caller."""

    def __init__(self, spool: Path, memory: str = MEMORY) -> None:
        self._connection = duckdb.connect(":memory:")
        self.run("SET timezone = 'UTC'")
        self.run(f"SET memory_limit = {literal(memory)}")
        self.run(f"SET temp_directory = {literal(str(spool / 'spill'))}")
        self.run("SET preserve_insertion_order = true")
        self.run("SET autoinstall_known_extensions = false")

    def close(self) -> None:
        """Release the database file."""
        self._connection.close()

    def run(self, sql: str) -> None:
        """Execute a statement whose result does not matter."""
        self._connection.execute(sql).fetchall()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return a small result as one dictionary a row."""
        result = self._connection.execute(sql)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    def pieces(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield a result of any size in lists of rows; other statements may run in between."""
        with self._connection.cursor() as cursor:
            result = cursor.execute(sql)
            while found := result.fetchmany(BATCH_ROWS):
                yield found

    def one(self, sql: str) -> Any:
        """Return the only value of a result."""
        return self._connection.execute(sql).fetchall()[0][0]

    def store(self, name: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema, *, append: bool = False) -> None:
        """Keep a stream of Arrow batches as a table, never holding more than one batch."""
        reader = pa.RecordBatchReader.from_batches(schema, iter(batches))
        self._connection.register("incoming", reader)
        try:
            if append:
                self.run(f"INSERT INTO {quoted(name)} BY NAME SELECT * FROM incoming")
            else:
                self.run(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM incoming")
        finally:
            self._connection.unregister("incoming")

    def define(self, name: str, sql: str) -> None:
        """Keep the result of `sql` as a table."""
        self.run(f"CREATE OR REPLACE TABLE {quoted(name)} AS {sql}")

    def view(self, name: str, sql: str) -> None:
        """Name a query."""
        self.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {sql}")

    def filled(self, name: str) -> set[str]:
        """Return the columns of a table that hold anything but null."""
        columns = [row["column_name"] for row in self.rows(f"DESCRIBE {quoted(name)}")]
        counts = ", ".join(f"count({quoted(column)}) AS {quoted(column)}" for column in columns)
        return {column for column, n in self.rows(f"SELECT {counts} FROM {quoted(name)}")[0].items() if n}

    def array(self, sql: str) -> Any:
        """Return the only column of a result, which holds no null, as an array of NumPy."""
        (values,) = self._connection.execute(sql).fetchnumpy().values()
        return values

    def parquet_types(self, path: Path) -> dict[str, str]:
        """Return the engine's type of every column of a Parquet file."""
        found = self.rows(f"DESCRIBE SELECT * FROM {parquet_of([path])}")
        return {row["column_name"]: row["column_type"] for row in found}

    def counts_of_parquet(self, path: Path, names: Collection[str]) -> dict[str, int]:
        """Return the number of rows of a Parquet file under "*", and for each of these columns that of its values."""
        counts = "".join(f", count({quoted(name)}) AS {quoted(name)}" for name in names)
        return self.rows(f'SELECT count(*) AS "*"{counts} FROM {parquet_of([path])}')[0]

    def keys_of_objects(self, path: Path) -> set[str]:
        """Return the fields of the objects in a file of JSON lines."""
        objects = f"read_json_objects({literal(str(path))}, format = 'newline_delimited', compression = 'none')"
        lists = f"SELECT DISTINCT json_keys(json) AS keys FROM {objects}"
        return {row["key"] for row in self.rows(f"SELECT DISTINCT unnest(keys) AS key FROM ({lists})")}

    def write_parquet(self, sql: str, path: Path | str, metadata: Mapping[str, str] | None = None) -> None:
        """Write a result to `path` as a whole or not at all, with `metadata` of the file."""
        options = ["FORMAT parquet", "COMPRESSION zstd"]
        if metadata:
            pairs = ", ".join(f"{quoted(key)}: {literal(value)}" for key, value in metadata.items())
            options.append(f"KV_METADATA {{{pairs}}}")
        with whole(Path(path)) as partial:
            self.run(f"COPY ({sql}) TO {literal(str(partial))} ({', '.join(options)})")


def parquet_of(paths: Sequence[Path]) -> str:
    """Return SQL that reads Parquet files, which have the same columns, one after another."""
    return f"read_parquet([{', '.join(map(_path, paths))}])"


def _path(path: Path) -> str:
    """A path as an SQL literal, in which no sign stands for several files."""
    return literal(glob.escape(str(path)))


def stored_parquet(files: Sequence[tuple[str, Path]], ahead: Sequence[int]) -> str:
    """Return SQL that reads Parquet files of the same columns with the place of each row. `ahead` of the rows of each
    file are so many others."""
    names = _of_file([literal(name) for name, _ in files])
    before = _of_file([str(number) for number in ahead])
    place = f"{names} AS {FILE}, file_row_number + 1 AS {ROW}, {before} + file_row_number AS {POSITION}"
    return f"(SELECT {place}, * FROM {parquet_of([path for _, path in files])})"


def _of_file(values: Sequence[str]) -> str:
    """The value that belongs to the file of a row."""
    return values[0] if len(values) == 1 else f"list_extract([{', '.join(values)}], CAST(file_index AS BIGINT) + 1)"


def objects_of(path: Path, columns: Mapping[str, str]) -> str:
    """Return SQL that reads these fields of JSON lines, each as the type given; a line that is no object fails it."""
    spelled = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    return (
        f"SELECT * FROM read_json({literal(str(path))}, columns = {{{spelled}}}, "
        "format = 'newline_delimited', records = 'true', compression = 'none')"
    )


def csv_of(path: Path, header: Sequence[str], names: Collection[str]) -> str:
    """Return SQL that reads some columns of a CSV file as text; a row that is not as long as the header fails it."""
    spelled = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    wanted = ", ".join(quoted(name) for name in header if name in names)
    return (
        f"SELECT {wanted} FROM read_csv({literal(str(path))}, columns = {{{spelled}}}, auto_detect = false, "
        "header = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
        "ignore_errors = false, compression = 'none')"
    )


@functools.cache
def features() -> dict[str, str]:
    """Return the named queries of features.sql."""
    text = resources.files("whowaits.logs").joinpath("features.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: ([a-z_]+)\n", text, flags=re.MULTILINE)[1:]
    return {name: sql.strip().rstrip(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def batched(rows: Iterable[Any], size: int = BATCH_ROWS) -> Iterator[Sequence[Any]]:
    """Yield the items in lists of at most `size`."""
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
