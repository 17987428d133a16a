"""Kong AI Gateway: requests as its log plugins write them, with what the AI plugins add.

Times are in milliseconds. A model that answers in one piece has no first token: the log repeats the latency there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document
from whowaits.logs.openings import openings
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import openai_tokens

NAME: Final = "kong"
REQUEST: Final = {"latencies", "request", "response"}
STREAMED: Final = {"stream": True, "oneshot": False}


def recognise(head: bytes) -> bool:
    """Whether the records are of Kong's log, with a part about a model in at least one."""
    return any(record.keys() >= REQUEST and _plugin(record) is not None for record in openings(head))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each request that went to a model."""
    finisher = Finisher(NAME)
    for document in documents():
        plugin = _plugin(document.data)
        if plugin is not None:
            yield _row(document, plugin, Cells(document, problems), finisher)


def _plugin(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The part of the AI proxy; older releases name it after the plugin."""
    parts = values.mapping(data.get("ai"))
    found = (values.mapping(parts[name]) for name in sorted(parts))
    return next((part for part in found if isinstance(part.get("meta"), dict)), None)


def _row(document: Document, plugin: dict[str, Any], cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    meta, usage = values.mapping(plugin.get("meta")), values.mapping(plugin.get("usage"))
    request, consumer = values.mapping(data.get("request")), values.mapping(data.get("consumer"))
    sent = {key.lower(): value for key, value in values.pairs(request.get("headers")).items()}
    took = values.mapping(data.get("latencies")).get("request")
    start = cells.read("started_at", values.when, data.get("started_at"))
    code = http_status(cells, values.mapping(data.get("response")).get("status"))
    streamed = STREAMED.get(str(meta.get("request_mode")))
    shown = cells.read("ttft_ms", values.milliseconds, usage.get("time_to_first_token"))
    columns = {
        "request_id": values.text(request.get("id")),
        "provider": values.text(meta.get("provider_name")),
        "model_requested": values.text(meta.get("request_model")),
        "model_response": values.text(meta.get("response_model")),
        "operation": _operation(values.text(request.get("uri"))),
        "status": by_http(code) or "ok",
        "http_status": code,
        "streamed": streamed,
        "ttft_ms": shown if streamed else None,
        "cost_usd": _cost(usage, cells, code),
        "cache_hit": True if values.mapping(plugin.get("cache")).get("cache_status") == "Hit" else None,
        "caller_identity": values.text(first(consumer, "username", "custom_id")) or sent.get("x-consumer-username"),
        "team": values.text(consumer.get("custom_id")),
        "service_name": values.text(values.mapping(data.get("service")).get("name")),
        "workflow_name": values.text(values.mapping(data.get("route")).get("name")),
        "workspace": values.text(first(data, "workspace_name", "workspace")),
        "user_agent": sent.get("user-agent"),
        "trace_id": sent.get("x-correlation-id") or sent.get("kong-request-id"),
        **span(start, None, cells.read("duration_ms", values.milliseconds, took)),
        **_tokens(usage, cells, failed=by_http(code) != "ok"),
    }
    return finisher.row(document, columns)


def _operation(uri: str | None) -> str | None:
    """A route has a path of its own making; only one that is a provider's says what was called."""
    return uri if uri and "/v1/" in uri else None


def _cost(usage: Mapping[str, Any], cells: Cells, code: int | None) -> Any:
    """Without configured prices the log says 0: that is no cost of an answered call."""
    cost = cells.read("cost_usd", values.money, usage.get("cost"))
    return None if cost == 0 and by_http(code) != "error" else cost


def _tokens(usage: Mapping[str, Any], cells: Cells, *, failed: bool) -> dict[str, Any]:
    """Older releases count under names without an s."""
    named = {"prompt_tokens": usage.get("prompt_token"), "completion_tokens": usage.get("completion_token"), **usage}
    if failed and not named.get("prompt_tokens"):
        return {}
    return openai_tokens(cells, named)
