"""Databricks: system.serving.endpoint_usage, joined to served_entities and to inference tables where those are given,
and system.ai_gateway.usage.

Endpoint usage has every call; an inference table knows how long calls took, but may hold a sample of them. Where a
provider sent no counts, Databricks estimates them from the number of characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.callers import attached
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span, unpacked
from whowaits.logs.registry import Documents
from whowaits.logs.usage import openai_tokens

NAME: Final = "databricks"
TOGETHER: Final = True
NEEDED: Final = ("request", "response")
USAGE: Final = {"databricks_request_id", "input_token_count"}
ENTITY: Final = {"served_entity_id", "entity_name", "endpoint_name"}
GATEWAY: Final = {"event_time", "requester", "destination_model"}
TOOK: Final = ("execution_duration_ms", "execution_time_ms")


class Index(NamedTuple):
    """Served entities by id, durations from inference tables by request, the requests that endpoint usage has."""

    entities: dict[str, dict[str, str]]
    took: dict[str, Any]
    used: set[str]


def recognise(head: bytes) -> bool:
    """Whether the first record is of one of these tables."""
    keys = keys_of(head)
    logged = "databricks_request_id" in keys and bool(keys & {*TOOK, "sampling_fraction"})
    return logged or any(keys >= table for table in (USAGE, ENTITY, GATEWAY))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each call."""
    index, finish = _index(documents), Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data, cells = document.data, Cells(document, problems)
        if "input_token_count" in data:
            yield finish.row(document, _usage(data, index, cells))
        elif "destination_model" in data:
            yield finish.row(document, _gateway(data, cells))
        elif _request(data) and _request(data) not in index.used:
            yield finish.row(document, _inference(data, index, cells))


def _request(data: Mapping[str, Any]) -> str:
    return values.text(data.get("databricks_request_id")) or ""


def _index(documents: Documents) -> Index:
    index = Index({}, {}, set())
    for document in unpacked(documents(), *LISTS):
        data = document.data
        if "input_token_count" in data:
            index.used.add(_request(data))
        elif data.keys() >= ENTITY:
            named = {name: values.text(data.get(name)) for name in ("entity_name", "endpoint_name", "task")}
            index.entities[values.text(data.get("served_entity_id")) or ""] = {k: v for k, v in named.items() if v}
        elif _request(data):
            index.took[_request(data)] = first(data, *TOOK)
    return index


def _usage(data: Mapping[str, Any], index: Index, cells: Cells) -> dict[str, Any]:
    given = cells.count("input_tokens_total", data.get("input_token_count"))
    made = cells.count("output_tokens_total", data.get("output_token_count"))
    start = cells.read("started_at", values.when, data.get("request_time"))
    took = cells.read("duration_ms", values.milliseconds, index.took.get(_request(data)))
    columns = _common(data, index, cells)
    if columns["status"] != "ok" and not given and not made:
        given = made = None
    return (
        columns
        | span(start, None, took)
        | {
            "input_tokens_total": given,
            "output_tokens_total": made,
            "token_semantics": "unknown",
            "tokens_estimated": _estimated(data, given, made, cells),
            "streamed": cells.read("streamed", values.flag, data.get("request_streaming")),
        }
    )


def _estimated(data: Mapping[str, Any], given: int | None, made: int | None, cells: Cells) -> bool | None:
    """Whether both counts are what the rule for estimates gives: a quarter of the characters."""
    lengths = [cells.read("tokens_estimated", values.whole, data.get(f"{side}_character_count")) for side in _SIDES]
    if None in lengths or given is None or made is None:
        return None
    return [(length + 1) // 4 for length in lengths if length is not None] == [given, made]


_SIDES: Final = ("input", "output")


def _common(data: Mapping[str, Any], index: Index, cells: Cells) -> dict[str, Any]:
    entity = index.entities.get(values.text(data.get("served_entity_id")) or "", {})
    columns = attached(values.pairs(first(data, "usage_context", "request_tags", "request_metadata")))
    code = http_status(cells, data.get("status_code"))
    return columns | {
        "request_id": _request(data) or values.text(data.get("request_id")),
        "provider": NAME,
        "model_requested": entity.get("entity_name"),
        "operation": entity.get("task"),
        "status": by_http(code),
        "http_status": code,
        "caller_identity": values.text(data.get("requester")),
        "workspace": values.text(data.get("workspace_id")),
        "project": columns.get("project") or entity.get("endpoint_name"),
    }


def _inference(data: Mapping[str, Any], index: Index, cells: Cells) -> dict[str, Any]:
    """A call that only an inference table has: it stands for as many as the sample says."""
    answer, request = values.mapping(data.get("response")), values.mapping(data.get("request"))
    start = cells.read("started_at", values.when, first(data, "request_time", "timestamp_ms"))
    took = cells.read("duration_ms", values.milliseconds, first(data, *TOOK))
    columns = _common(data, index, cells)
    return (
        columns
        | span(start, None, took)
        | openai_tokens(cells, answer.get("usage"))
        | {
            "model_requested": columns.get("model_requested") or values.text(request.get("model")),
            "model_response": values.text(answer.get("model")),
            "streamed": cells.read("streamed", values.flag, request.get("stream")),
            "sampling_rate": cells.read("sampling_rate", values.number, data.get("sampling_fraction")),
        }
    )


def _gateway(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("event_time"))
    took = cells.read("duration_ms", values.milliseconds, first(data, "latency_ms", "duration_ms"))
    return (
        _common(data, Index({}, {}, set()), cells)
        | span(start, None, took)
        | openai_tokens(cells, data)
        | {
            "model_requested": values.text(data.get("destination_model")),
            "operation": values.text(first(data, "api_type", "url")),
            "user_agent": values.text(data.get("user_agent")),
        }
    )
