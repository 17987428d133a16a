"""Whatever a log holds, it is read or counted: never a traceback, never a figure that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, call
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.readers.plain import COLUMNS

odd_text = st.sampled_from(
    ["", " ", "NaN", "-Infinity", "1e308", "99999999999999999999", "0x10", "{", "[]", "24h", "07:00", "2026-13-45T99:00:00Z",
     "9999-12-31T23:59:59Z", "0001-01-01", "null", "true", "'; DROP TABLE calls; --", "\x00", "\ud83d\ude00", "a" * 5_000]
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | odd_text | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3), max_leaves=5
)
plain_names = sorted(
    {name for field in COLUMNS for name in field.names} | {"deadline", "sla", "queue", "due", "slo_ms"}
)

LITELLM = {
    "request_id": "r", "call_type": "acompletion", "spend": 0.1, "prompt_tokens": 1, "completion_tokens": 1, "model": "gpt-4o",
    "startTime": "2026-09-01T00:00:00Z", "endTime": "2026-09-01T00:00:01Z", "completionStartTime": None, "metadata": {},
    "request_tags": [], "status": "success", "cache_hit": "", "session_id": "s", "end_user": "", "custom_llm_provider": "openai",
}  # fmt: skip
META = (
    "usage_object",
    "additional_usage_values",
    "error_information",
    "spend_logs_metadata",
    "cost_breakdown",
    "user_api_key_alias",
)
SPAN = {
    "traceId": "t", "spanId": "s", "parentSpanId": "s", "kind": 3, "startTimeUnixNano": "1788768001000000000",
    "endTimeUnixNano": "1788768002000000000", "status": {}, "traceState": "ot=th:8",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
}  # fmt: skip
ATTRIBUTES = ("gen_ai.usage.input_tokens", "gen_ai.request.model", "llm.invocation_parameters", "metadata", "tag.tags", "error.type",
              "celery.expires", "code.line.number")  # fmt: skip


def check(folder: Path, rows: list[Any]) -> None:
    log = folder / "log.jsonl"
    log.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with logs.classify([log], Config(), AS_OF) as session:
        session.write_tagged(folder / "tagged.parquet")
        for workload in session.classified.workloads:
            assert workload.spend_usd is None or workload.spend_usd >= 0
            assert workload.calls >= 0


@settings(max_examples=5, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(plain_names), values, max_size=8), min_size=1, max_size=6))
def test_any_fields_of_a_plain_log(tmp_path_factory: Any, rows: list[dict[str, Any]]) -> None:
    check(tmp_path_factory.mktemp("log"), [call(0, service="a"), *rows])


@settings(max_examples=5, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(LITELLM)), values, max_size=6), min_size=1, max_size=6),
       st.dictionaries(st.sampled_from(META), values, max_size=4))  # fmt: skip
def test_any_fields_of_spend_logs(tmp_path_factory: Any, rows: list[dict[str, Any]], meta: dict[str, Any]) -> None:
    check(
        tmp_path_factory.mktemp("log"), [LITELLM, {**LITELLM, "metadata": meta}, *({**LITELLM, **row} for row in rows)]
    )


@settings(max_examples=5, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(SPAN)), values, max_size=4), min_size=1, max_size=5),
       st.dictionaries(st.sampled_from(ATTRIBUTES), values | st.fixed_dictionaries({"stringValue": odd_text}), max_size=4))  # fmt: skip
def test_any_fields_of_spans(tmp_path_factory: Any, rows: list[dict[str, Any]], attributes: dict[str, Any]) -> None:
    own = [*SPAN["attributes"], *({"key": key, "value": value} for key, value in attributes.items())]  # type: ignore[misc]
    spans = [SPAN, {**SPAN, "spanId": "b", "attributes": own}, *({**SPAN, "spanId": "c", **row} for row in rows)]
    batches = [{"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]} for span in spans]
    check(tmp_path_factory.mktemp("log"), [*batches, {"resourceSpans": 5}, {"resourceSpans": [{"scopeSpans": [3]}]}])
