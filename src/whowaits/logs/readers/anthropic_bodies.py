"""Anthropic: bodies of Messages calls, as programs log them themselves. The body has no time; the wrapper has.

Input tokens stand beside those of the cache. In a stream the first event counts part of the output, every later one
all of it so far: the last count is the true one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.bodies import Exchange, exchange, headers, times, who
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document
from whowaits.logs.openings import openings
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens

NAME: Final = "anthropic_bodies"


def recognise(head: bytes) -> bool:
    """Whether the records hold answers of Anthropic's Messages API."""
    return any(_is_anthropic(exchange(record)) for record in openings(head))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each call."""
    finisher = Finisher(NAME)
    for document in documents():
        bodies = exchange(document.data)
        if bodies is not None and _is_anthropic(bodies):
            yield _row(document, _settled(bodies), Cells(document, problems), finisher)


def _is_anthropic(bodies: Exchange | None) -> bool:
    if bodies is None:
        return False
    answer = _settled(bodies).answer
    if answer.get("type") == "error":
        return isinstance(answer.get("error"), dict) and "max_tokens" in bodies.request
    return answer.get("type") == "message" and "usage" in answer and answer.get("role") == "assistant"


def _settled(bodies: Exchange) -> Exchange:
    """Put the events of a stream together: the message as it began, with the last count of its tokens."""
    if not bodies.events:
        return bodies
    message: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    for event in bodies.events:
        begun = values.mapping(event.get("message"))
        message |= begun
        counted = values.mapping(begun.get("usage")) | values.mapping(event.get("usage"))
        usage |= {name: value for name, value in counted.items() if value is not None}
    return bodies._replace(answer={**message, "usage": usage} if message else {})


def _row(document: Document, bodies: Exchange, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    wrapper, request, answer, events = bodies
    sent = headers(wrapper)
    usage = values.mapping(answer.get("usage"))
    response_id = values.text(answer.get("id"))
    identity = who(wrapper, sent)
    labels = values.pairs(wrapper.get("metadata"))
    columns = {
        **identity,
        "request_id": values.text(first(wrapper, "request_id")) or sent.get("request-id") or response_id,
        "provider": "anthropic",
        "model_requested": values.text(request.get("model")),
        "model_response": values.text(answer.get("model")),
        "operation": "chat",
        **_tier(usage),
        "streamed": cells.read("streamed", values.flag, request.get("stream"), bool(events) or _whole(request)),
        "end_user_id": values.text(values.mapping(request.get("metadata")).get("user_id"))
        or values.text(first(wrapper, "user_id", "end_user")),
        "session_id_trusted": True if identity["session_id"] else None,
        "ttft_ms": cells.read("ttft_ms", values.milliseconds, first(wrapper, "ttft_ms", "first_token_ms")),
        **times(wrapper, cells),
        **anthropic_tokens(cells, usage),
        **_outcome(wrapper, answer, cells),
        "metadata": sorted(labels.items()),
    }
    return finisher.row(document, columns, response_id=response_id)


def _tier(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The tier that was used; `fast` is a speed that is paid for."""
    tier = values.text(usage.get("service_tier"))
    fast = usage.get("speed") == "fast"
    return {"service_tier_raw": "fast" if fast and tier in (None, "standard") else tier, "is_batch": tier == "batch"}


def _whole(request: Mapping[str, Any]) -> bool | None:
    """A request that does not ask for a stream gets none; without the request nobody knows."""
    return False if request else None


def _outcome(wrapper: Mapping[str, Any], answer: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    code = http_status(cells, first(wrapper, "status_code", "http_status"))
    failed = answer.get("type") == "error"
    return {
        "http_status": code,
        "status": "error" if failed else by_http(code) or "ok",
        "error_type": values.text(values.mapping(answer.get("error")).get("type")),
    }
