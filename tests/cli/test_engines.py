"""Which engine counts the calls: wrong names are named, and nothing of Spark is loaded unless it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.logs.conftest import call, lines
from whowaits.cli.app import app


def classify(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["classify", "--isolated", *(str(word) for word in words)])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return lines(tmp_path / "calls.jsonl", [call(n, service="a") for n in range(3)])


@pytest.mark.parametrize(("name", "meant"), [("sparc", "spark"), ("duck", "duckdb"), ("Spark", "spark")])
def test_an_unknown_engine_ends_with_2_and_names_the_nearest(log: Path, name: str, meant: str) -> None:
    result = classify(log, "--engine", name)
    assert result.exit_code == 2
    assert f"--engine {name}: no such engine; did you mean {meant}?" in result.output


def test_a_master_is_only_for_spark(log: Path) -> None:
    result = classify(log, "--spark-master", "local[1]")
    assert result.exit_code == 2
    assert "only with --engine spark" in result.output


def test_spark_reads_no_mapped_columns(log: Path) -> None:
    result = classify(log, "--engine", "spark", "--map", "model_requested=m")
    assert result.exit_code == 2
    assert "whowaits ingest" in result.output


def test_without_the_extra_spark_says_how_to_get_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    result = classify(log, "--engine", "spark")
    assert result.exit_code == 2
    assert "pip install 'whowaits[spark]'" in result.output


def test_classify_here_loads_nothing_of_spark(log: Path) -> None:
    code = (
        "import sys; from whowaits.cli.app import app; app(sys.argv[1:], standalone_mode=False); "
        "print('LOADED', *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "classify", str(log), "--isolated"], capture_output=True, text=True, check=True
    )
    assert {"pyspark", "sqlglot", "py4j"} & set(run.stdout.rpartition("LOADED")[2].split()) == set()
