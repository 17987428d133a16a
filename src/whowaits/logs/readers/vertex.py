"""Google Vertex AI: the table of request-response logging, exported from BigQuery, and results of batch jobs.

A row is logged when its call ends. Thoughts stand beside the candidates' tokens and are output as well. The table
may hold only a sample of the calls; no column says what share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.callers import attached
from whowaits.logs.cells import Cells, first, split_input
from whowaits.logs.documents import keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens

NAME: Final = "vertex"
NEEDED: Final = ("full_response", "response")
_PLACE: Final = re.compile(r"projects/([^/]+)/locations/([^/]+)/")


def recognise(head: bytes) -> bool:
    """Whether the first record is a row of the log, or a result of a batch job."""
    keys = keys_of(head)
    if keys >= {"logging_time", "full_response"} or keys >= {"logging_time", "request_payload"}:
        return True
    return keys >= {"request", "response", "status"} and b'"usageMetadata"' in head


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each call."""
    finish = Finisher(NAME)
    for document in documents():
        data, cells = document.data, Cells(document, problems)
        columns = _call(data, cells) if "logging_time" in data else _item(data, cells)
        yield finish.row(document, columns, response_id=columns["request_id"] if _is_foreign(columns) else None)


def _is_foreign(columns: Mapping[str, Any]) -> bool:
    """Whether the id is one of Anthropic's own, which other logs of the call have as well."""
    return str(columns["request_id"]).startswith("msg_")


def _answer(value: Any) -> dict[str, Any]:
    """The answer. Of a streamed one that was kept in pieces the last piece counts, which has the sums."""
    found = values.decoded(value)
    if isinstance(found, list):
        pieces = [values.mapping(item) for item in found]
        return next((p for p in reversed(pieces) if _usage(p) or "usage" in p), {})
    return values.mapping(found)


def _usage(answer: Mapping[str, Any]) -> dict[str, Any]:
    return values.mapping(first(answer, "usageMetadata", "usage_metadata"))


def _get(data: Mapping[str, Any], name: str) -> Any:
    """A field as the API spells it or as SDKs do."""
    return first(data, name, re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name))


def _call(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    answer, request = _answer(data.get("full_response")), values.mapping(data.get("full_request"))
    method = (values.text(data.get("api_method")) or "").lower()
    failed = "error" in answer or not (answer or values.decoded(data.get("response_payload")))
    took = values.mapping(data.get("metadata")).get("request_latency")
    return (
        _common(request, answer, cells)
        | span(
            cells.read("started_at", values.when, _get(answer, "createTime")),
            cells.read("ended_at", values.when, data.get("logging_time")),
            cells.read("duration_ms", values.milliseconds, took),
        )
        | {
            "request_id": values.text(first(answer, "responseId", "response_id", "id") or data.get("request_id")),
            "model_requested": values.text(first(data, "model") or request.get("model")),
            "operation": "embedding" if "embed" in method else "chat",
            "streamed": "stream" in method or "serversent" in method if method else None,
            "status": "error" if failed else "ok",
        }
    )


def _item(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    answer, request = _answer(data.get("response")), values.mapping(data.get("request"))
    columns = _common(request, answer, cells)
    done = cells.read("ended_at", values.when, data.get("processed_time"))
    return (
        columns
        | span(None, done)
        | {
            "request_id": values.text(_get(answer, "responseId")),
            "record_kind": "batch_item",
            "operation": "chat",
            "streamed": False,
            "is_batch": True,
            "service_tier_raw": "batch",
            "status": "error" if values.text(data.get("status")) or not _usage(answer) else "ok",
        }
    )


def _common(request: Mapping[str, Any], answer: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    place = _PLACE.match(values.text(request.get("model")) or "")
    columns = attached(values.pairs(request.get("labels")))
    return columns | {
        "provider": NAME,
        "model_response": values.text(_get(answer, "modelVersion") or answer.get("model")),
        "service_tier_raw": values.text(_get(_usage(answer), "trafficType")),
        "project": place[1] if place else columns.get("project"),
        "region": place[2] if place else None,
        **_tokens(answer, cells),
    }


def _tokens(answer: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    if "usage" in answer:
        return anthropic_tokens(cells, answer["usage"])
    usage = _usage(answer)
    if not usage:
        return {"token_semantics": "unknown"}
    prompt = cells.count("input_tokens_total", _get(usage, "promptTokenCount"))
    tools = cells.count("input_tokens_total", _get(usage, "toolUsePromptTokenCount"))
    read = cells.count("cache_read_tokens", _get(usage, "cachedContentTokenCount"), 0)
    thoughts = cells.count("reasoning_tokens", _get(usage, "thoughtsTokenCount"), 0)
    said = cells.count("output_tokens_total", _get(usage, "candidatesTokenCount"), 0)
    total, uncached, semantics = split_input(None if prompt is None else prompt + (tools or 0), read, None)
    return {
        "input_tokens_total": total,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": read,
        "output_tokens_total": (said or 0) + (thoughts or 0),
        "reasoning_tokens": thoughts,
        "token_semantics": semantics,
    }
