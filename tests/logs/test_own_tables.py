"""Our own Parquet read again: it is recognised as what it is and says what the logs said that it was made from."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.logs.conftest import call, lines
from tests.logs.formats import SAMPLES
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config, read
from whowaits.logs.peeking import peek
from whowaits.model import Classified

AS_OF = date(2026, 11, 20)
FORMATS = sorted(p.name for p in SAMPLES.iterdir() if p.is_dir() and p.name != "newsroom")


def tagged(log: Path, out: Path, settings: Config) -> Classified:
    with logs.classify([log], settings, AS_OF) as session:
        session.write_tagged(out)
        return session.classified


@pytest.mark.parametrize("name", FORMATS)
def test_tagged_calls_of_every_format_give_the_same_calls_and_verdicts_again(name: str, tmp_path: Path) -> None:
    first = tagged(SAMPLES / name, tmp_path / "first.parquet", Config())
    again = tagged(tmp_path / "first.parquet", tmp_path / "again.parquet", Config())
    assert again.workloads == first.workloads
    rows = [pq.read_table(tmp_path / f"{name}.parquet").to_pylist() for name in ("first", "again")]
    assert rows[1] == rows[0]


@pytest.mark.slow
def test_tagged_calls_of_the_sample_company_cost_code_the_same_as_the_logs(tmp_path: Path) -> None:
    code, log, out = SAMPLES / "newsroom/code", SAMPLES / "newsroom/logs", tmp_path / "tagged.parquet"
    tagged(log, out, read(code / "whowaits.toml"))
    tagged(out, tmp_path / "again.parquet", read(code / "whowaits.toml"))
    again, first = pq.read_table(tmp_path / "again.parquet"), pq.read_table(out)
    assert again.equals(first.cast(again.schema))  # the engine notes in a schema where it knows that nothing is null
    words = ["check", str(code), "--format", "json", "--exit-zero", "--no-cache", "--as-of", AS_OF.isoformat()]
    raw, own = (CliRunner().invoke(app, [*words, "--usage", str(usage)]).output for usage in (log, out))
    assert own == raw
    assert any(u["monthly_usd"] for site in json.loads(raw)["call_sites"] for u in site["usages"])


def test_a_peek_names_our_own_table(tmp_path: Path) -> None:
    tagged(lines(tmp_path / "calls.jsonl", [call(service="a")]), tmp_path / "out.parquet", Config())
    assert [p.reader for p in peek([tmp_path / "out.parquet"])] == ["whowaits"]


def test_a_table_that_only_looks_like_ours_is_read_as_far_as_it_makes_sense(tmp_path: Path) -> None:
    log = lines(tmp_path / "calls.jsonl", [call(n, service="a") for n in range(3)])
    tagged(log, tmp_path / "out.parquet", Config())
    table = pq.read_table(tmp_path / "out.parquet")
    spoiled: dict[str, Any] = {
        "input_tokens_total": pa.array(["many", "1000", "1000"]),
        "cost_usd": pa.array([-5.0, None, float("inf")]),
        "started_at": pa.array(["yesterday", "2026-09-01T02:00:10Z", "2026-09-01T02:00:20Z"]),
    }
    for column, values in spoiled.items():
        table = table.set_column(table.schema.get_field_index(column), column, values)
    pq.write_table(table.drop_columns(["metadata", "tags"]), tmp_path / "spoiled.parquet")
    with logs.classify([tmp_path / "spoiled.parquet"], Config(), AS_OF) as session:
        found = session.classified
    assert found.rows_read == 3
    reasons = {s.reason.partition(":")[0]: s.count for s in found.skipped}
    assert (reasons["input_tokens_total"], reasons["cost_usd"], reasons["started_at"]) == (1, 2, 1)
