"""Request and response bodies that programs log themselves, in a wrapper of their own making or in none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.records import span

REQUESTS: Final = ("request", "request_body", "req", "payload")
ANSWERS: Final = ("response", "response_body", "resp", "body", "result")
GATEWAYS: Final = (
    "ai_org", "ai_model", "req_units", "call_type", "request_created_at", "databricks_request_id", "schemaType",
    "run_type", "custom_id", "full_response", "modelInput", "sessionId", "resourceSpans", "latencies",
)  # fmt: skip
"""Fields of logs that carry bodies as well and have readers of their own."""
_STARTS: Final = ("started_at", "start_time", "ts", "timestamp", "time", "@timestamp", "created_at", "date")
_ENDS: Final = ("ended_at", "end_time", "finished_at", "completed_at")
MILLISECONDS: Final = ("latency_ms", "duration_ms", "elapsed_ms", "response_time_ms")
SECONDS: Final = ("latency_s", "duration_s", "elapsed_s", "duration_seconds", "latency_seconds")


class Exchange(NamedTuple):
    """One call as a program logged it. `events` is the answer as it was streamed, empty when it came whole."""

    wrapper: Mapping[str, Any]
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]


def exchange(data: Mapping[str, Any]) -> Exchange | None:
    """Return the bodies that a record holds, None when it belongs to a gateway or holds none."""
    if any(mark in data for mark in GATEWAYS):
        return None
    request = next((found for key in REQUESTS if (found := values.mapping(data.get(key)))), {})
    for key in ANSWERS:
        answer = values.decoded(data.get(key))
        if isinstance(answer, dict) and answer:
            return Exchange(data, request, answer, ())
        if isinstance(answer, list) and answer and all(isinstance(event, dict) for event in answer):
            return Exchange(data, request, {}, tuple(answer))
    return Exchange(data, {}, data, ())


def times(wrapper: Mapping[str, Any], cells: Cells, *created: Any) -> dict[str, Any]:
    """Return the columns of time: the wrapper's, and what the body itself says where the wrapper is silent."""
    start = cells.read("started_at", values.when, *(wrapper.get(name) for name in _STARTS), *created[:1])
    end = cells.read("ended_at", values.when, *(wrapper.get(name) for name in _ENDS))
    took = cells.read("duration_ms", values.milliseconds, *(wrapper.get(name) for name in MILLISECONDS))
    if took is None and (seconds := first(wrapper, *SECONDS)) is not None:
        took = cells.read("duration_ms", lambda value: values.milliseconds(_thousandfold(value)), seconds)
    if end is None and took is None:
        end = cells.read("ended_at", values.when, *created[1:2])
    return span(start, end, took)


def _thousandfold(value: Any) -> float | None:
    found = values.number(value)
    return None if found is None else found * 1000


def headers(wrapper: Mapping[str, Any]) -> dict[str, str]:
    """Return the logged headers, names in lower case."""
    found: dict[str, str] = {}
    for name in ("headers", "request_headers", "response_headers"):
        found |= {key.lower(): value for key, value in values.pairs(wrapper.get(name)).items()}
    return found


_WRAPPED: Final = {
    "api_key_alias": ("api_key_alias", "key_alias", "api_key_name", "key"),
    "service_name": ("service", "service_name", "app", "application", "component"),
    "environment": ("environment", "env"),
    "team": ("team",),
    "project": ("project", "project_id"),
    "job_name": ("job", "job_name", "task_name"),
    "workflow_name": ("workflow", "workflow_name", "dag_id", "pipeline"),
    "session_id": ("session_id", "conversation_id", "thread_id"),
    "trace_id": ("trace_id", "traceId"),
    "region": ("region",),
}


def who(wrapper: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, str | None]:
    """Return the columns of identity that a wrapper fills. `sent` holds the headers."""
    found = {column: values.text(first(wrapper, *names)) for column, names in _WRAPPED.items()}
    return {**found, "user_agent": values.text(first(wrapper, "user_agent")) or sent.get("user-agent")}
