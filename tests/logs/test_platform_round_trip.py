"""Calls written in the formats of platforms and clouds and read back are the calls that were written."""

from __future__ import annotations

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


def ended(c: Written) -> datetime:
    return c.started + timedelta(milliseconds=c.took_ms)


def zoned(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def naive(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def langfuse(c: Written) -> Record:
    usage = {"input": c.input - c.cached, "input_cached_tokens": c.cached, "output": c.output}
    return {
        "id": c.id, "trace_id": "t", "parent_observation_id": None, "type": "GENERATION", "level": "DEFAULT" if c.ok else
        "ERROR", "start_time": naive(c.started), "end_time": naive(ended(c)), "provided_model_name": c.model,
        "usage_details": usage | {"total": sum(usage.values())},
    }  # fmt: skip


def langsmith(c: Written) -> Record:
    return {
        "id": c.id, "trace_id": c.id, "dotted_order": "d", "run_type": "llm", "start_time": naive(c.started),
        "end_time": naive(ended(c)), "status": "success" if c.ok else "error", "prompt_tokens": c.input,
        "prompt_token_details": {"cache_read": c.cached}, "completion_tokens": c.output,
        "extra": {"metadata": {"ls_model_name": c.model}},
    }  # fmt: skip


def helicone(c: Written) -> Record:
    return {
        "request_id": c.id, "request_created_at": zoned(c.started), "delay_ms": c.took_ms, "request_model": c.model,
        "response_status": 200 if c.ok else 500, "prompt_tokens": c.input - c.cached, "completion_tokens": c.output,
        "prompt_cache_read_tokens": c.cached,
    }  # fmt: skip


def bedrock(c: Written) -> Record:
    return {
        "schemaType": "ModelInvocationLog", "requestId": c.id, "modelId": c.model, "operation": "Converse",
        "timestamp": zoned(ended(c)), "errorCode": None if c.ok else "ModelErrorException",
        "input": {"inputTokenCount": c.input - c.cached, "cacheReadInputTokenCount": c.cached},
        "output": {"outputTokenCount": c.output, "outputBodyJson": {"metrics": {"latencyMs": c.took_ms}}},
    }  # fmt: skip


def vertex(c: Written) -> Record:
    usage = {"promptTokenCount": c.input, "cachedContentTokenCount": c.cached, "candidatesTokenCount": c.output}
    answer = {"responseId": c.id, "createTime": zoned(c.started), "usageMetadata": usage}
    return {
        "logging_time": zoned(ended(c)), "model": c.model, "api_method": "generateContent", "full_request": {},
        "full_response": answer | ({} if c.ok else {"error": {"code": 500}}), "metadata": {"request_latency": c.took_ms},
    }  # fmt: skip


def azure_openai(c: Written) -> Record:
    since = datetime(1, 1, 1, tzinfo=c.started.tzinfo)
    ticks = {
        name: (moment - since) // timedelta(microseconds=1) * 10
        for name, moment in (("requestTime", c.started), ("responseTime", ended(c)))
    }
    return {
        "category": "RequestResponse", "operationName": "ChatCompletions_Create", "correlationId": c.id,
        "resultSignature": "200" if c.ok else "500", "properties": json.dumps({**ticks, "modelName": c.model}),
    }  # fmt: skip


def azure_apim(c: Written) -> Record:
    return {
        "CorrelationId": f"x{c.id}", "RequestId": c.id, "TimeGenerated": zoned(c.started), "ModelName": c.model,
        "IsStreamCompletion": False, "PromptTokens": c.input, "CompletionTokens": c.output,
    }  # fmt: skip


def databricks(c: Written) -> Record:
    return {
        "databricks_request_id": c.id, "request_time": zoned(c.started), "status_code": 200 if c.ok else 500,
        "input_token_count": c.input, "output_token_count": c.output,
    }  # fmt: skip


def snowflake(c: Written) -> Record:
    return {
        "REQUEST_ID": c.id, "START_TIME": naive(c.started) + " +0000", "END_TIME": naive(ended(c)) + " +0000",
        "MODEL_NAME": c.model, "TOKENS": c.input + c.output, "TOKENS_GRANULAR": {"input": c.input, "output": c.output},
    }  # fmt: skip


NOT_SAID: dict[Callable[[Written], Record], dict[str, Any]] = {
    langfuse: {}, langsmith: {}, helicone: {}, bedrock: {}, vertex: {},
    azure_openai: {"input": None, "cached": None, "output": None},
    azure_apim: {"took_ms": None, "cached": None, "ok": True},
    databricks: {"took_ms": None, "model": None, "cached": None},
    snowflake: {"cached": None, "ok": True},
}  # fmt: skip
"""What each format leaves out."""


@pytest.mark.parametrize("shape", NOT_SAID, ids=lambda f: f.__name__)
@settings(max_examples=4, deadline=None)
@given(some=logs_of_calls)
def test_calls_come_back_from_a_platform_as_they_were_written(
    some: list[Written], shape: Callable[[Written], Record]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows, skipped = read(log(Path(folder), [shape(c) for c in some]))
    assert skipped == ()
    assert sorted(map(back, rows), key=lambda c: c.id) == sorted(
        (c._replace(**NOT_SAID[shape]) for c in some), key=lambda c: c.id
    )


def back(row: dict[str, Any]) -> Written:
    if row["cache_read_tokens"] is not None:
        assert row["input_tokens_uncached"] == row["input_tokens_total"] - row["cache_read_tokens"]
    return Written(
        row["request_id"], row["started_at"], row["duration_ms"] and round(row["duration_ms"]), row["model_requested"], row["input_tokens_total"],
        row["cache_read_tokens"], row["output_tokens_total"], row["status"] == "ok",
    )  # fmt: skip
