"""Where the SQL runs when the calls lie on a cluster: Spark. The only module that knows pyspark.

The session is the one that is there, else a new one; tables and settings are kept apart from those of its owner. Rows
of calls stay in Spark, only what is asked for with `rows` comes back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from whowaits.logs.engine import batched
from whowaits.logs.judged import write_beside
from whowaits.logs.spark_sql import transpiled, unordered
from whowaits.model import WrongUse

SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
MISSING: Final = "spark is an extra: pip install 'whowaits[spark]'"


class SparkEngine:
    """A session of Spark; `close` it, which leaves an existing one as it was."""

    def __init__(self, master: str | None = None) -> None:
        self._session, self._own = _session(master)
        self._before = {key: self._session.conf.get(key, None) for key in SETTINGS}
        for key, value in SETTINGS.items():
            self._session.conf.set(key, value)
        self._kept: dict[str, Any] = {}
        self._views: set[str] = set()

    def close(self) -> None:
        """Drop what was kept; stop the session if it was started here."""
        for name in self._views:
            self._session.catalog.dropTempView(name)
        for frame in self._kept.values():
            frame.unpersist()
        for key, value in self._before.items():
            with contextlib.suppress(Exception):
                self._session.conf.unset(key) if value is None else self._session.conf.set(key, value)
        if self._own:
            self._session.stop()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return a small result as one dictionary a row."""
        found: list[dict[str, Any]] = self._query(sql).toArrow().to_pylist()
        return [{name: _whole(value) for name, value in row.items()} for row in found]

    def pieces(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield a result of any size in lists of rows, one partition of it at a time."""
        for piece in batched(self._query(sql).toLocalIterator()):
            yield [tuple(row) for row in piece]

    def one(self, sql: str) -> Any:
        """Return the only value of a result."""
        return next(iter(self.rows(sql)[0].values()))

    def store(self, name: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Keep a small table of this machine."""
        self._name(name, self._session.createDataFrame(pa.Table.from_batches(batches, schema)))

    def define(self, name: str, sql: str) -> None:
        """Keep the result of `sql` as a table."""
        frame = self._query(sql).persist()
        self._name(name, frame)
        self._kept[name] = frame

    def view(self, name: str, sql: str) -> None:
        """Name a query."""
        self._name(name, self._query(sql))

    def filled(self, name: str) -> set[str]:
        """Return the columns of a table."""
        return set(self._session.table(name).columns)

    def read_parquet(self, name: str, paths: Sequence[str]) -> dict[str, str]:
        """Name the rows of Parquet files, with the file and row of each; return the type of every column."""
        try:
            named = self._session.read.parquet(*paths)
            frame = self._session.read.parquet(*sorted(set(named.inputFiles())))  # one that is named twice is one
        except Exception as error:
            raise _explained(error, paths) from error
        kinds = dict(frame.dtypes)
        self._name(name, frame.selectExpr("*", "_metadata.file_path AS `#file`", "_metadata.row_index AS `#row`"))
        return kinds

    def write_parquet(self, sql: str, path: str, metadata: Mapping[str, str] | None = None) -> None:
        """Write a result as a folder of Parquet files; on this machine with `metadata` in a hidden file among them.
        WrongUse when there is something at `path`."""
        try:
            self._query(unordered(sql)).write.mode("errorifexists").parquet(path, compression="zstd")
        except Exception as error:
            raise _explained(error, [path]) from error
        if metadata and Path(path).is_dir():
            write_beside(Path(path), metadata)

    def spark(self, name: str, sql: str) -> None:
        """Name a query in Spark's own words."""
        self._name(name, self._session.sql(sql))

    def _query(self, sql: str) -> Any:
        return self._session.sql(transpiled(sql))

    def _name(self, name: str, frame: Any) -> None:
        before = self._kept.pop(name, None)
        if before is not None:
            before.unpersist()
        frame.createOrReplaceTempView(name)
        self._views.add(name)


def _session(master: str | None) -> tuple[Any, bool]:
    """A session with tables and settings of its own, and whether the one behind it was started for it.

    `master` is that of a cluster or, as sc://HOST, a Spark Connect server; None leaves it to the environment.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise WrongUse(MISSING) from error
    there = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("whowaits")
    if master is not None:
        builder = builder.remote(master) if master.startswith("sc://") else builder.master(master)
    try:
        session = there or builder.getOrCreate()
    except Exception as error:
        raise WrongUse(f"no Spark session: {_first_line(error)}") from error
    return (session if _is_remote(session) else session.newSession()), there is None


def _is_remote(session: Any) -> bool:
    """Whether the session talks to a server, where tables and settings belong to each client alone."""
    return ".connect." in type(session).__module__


def _explained(error: Exception, paths: Sequence[str]) -> Exception:
    """What the user can mend as WrongUse, anything else as it is."""
    from pyspark.errors import AnalysisException

    return WrongUse(f"{', '.join(paths)}: {_first_line(error)}") if isinstance(error, AnalysisException) else error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _whole(value: Any) -> Any:
    """Wide integers come back as decimals without a fraction."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value
