"""What is said about tables that nobody reads, documents beside logs, and models without a price."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.logs.conftest import AS_OF, Classify, call, lines
from tests.logs.formats import SAMPLES
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config
from whowaits.logs.ingest import GUESSED
from whowaits.logs.peeking import peek

TABLE = """When,LLM,PromptTok,CompletionTok,Price USD,prompt,who,took_ms
2026-09-01T02:00:00Z,gpt-4o-mini,1000,100,0.002,the patient said it hurts,web,1200
2026-09-01T02:00:01Z,claude-sonnet-4-5,900,90,0.001,the patient said it hurts,web,900
"""


def test_each_column_of_an_unknown_table_is_shown_with_what_it_could_be(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    (peeked,) = peek([tmp_path / "table.csv"])
    could_be = dict(peeked.guesses)
    assert (peeked.reader, list(could_be)) == (None, TABLE.partition("\n")[0].split(","))
    assert {name: found[0] for name, found in could_be.items() if found} == {
        "When": "started_at", "LLM": "model_requested", "PromptTok": "input_tokens_total",
        "CompletionTok": "output_tokens_total", "Price USD": "cost_usd", "took_ms": "duration_ms",
        "prompt": "words of people or models, never read",
    }  # fmt: skip
    shown = CliRunner().invoke(app, ["classify", "--peek", "--isolated", str(tmp_path / "table.csv")]).output
    assert "PromptTok      input_tokens_total" in shown
    assert "patient" not in shown


def test_what_was_guessed_reads_the_table_when_it_is_said_with_map(tmp_path: Path, classify: Classify) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    mapping = {
        "started_at": "When", "model_requested": "LLM", "input_tokens_total": "PromptTok",
        "output_tokens_total": "CompletionTok", "cost_usd": "Price USD",
    }  # fmt: skip
    found = classify(tmp_path / "table.csv", mapping=mapping)
    assert (found.rows_read, str(sum(w.spend_usd or 0 for w in found.workloads))) == (2, "0.003000000")


@pytest.mark.parametrize("name", ["kong", "openai_bodies", "vertex"])
def test_a_document_beside_logs_is_no_log_unless_it_is_named(name: str) -> None:
    with logs.classify([SAMPLES / name], Config(), AS_OF) as session:
        found = session.classified
    assert f"{name}/expected.json" not in {file for file, _, _ in found.sources}
    assert [s.reason for s in found.skipped if s.place.path == f"{name}/expected.json"] == [GUESSED]
    with logs.classify([SAMPLES / name / "expected.json"], Config(), AS_OF) as session:
        assert session.classified.rows_read > 0


def test_lines_of_json_in_a_folder_are_read_as_before(tmp_path: Path, classify: Classify) -> None:
    lines(tmp_path / "app.jsonl", [call(service="a")])
    assert classify(tmp_path).rows_read == 1


def test_a_model_without_a_price_is_named(tmp_path: Path) -> None:
    log = lines(
        tmp_path / "a.jsonl", [call(n, model="house-model-7b", provider="openai") for n in range(3)] + [call(9)]
    )
    with logs.classify([log], Config(), AS_OF) as session:
        assert session.classified.unpriced == (("house-model-7b", 3),)
    shown = CliRunner().invoke(app, ["classify", "--isolated", str(log)]).output
    assert "No price is known for\nhouse-model-7b: 3 calls" in shown


def test_the_table_of_workloads_has_no_column_that_only_we_understand(tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call()])
    CliRunner().invoke(app, ["classify", "--isolated", str(log), "--workloads", str(tmp_path / "w.parquet")])
    assert "table_row" not in pq.read_schema(tmp_path / "w.parquet").names
    assert json.dumps(pq.read_table(tmp_path / "w.parquet").to_pylist(), default=str)
