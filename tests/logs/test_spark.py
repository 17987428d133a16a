"""Spark and DuckDB give the same: every cell that is judged, every verdict, every tagged call."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.logs import canonical
from tests.logs.conftest import AS_OF
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.engine import Engine
from whowaits.logs.engines import Asked, Opened, named
from whowaits.logs.ingest import Ingested
from whowaits.pseudonyms import Pseudonyms

CALLS = int(os.environ.get("WHOWAITS_PARITY_CALLS", "20000"))
ABSENT = next(
    (
        reason
        for reason, there in {
            "pyspark is not installed": importlib.util.find_spec("pyspark"),
            "sqlglot is not installed": importlib.util.find_spec("sqlglot"),
            "there is no Java": shutil.which("java"),
        }.items()
        if not there
    ),
    None,
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))]
OWN_KEYS = ("statement", "price_key")
"""Numbers by which each engine knows rows; no verdict depends on them."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A small session that thinks it is in Kathmandu. Plans are interpreted: compiling them takes longer than they do."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=Asia/Kathmandu",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "Asia/Kathmandu",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.master("local[1]").appName("parity")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


class Recorded:
    """An engine that remembers every result it gave."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.results: list[tuple[str, list[dict[str, Any]]]] = []

    def rows(self, sql: str) -> list[dict[str, Any]]:
        found = self._engine.rows(sql)
        self.results.append((sql, found))
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def run(engine: str, *paths: Path, out: Path) -> tuple[Any, list[tuple[str, Any]], Any]:
    """What an engine finds: the judged log, every result on the way, the tagged calls."""
    kept: list[Recorded] = []

    def recorded(asked: Asked, stack: contextlib.ExitStack) -> tuple[Engine, Ingested]:
        opened, came = named(engine)(asked, stack)
        kept.append(Recorded(opened))
        return kept[0], came

    opened: Opened = recorded
    with logs.classify(list(paths), Config(), AS_OF, pseudonyms=Pseudonyms(out), opened=opened) as session:
        results = [(sql, comparable(rows)) for sql, rows in kept[0].results]
        session.write_tagged(out / engine)
        return session.classified, results, tagged(out / engine)


def differing(expected: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    """The first results that only one of them has."""
    return sorted(set(expected) - set(found))[:2], sorted(set(found) - set(expected))[:2]


def comparable(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr({name: value for name, value in row.items() if name not in OWN_KEYS}) for row in rows)


def tagged(path: Path) -> list[str]:
    """The calls of a file or folder; neither calls nor the pairs of metadata have an order."""
    calls = pq.read_table(path).to_pylist()
    return sorted(repr({**call, "metadata": call["metadata"] and sorted(call["metadata"])}) for call in calls)


def test_every_cell_that_is_judged_and_every_tagged_call_is_the_same(cluster: Any, tmp_path: Path) -> None:
    log = canonical.write(tmp_path / "calls.parquet", canonical.rows(CALLS), zone="America/St_Johns")
    here, there = (run(engine, log, out=tmp_path) for engine in ("duckdb", "spark"))
    assert [sql for sql, _ in there[1]] == [sql for sql, _ in here[1]]
    for (sql, expected), (_, found) in zip(here[1], there[1], strict=True):
        assert found == expected, (sql, *differing(expected, found))
    assert there[0] == here[0]
    assert there[2] == here[2], differing(here[2], there[2])
