"""Readers: each format normalises to the numbers that stand beside its samples."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import AS_OF, Classify, call, lines
from whowaits import logs
from whowaits.config import Config
from whowaits.logs import registry, table
from whowaits.logs.registry import ReaderError, all_readers, recognised

HOME = Path(__file__).parents[2]
SHARED = HOME.parent / "shared" / "facts" / "samples"
CASES = sorted(p for p in (HOME / "sample_logs").glob("*/*.expected.json"))


def tagged(path: Path, folder: Path) -> list[dict[str, Any]]:
    """Every call of a log as `classify -o` writes it."""
    with logs.classify([path], Config(), AS_OF) as session:
        session.write_tagged(folder / "tagged.parquet")
    return pq.read_table(folder / "tagged.parquet").to_pylist()


def plain(value: Any) -> Any:
    """A value as it stands in JSON."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    return value


@pytest.mark.parametrize("expected", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_sample_normalises_to_what_stands_beside_it(expected: Path, tmp_path: Path) -> None:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    rows = tagged(expected.with_name(expected.name.removesuffix(".expected.json")), tmp_path)
    assert [{key: plain(row[key]) for key in want} for row, want in zip(rows, wanted, strict=True)] == wanted


def shared_rows() -> Iterator[tuple[str, list[dict[str, str]]]]:
    if not SHARED.is_dir():
        return
    with (SHARED / "EXPECTED.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["record_kind"] in ("call", "attempt")]
    for sample in sorted({row["sample"] for row in rows}):
        if sample.startswith(("litellm_", "otel_", "structlog_")):
            yield sample, [row for row in rows if row["sample"] == sample]


SAMPLES = dict(shared_rows())
NUMBERS = {
    "duration_ms": float, "ttft_ms": float, "input_tokens_total": int, "input_tokens_uncached": int,
    "cache_read_tokens": int, "cache_write_tokens": int, "output_tokens_total": int, "reasoning_tokens": int,
    "cost_usd": Decimal, "request_count": int,
}  # fmt: skip


@pytest.mark.skipif(not SAMPLES, reason="the shared samples are not here")
@pytest.mark.parametrize("sample", sorted(SAMPLES) or ["none"])
def test_shared_samples_normalise_to_the_expected_numbers(sample: str, tmp_path: Path) -> None:
    rows = sorted(tagged(SHARED / sample, tmp_path), key=lambda row: row["source_row"])
    for row, want in zip(rows, SAMPLES[sample], strict=True):
        for moment in ("started_at", "ended_at"):
            assert want[moment] in ("", plain(row[moment]))
        for column, kind in NUMBERS.items():
            if want[column]:
                assert row[column] == kind(want[column]), column
        model = row["model_response"] or row["model_requested"]
        assert (model, row["status"]) == (want["model"], want["status"])
        if want["streamed"]:
            assert row["streamed"] is (want["streamed"] == "true")


PROMISED = (*table.CALL_FIELDS, *table.TAG_FIELDS)


def test_the_table_has_exactly_the_promised_columns_and_types(tmp_path: Path) -> None:
    tagged(lines(tmp_path / "a.jsonl", [call(tags=["queue=bulk"])]), tmp_path)
    written = pq.read_schema(tmp_path / "tagged.parquet")
    assert written.names == [name for name, _ in PROMISED]
    differing = [name for name, kind in PROMISED if not written.field(name).type.equals(_as_written(kind))]
    assert differing == []


def _as_written(kind: pa.DataType) -> pa.DataType:
    """Parquet calls the item of a list its element."""
    return pa.list_(pa.field("element", pa.string())) if kind == table.TEXTS else kind


def test_calls_are_written_in_the_order_of_time_then_source_then_row(tmp_path: Path) -> None:
    rows = [call(n, ts=f"2026-09-01T00:00:0{5 - n % 3}Z") for n in range(6)]
    written = tagged(lines(tmp_path / "a.jsonl", rows), tmp_path)
    order = [(row["started_at"], row["source"], row["source_row"]) for row in written]
    assert order == sorted(order)


def test_every_reader_has_a_name_of_its_own_and_one_is_asked_last() -> None:
    names = [reader.NAME for reader in all_readers()]
    assert len(names) == len(set(names))
    assert [reader.NAME for reader in all_readers() if registry.is_fallback(reader)] == ["plain"]


def test_two_readers_that_claim_a_file_are_an_error_that_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = ModuleType("twin")
    twin.NAME = "twin"  # type: ignore[attr-defined]
    twin.recognise = lambda head: b"resourceSpans" in head  # type: ignore[attr-defined]
    readers = (*all_readers(), twin)
    monkeypatch.setattr(registry, "all_readers", lambda: readers)
    with pytest.raises(ReaderError, match=r"a\.jsonl: two readers claim this file: otel_genai and twin"):
        recognised(b'{"resourceSpans": []}', "a.jsonl")


def test_a_peek_says_what_is_read_from_where_and_what_is_missing(tmp_path: Path) -> None:
    [seen] = logs.peek([lines(tmp_path / "a.jsonl", [call(n) for n in range(3)])])
    assert (seen.file, seen.reader, seen.rows_sampled) == ("a.jsonl", "plain", 3)
    assert ("input_tokens_total", "input_tokens") in seen.found
    assert seen.missing == ("who called",)


def test_a_peek_at_a_named_format_lists_the_columns_it_fills() -> None:
    [seen] = logs.peek([HOME / "sample_logs" / "otel" / "request.jsonl"])
    assert seen.reader == "otel_genai"
    assert {"started_at", "model_requested", "stated_deadline_s"} <= {column for column, _ in seen.found}
    assert seen.missing == ()


def test_reading_logs_loads_no_module_of_spark() -> None:
    assert "pyspark" not in sys.modules


def test_one_call_seen_by_a_gateway_and_a_trace_is_counted_once_with_what_both_saw(classify: Classify) -> None:
    samples = HOME / "sample_logs"
    found = classify(samples / "litellm" / "retried.json", samples / "otel" / "request.jsonl")
    assert found.duplicates == 1
    assert {w.verdict.route for w in found.workloads if any(e.rule == "open-server-span" for e in w.evidence)} == {
        "sync"
    }
