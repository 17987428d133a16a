"""Calls written in the formats of providers, gateways and agents and read back are the calls that were written."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.logs.formats import log, read
from tests.logs.test_round_trip import Written, logs_of_calls

Record = dict[str, Any]
Back = tuple[str, int, int, int]
"""What every format says of a call or a sum: its id (or time), input, cached part of it, output."""


def ended(c: Written) -> datetime:
    return c.started + timedelta(milliseconds=c.took_ms)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def inclusive(c: Written) -> Record:
    return {
        "prompt_tokens": c.input, "completion_tokens": c.output, "total_tokens": c.input + c.output,
        "prompt_tokens_details": {"cached_tokens": c.cached},
    }  # fmt: skip


def additive(c: Written) -> Record:
    return {
        "input_tokens": c.input - c.cached, "cache_read_input_tokens": c.cached, "cache_creation_input_tokens": 0,
        "output_tokens": c.output,
    }  # fmt: skip


def completion(c: Written) -> Record:
    return {"id": c.id, "object": "chat.completion", "model": c.model, "choices": [], "usage": inclusive(c)}


def message(c: Written) -> Record:
    return {"id": c.id, "type": "message", "role": "assistant", "model": c.model, "usage": additive(c)}


def openai_bodies(c: Written) -> Record:
    answer = completion(c) if c.ok else {**completion(c), "error": {"code": "server_error"}}
    return {"ts": iso(c.started), "latency_ms": c.took_ms, "request": {"model": c.model}, "response": answer}


def openai_batch(c: Written) -> Record:
    created = {"created": c.started.timestamp()}
    response = {"status_code": 200 if c.ok else 500, "body": completion(c) | created}
    return {"id": f"batch_req_{c.id}", "custom_id": c.id, "response": response, "error": None}


def anthropic_bodies(c: Written) -> Record:
    status = 200 if c.ok else 500
    wrapper = {"ts": iso(c.started), "latency_ms": c.took_ms, "status_code": status}
    return wrapper | {"request": {"model": c.model}, "response": message(c)}


def anthropic_batch(c: Written) -> Record:
    return {"custom_id": c.id, "result": {"type": "succeeded", "message": message(c)}}


def cloudflare(c: Written) -> Record:
    return {
        "id": c.id, "created_at": iso(ended(c)), "duration": c.took_ms, "provider": "openai", "model": c.model,
        "status_code": 200 if c.ok else 500, "success": c.ok, "cached": False, "tokens_in": c.input,
        "tokens_out": c.output, "request_content_type": "application/json", "metadata": "{}",
    }  # fmt: skip


def portkey(c: Written) -> Record:
    return {
        "id": c.id, "created_at": iso(c.started), "response_time": c.took_ms, "ai_org": "openai", "ai_model": c.model,
        "req_units": c.input, "res_units": c.output, "response_status_code": 200 if c.ok else 500,
        "response": {"usage": inclusive(c)},
    }  # fmt: skip


def generation(c: Written) -> Record:
    return {
        "id": c.id, "created_at": iso(c.started), "generation_time": c.took_ms, "model": c.model, "total_cost": 0,
        "native_tokens_prompt": c.input, "native_tokens_cached": c.cached, "native_tokens_completion": c.output,
        "streamed": False, "finish_reason": "stop" if c.ok else "error",
    }  # fmt: skip


def openrouter(c: Written) -> Record:
    return {"data": generation(c)}


def vercel(c: Written) -> Record:
    return {"data": generation(c) | {"id": f"gen_{c.id}"}}


def kong(c: Written) -> Record:
    meta = {"provider_name": "openai", "request_model": c.model, "request_mode": "oneshot"}
    return {
        "started_at": int(c.started.timestamp() * 1000), "request": {"id": c.id}, "latencies": {"request": c.took_ms},
        "response": {"status": 200 if c.ok else 500}, "ai": {"proxy": {"meta": meta, "usage": inclusive(c)}},
    }  # fmt: skip


def claude_code(c: Written) -> Record:
    return {
        "type": "assistant", "uuid": c.id, "parentUuid": None, "sessionId": "s", "requestId": f"r{c.id}",
        "timestamp": iso(ended(c)), "message": message(c), "isApiErrorMessage": not c.ok,
    }  # fmt: skip


CALLS = (
    openai_bodies, openai_batch, anthropic_bodies, anthropic_batch, cloudflare, portkey, openrouter, vercel, kong,
    claude_code,
)  # fmt: skip
SPLIT_UNKNOWN = (cloudflare,)
NO_FAILURE = (anthropic_batch,)
NO_START = (anthropic_batch, claude_code)
NO_DURATION = (anthropic_batch, claude_code, openai_batch)


@pytest.mark.parametrize("shape", CALLS, ids=lambda f: f.__name__)
@settings(max_examples=4, deadline=None)
@given(some=logs_of_calls)
def test_calls_come_back_as_they_were_written(shape: Callable[[Written], Record], some: list[Written]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows, skipped = read(log(Path(folder), [shape(c) for c in some]))
    assert {s.reason for s in skipped} <= {"call without a time"}
    assert {row["source"] for row in rows} == {shape.__name__}
    by_id = {_id(row): row for row in rows}
    assert len(by_id) == len(some)
    for c in some:
        row = by_id[c.id]
        assert (row["input_tokens_total"], row["output_tokens_total"]) == (c.input, c.output)
        assert row["cache_read_tokens"] == (None if shape in SPLIT_UNKNOWN else c.cached)
        assert row["input_tokens_uncached"] == (None if shape in SPLIT_UNKNOWN else c.input - c.cached)
        assert c.model == (row["model_requested"] or row["model_response"])
        assert row["status"] == ("ok" if c.ok or shape in NO_FAILURE else "error")
        assert row["started_at"] == (None if shape in NO_START else c.started)
        assert row["duration_ms"] == (None if shape in NO_DURATION else c.took_ms)


def _id(row: Record) -> str:
    own = row["custom_id"] or row["request_id"]
    return str(own if row["source"] != "claude_code" else row["call_id"]).removeprefix("gen_")


def codex(some: list[Written]) -> list[Record]:
    written: list[Record] = [
        {
            "timestamp": iso(some[0].started),
            "type": "session_meta",
            "payload": {"id": "s", "originator": "codex_cli_rs"},
        },
        {"timestamp": iso(some[0].started), "type": "turn_context", "payload": {"model": "gpt-5"}},
    ]
    total = [0, 0, 0]
    for c in some:
        total = [total[0] + c.input, total[1] + c.cached, total[2] + c.output]
        info = {"total_token_usage": _counts(*total), "last_token_usage": _counts(c.input, c.cached, c.output)}
        line = {"timestamp": iso(ended(c)), "type": "event_msg", "payload": {"type": "token_count", "info": info}}
        written += [line] * (2 if c.ok else 1)  # a count may be written again
    return written


def _counts(given_: int, cached: int, answered: int) -> dict[str, int]:
    return {
        "input_tokens": given_, "cached_input_tokens": cached, "output_tokens": answered, "reasoning_output_tokens": 0,
        "total_tokens": given_ + answered,
    }  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(some=logs_of_calls)
def test_the_calls_of_a_codex_session_come_back_from_its_running_totals(some: list[Written]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows, skipped = read(log(Path(folder), codex(some)))
    assert skipped == ()
    assert [
        (r["input_tokens_total"], r["cache_read_tokens"], r["output_tokens_total"], r["ended_at"]) for r in rows
    ] == [(c.input, c.cached, c.output, ended(c)) for c in some]


def openai_usage(some: list[Written]) -> str:
    results = [
        {
            "object": "organization.usage.completions.result", "input_tokens": c.input, "input_cached_tokens": c.cached,
            "output_tokens": c.output, "num_model_requests": 1, "model": c.id, "batch": c.ok,
        }
        for c in some
    ]  # fmt: skip
    bucket = {"object": "bucket", "start_time": 1788825600, "end_time": 1788829200, "results": results}
    return json.dumps({"object": "page", "data": [bucket], "has_more": False})


def anthropic_usage(some: list[Written]) -> str:
    results = [
        {
            "uncached_input_tokens": c.input - c.cached, "cache_read_input_tokens": c.cached,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": c.output, "model": c.id, "service_tier": "batch" if c.ok else "standard",
        }
        for c in some
    ]  # fmt: skip
    times = {"starting_at": "2026-09-08T00:00:00Z", "ending_at": "2026-09-08T01:00:00Z"}
    return json.dumps({"data": [{**times, "results": results}], "has_more": False}, indent=1)


def anthropic_console(some: list[Written]) -> str:
    return as_csv(
        [
            {
                "usage_date_utc": "2026-09-08", "model_version": c.id, "usage_type": "batch" if c.ok else "standard",
                "usage_input_tokens_no_cache": c.input - c.cached, "usage_input_tokens_cache_read": c.cached,
                "usage_output_tokens": c.output,
            }
            for c in some
        ]
    )  # fmt: skip


def openai_dashboard(some: list[Written]) -> str:
    return as_csv(
        [
            {
                "start_time": 1788825600, "end_time": 1788829200, "start_time_iso": "2026-09-08T00:00:00+00:00",
                "num_model_requests": "1.0", "model": c.id, "batch": c.ok, "input_tokens": c.input,
                "output_tokens": c.output, "input_cached_tokens": c.cached,
            }
            for c in some
        ]
    )  # fmt: skip


def as_csv(rows: list[Record]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("shape", [openai_usage, openai_dashboard, anthropic_usage, anthropic_console])
@settings(max_examples=4, deadline=None)
@given(some=logs_of_calls)
def test_sums_come_back_as_they_were_written(shape: Callable[[list[Written]], str], some: list[Written]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        path.write_text(shape(some), encoding="utf-8")
        rows, skipped = read(path)
    assert skipped == ()
    assert {row["record_kind"] for row in rows} == {"bucket"}
    wanted = [(c.id, c.input, c.cached, c.output, c.ok) for c in some]
    found = [
        (r["model_response"], r["input_tokens_total"], r["cache_read_tokens"], r["output_tokens_total"], r["is_batch"])
        for r in rows
    ]
    assert sorted(found) == sorted(wanted)
