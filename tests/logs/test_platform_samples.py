"""Readers of platforms and clouds against the samples: the shared ones and those in this repository."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.logs.formats import SAMPLES, SHARED, canonical, shown
from whowaits.logs import documents
from whowaits.logs.registry import all_readers, is_fallback, recognised
from whowaits.logs.sources import Source

READERS = (
    "azure_apim", "azure_openai", "bedrock", "databricks", "helicone", "langfuse", "langsmith", "snowflake", "vertex",
)  # fmt: skip
PREFIXES = ("langfuse_", "langsmith_", "helicone_", "bedrock_", "vertex_", "azure_", "databricks_", "snowflake_")
TOKENS = (
    "input_tokens_total", "input_tokens_uncached", "cache_read_tokens", "cache_write_tokens", "output_tokens_total",
    "reasoning_tokens", "request_count",
)  # fmt: skip
ZERO_IF_NOT_SAID = {"cache_read_tokens", "cache_write_tokens", "reasoning_tokens"}


def expected() -> Iterator[tuple[str, list[dict[str, str]]]]:
    if not SHARED.is_dir():
        return
    with (SHARED / "EXPECTED.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sample"].startswith(PREFIXES)]
    for sample in sorted({row["sample"] for row in rows}):
        yield sample, [row for row in rows if row["sample"] == sample]


EXPECTED = dict(expected())


def differences(row: dict[str, Any], want: dict[str, str]) -> dict[str, tuple[Any, str]]:
    """Columns in which a row is not what is expected. What is not expected to be known may be."""
    model = row["model_response"] or row["model_requested"] or ""
    if want["sample"].startswith("vertex_"):
        model = model.rpartition("/")[2]
    found: dict[str, tuple[Any, Any]] = {
        "model": (model, want["model"]),
        "status": (row["status"], want["status"]),
        "record_kind": (row["record_kind"], want["record_kind"]),
        "id": (row["call_id"].rpartition(":")[2], want["native_or_response_id"] or row["call_id"].rpartition(":")[2]),
    }
    for name in ("started_at", "ended_at"):
        found[name] = (shown(row[name]) if want[name] else "", want[name])
    for name in ("duration_ms", "ttft_ms"):
        if want[name]:
            found[name] = (round(row[name]), int(want[name]))
    for name in TOKENS:
        if want[name]:
            found[name] = (0 if row[name] is None and name in ZERO_IF_NOT_SAID else row[name], int(want[name]))
        elif name in ("input_tokens_total", "output_tokens_total", "request_count"):
            found[name] = (row[name], None)
    for name in ("streamed", "is_batch"):
        if want[name]:
            found[name] = (row[name], want[name] == "true")
    if want["cost_usd"]:
        found["cost_usd"] = (row["cost_usd"], Decimal(want["cost_usd"]))
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


@pytest.mark.skipif(not EXPECTED, reason="the shared samples are not here")
@pytest.mark.parametrize("sample", sorted(EXPECTED) or ["none"])
def test_shared_samples_of_platforms_give_exactly_the_expected_rows(sample: str) -> None:
    rows = canonical(SHARED / sample)
    assert [differences(row, want) for row, want in zip(rows, EXPECTED[sample], strict=True)] == [{}] * len(rows)


@pytest.mark.parametrize("reader", READERS)
def test_every_record_of_a_sample_is_what_stands_beside_it(reader: str) -> None:
    folder = SAMPLES / reader
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    rows = canonical(*sorted(path for path in folder.iterdir() if path.name != "expected.json"))
    found = [{name: as_json(row, name) for name in want} for row, want in zip(rows, wanted, strict=True)]
    assert found == wanted


def as_json(row: dict[str, Any], name: str) -> Any:
    value = shown(row[name])
    return Path(value).name if name == "source_file" else value


def logs_of_all_formats() -> list[Path]:
    own = [path for reader in READERS for path in (SAMPLES / reader).rglob("*") if path.name != "expected.json"]
    shared = [path for path in SHARED.glob("*") if path.name != "EXPECTED.csv"]
    return sorted(path for path in (*own, *shared) if path.is_file())


@pytest.mark.parametrize("path", logs_of_all_formats(), ids=lambda path: path.name)
def test_a_log_is_recognised_by_one_reader_alone(path: Path, tmp_path: Path) -> None:
    head = documents.signature(Source(path.name, path), tmp_path)
    claims = [reader.NAME for reader in all_readers() if not is_fallback(reader) and reader.recognise(head)]
    wanted = path.relative_to(SAMPLES).parts[0] if path.is_relative_to(SAMPLES) else claims[0] if claims else "plain"
    assert claims in ([wanted], [])
    reader = recognised(head, path.name)
    assert reader is not None
    assert wanted == reader.NAME


@pytest.mark.skipif(not EXPECTED, reason="the shared samples are not here")
def test_the_same_records_zipped_and_plain_are_counted_once() -> None:
    plain = SHARED / "bedrock_invocation_log.jsonl"
    both = canonical(plain, SHARED / "20260804T020500123Z_0a1b2c3d4e5f.json.gz")
    assert len(both) == len(canonical(plain)) == 3
