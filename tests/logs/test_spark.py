"""Spark and DuckDB give the same: every cell that is judged, every verdict, every tagged call."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.logs import canonical
from tests.logs.conftest import AS_OF
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.engine import Engine
from whowaits.logs.engines import Asked, Opened, named
from whowaits.logs.ingest import Ingested
from whowaits.model import WrongUse
from whowaits.pseudonyms import Pseudonyms

CALLS = int(os.environ.get("WHOWAITS_PARITY_CALLS", "2000"))
MANY = 20_000
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
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
    """A small session that thinks it is in Kathmandu. Plans for few calls are interpreted: compiling them takes longer."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=Asia/Kathmandu",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "Asia/Kathmandu",
        "spark.sql.shuffle.partitions": "2",
        **(INTERPRETED if CALLS < MANY else {}),
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


def run(engine: str, *paths: Path, out: Path) -> tuple[Any, list[tuple[str, Any]], Path]:
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
        session.write_workloads(out / f"{engine}-workloads")
        return session.classified, results, out / engine


def differing(expected: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    """The first results that only one of them has."""
    return sorted(set(expected) - set(found))[:2], sorted(set(found) - set(expected))[:2]


def comparable(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr({name: value for name, value in row.items() if name not in OWN_KEYS}) for row in rows)


CALLS_READ = "SELECT * REPLACE (list_sort(map_entries(metadata)) AS metadata) FROM read_parquet('{}')"
WORKLOADS_READ = "SELECT * FROM read_parquet('{}')"


def only_in(path: Path, other: Path, read: str) -> list[Any]:
    """Some of the rows that the one has and the other has not; neither rows nor the pairs of metadata have an order."""
    import duckdb

    rows, others = (read.format(p / "*.parquet" if p.is_dir() else p) for p in (path, other))
    return duckdb.sql(f"{rows} EXCEPT ALL {others} LIMIT 2").fetchall()


def test_every_cell_that_is_judged_and_every_tagged_call_is_the_same(cluster: Any, tmp_path: Path) -> None:
    log = canonical.write(tmp_path / "calls.parquet", canonical.rows(CALLS), zone="America/St_Johns")
    here, there = (run(engine, log, out=tmp_path) for engine in ("duckdb", "spark"))
    assert [sql for sql, _ in there[1]] == [sql for sql, _ in here[1]]
    for (sql, expected), (_, found) in zip(here[1], there[1], strict=True):
        assert found == expected, (sql, *differing(expected, found))
    assert there[0] == here[0]
    assert only_in(here[2], there[2], CALLS_READ) == only_in(there[2], here[2], CALLS_READ) == []
    tables = [out.with_name(f"{out.name}-workloads") for out in (here[2], there[2])]
    assert only_in(*tables, WORKLOADS_READ) == only_in(*reversed(tables), WORKLOADS_READ) == []


def test_order_files_copies_and_engine_do_not_change_a_verdict(cluster: Any, tmp_path: Path) -> None:
    calls = [{**row, "dedupe_key": row["call_id"]} for row in canonical.rows(1_000, seed=11)]
    whole = canonical.write(tmp_path / "whole.parquet", calls)
    shuffled = random.Random(5).sample(calls, len(calls))
    parts = [canonical.write(tmp_path / f"{n}.parquet", shuffled[n::3], zone="Asia/Tokyo") for n in range(3)]
    copy = shutil.copy(parts[0], tmp_path / "copy.parquet")
    (here, _, _), (there, _, _) = run("duckdb", whole, out=tmp_path), run("spark", *parts, parts[1], copy, out=tmp_path)
    assert there.duplicates == len(shuffled[0::3])
    assert there.workloads == here.workloads


def test_what_is_no_canonical_table_is_named(cluster: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"call_id": [1], "source": ["a"]}), tmp_path / "other.parquet")
    with pytest.raises(WrongUse, match=r"no column source_file; .*call_id is BIGINT, not VARCHAR"):
        run("spark", tmp_path / "other.parquet", out=tmp_path)
    with pytest.raises(WrongUse, match=r"none\.parquet"):
        run("spark", tmp_path / "none.parquet", out=tmp_path)


def test_an_existing_session_keeps_its_settings_and_its_tables(cluster: Any, tmp_path: Path) -> None:
    cluster.range(3).createOrReplaceTempView("calls")
    run("spark", canonical.write(tmp_path / "a.parquet", canonical.rows(10)), out=tmp_path)
    assert cluster.conf.get("spark.sql.session.timeZone") == "Asia/Kathmandu"
    assert cluster.table("calls").count() == 3


def test_a_folder_of_tagged_calls_is_reported_as_it_was_judged(cluster: Any, tmp_path: Path) -> None:
    found, _, tagged = run("spark", canonical.write(tmp_path / "a.parquet", canonical.rows(10)), out=tmp_path)
    assert logs.known([tagged, tmp_path / "spark-workloads"]) == logs.Known(found)


def test_nothing_is_written_over(cluster: Any, tmp_path: Path) -> None:
    log = canonical.write(tmp_path / "a.parquet", canonical.rows(10))
    (tmp_path / "spark").mkdir()
    with pytest.raises(WrongUse, match="already exists"):
        run("spark", log, out=tmp_path)
