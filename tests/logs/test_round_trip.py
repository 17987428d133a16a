"""Calls written in a format and read back are the calls that were written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF
from whowaits import logs
from whowaits.config import Config


class Written(NamedTuple):
    """What every format can say of a call."""

    id: str
    started: datetime
    took_ms: int
    model: str
    input: int
    cached: int
    output: int
    ok: bool


calls = st.builds(
    lambda n, ms, took, model, fresh, cached, output, ok: Written(
        f"chatcmpl-{n}", datetime(2026, 9, 1, tzinfo=UTC) + timedelta(milliseconds=ms), took, model, fresh + cached,
        cached, output, ok,
    ),
    st.integers(0, 10**9), st.integers(0, 10**10), st.integers(1, 600_000), st.sampled_from(["gpt-4o", "gpt-5-mini"]),
    st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 10**5), st.booleans(),
)  # fmt: skip
logs_of_calls = st.lists(calls, min_size=1, max_size=15, unique_by=lambda c: c.id)


def as_litellm(some: list[Written]) -> list[dict[str, Any]]:
    return [
        {
            "request_id": c.id, "call_type": "acompletion", "spend": 0.5, "prompt_tokens": c.input,
            "completion_tokens": c.output, "startTime": c.started.isoformat(),
            "endTime": (c.started + timedelta(milliseconds=c.took_ms)).isoformat(), "completionStartTime": None,
            "model": c.model, "custom_llm_provider": "openai", "status": "success" if c.ok else "failure",
            "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": c.cached}}}, "request_tags": ["a:b"],
        }
        for c in some
    ]  # fmt: skip


def as_plain(some: list[Written]) -> list[dict[str, Any]]:
    return [
        {
            "request_id": c.id, "ts": c.started.isoformat(), "latency_ms": c.took_ms, "model": c.model,
            "provider": "openai", "input_tokens": c.input, "cached_input_tokens": c.cached, "output_tokens": c.output,
            "status": 200 if c.ok else 500,
        }
        for c in some
    ]  # fmt: skip


def as_otlp(some: list[Written]) -> list[dict[str, Any]]:
    return [{"resourceSpans": [{"scopeSpans": [{"spans": [_span(n, c)]}]}]} for n, c in enumerate(some)]


def _span(number: int, c: Written) -> dict[str, Any]:
    micro = (c.started - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    attributes = {
        "gen_ai.operation.name": {"stringValue": "chat"}, "gen_ai.provider.name": {"stringValue": "openai"},
        "gen_ai.response.id": {"stringValue": c.id}, "gen_ai.request.model": {"stringValue": c.model},
        "gen_ai.usage.input_tokens": {"intValue": str(c.input)}, "gen_ai.usage.output_tokens": {"intValue": str(c.output)},
        "gen_ai.usage.cache_read.input_tokens": {"intValue": str(c.cached)},
    }  # fmt: skip
    return {
        "traceId": "t", "spanId": f"s{number}", "kind": 3, "startTimeUnixNano": str(micro * 1000),
        "endTimeUnixNano": str((micro + c.took_ms * 1000) * 1000), "status": {} if c.ok else {"code": 2},
        "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
    }  # fmt: skip


def json_lines(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def json_array(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def comma_separated(rows: list[dict[str, Any]], path: Path) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows([{k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in row.items()} for row in rows])
    path.write_text(out.getvalue(), encoding="utf-8")


def parquet(rows: list[dict[str, Any]], path: Path) -> None:
    flat = [{k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in row.items()} for row in rows]
    pq.write_table(pa.Table.from_pylist(flat), path)


FORMATS = [
    (as_litellm, json_lines), (as_litellm, json_array), (as_litellm, comma_separated), (as_litellm, parquet),
    (as_plain, json_lines), (as_plain, comma_separated), (as_plain, parquet), (as_otlp, json_lines),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "write"), FORMATS, ids=lambda f: f.__name__)
@settings(max_examples=3, deadline=None)
@given(some=logs_of_calls)
def test_calls_come_back_as_they_were_written(
    tmp_path_factory: Any, some: list[Written], shape: Callable[..., Any], write: Callable[..., None]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    write(shape(some), folder / "log.any")
    with logs.classify([folder / "log.any"], Config(), AS_OF) as session:
        session.write_tagged(folder / "tagged.parquet")
        assert session.classified.skipped == ()
    read = pq.read_table(folder / "tagged.parquet").to_pylist()
    assert sorted(_back(row) for row in read) == sorted(some)


def _back(row: dict[str, Any]) -> Written:
    assert row["input_tokens_uncached"] == row["input_tokens_total"] - row["cache_read_tokens"]
    return Written(
        row["request_id"], row["started_at"], int(row["duration_ms"]), row["model_requested"] or row["model_response"],
        row["input_tokens_total"], row["cache_read_tokens"], row["output_tokens_total"], row["status"] == "ok",
    )  # fmt: skip
