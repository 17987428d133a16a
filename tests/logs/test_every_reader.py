"""What is true of every reader: one alone recognises a file, samples and a round trip stand beside it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.logs import test_platform_round_trip as platforms
from tests.logs import test_platform_samples as platform_samples
from tests.logs import test_provider_round_trip as providers
from tests.logs import test_provider_samples as provider_samples
from tests.logs import test_readers as readers
from tests.logs.formats import SAMPLES, SHARED, canonical, log
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.registry import ReaderError, all_readers

from .conftest import AS_OF

NAMES = {reader.NAME for reader in all_readers()}
IN_OTHER_TESTS = {"litellm", "otel_genai", "plain", "whowaits"}
"""Their round trips are those of test_round_trip and test_own_tables."""


def test_a_file_that_two_readers_recognise_is_an_error_that_names_both(tmp_path: Path) -> None:
    run = {"id": "r", "dotted_order": "20260901T000000Zr", "run_type": "llm", "start_time": "2026-09-01T00:00:00"}
    request = {"request_id": "q", "request_created_at": "2026-09-01T00:00:00Z", "response_status": 200}
    path = log(tmp_path, [{**run, **request}], "both.jsonl")
    with pytest.raises(ReaderError, match=r"^both\.jsonl: two readers claim this file: helicone and langsmith$"):
        logs.classify([path], Config(), AS_OF)


def test_every_reader_has_a_round_trip() -> None:
    shapes = {shape.__name__ for shape in (*platforms.NOT_SAID, *providers.CALLS)}
    sums = {"openai_usage", "anthropic_usage", "anthropic_console", "codex"}
    assert all(callable(getattr(providers, name)) for name in sums)
    assert shapes | sums | IN_OTHER_TESTS >= NAMES


def test_every_reader_has_a_sample_with_the_rows_it_gives() -> None:
    compared = {*platform_samples.READERS, *provider_samples.READERS}
    compared |= {path.parent.name.replace("otel", "otel_genai") for path in readers.CASES}
    assert NAMES - compared == {"whowaits"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_every_expected_row_of_the_shared_samples_is_compared() -> None:
    with (SHARED / "EXPECTED.csv").open(newline="", encoding="utf-8") as file:
        wanted = list(csv.DictReader(file))
    compared = [row for table in (platform_samples.EXPECTED, provider_samples.EXPECTED, readers.SAMPLES)
                for rows in table.values() for row in rows]  # fmt: skip
    left = [row for row in wanted if row not in compared]
    assert {(row["sample"].partition("_")[0], row["record_kind"]) for row in left} <= {
        ("otel", "container"), ("litellm", "batch_aggregate")
    }  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_sums_of_litellm_are_the_expected_ones_and_its_spans_above_calls_are_no_rows() -> None:
    with (SHARED / "EXPECTED.csv").open(newline="", encoding="utf-8") as file:
        wanted = [row for row in csv.DictReader(file) if row["record_kind"] == "batch_aggregate"]
    for want in (row for row in wanted if row["sample"].startswith("litellm_")):
        found = [row for row in canonical(SHARED / want["sample"]) if row["record_kind"] == "batch_aggregate"]
        assert [platform_samples.differences(row, want) for row in found] == [{}]
    for sample in SHARED.glob("otel_*"):
        assert {row["record_kind"] for row in canonical(sample)} <= {"call", "attempt"}


def test_samples_are_small_and_invented() -> None:
    for path in SAMPLES.rglob("expected.json"):
        assert len(json.loads(path.read_text(encoding="utf-8"))) <= 20, path
