"""Portkey: exported logs, under the names of the export and of its API. One row is one attempt; cost is in cents.

Retries and fallbacks of one request share a trace. Fields are chosen at export, so any may be absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, named, span, without_user
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens, inclusive_tokens, openai_tokens

NAME: Final = "portkey"
CENTS: Final = 100
EXPORT: Final = {"ai_org", "ai_model", "req_units", "res_units"}
ANSWER: Final = {"ai_provider", "ai_model", "request_tokens", "response_tokens"}


def recognise(head: bytes) -> bool:
    """Whether the first record has fields that only Portkey has."""
    keys = opening(head).keys()
    return len(keys & EXPORT) >= 2 or len(keys & ANSWER) >= 2


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each row of the export."""
    finisher = Finisher(NAME)
    for document in documents():
        yield _row(document, Cells(document, problems), finisher)


def _row(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    request, answer = values.mapping(data.get("request")), values.mapping(data.get("response"))
    code = http_status(cells, first(data, "response_status_code", "status_code"))
    status = by_http(code) or ("error" if "error" in answer else "ok")
    user, labels = without_user(values.pairs(data.get("metadata")))
    start = cells.read("started_at", values.when, data.get("created_at"))
    took = cells.read("duration_ms", values.milliseconds, first(data, "response_time", "response_time_ms"))
    columns = {
        **named(labels),
        "record_kind": "attempt",
        "request_id": values.text(data.get("id")),
        "trace_id": values.text(data.get("trace_id")),
        "retry_group": values.text(data.get("trace_id")),
        "provider": values.text(first(data, "ai_org", "ai_provider")),
        "model_requested": values.text(request.get("model")) or values.text(data.get("ai_model")),
        "model_response": values.text(data.get("ai_model")),
        "operation": values.text(data.get("request_url")),
        "service_tier_raw": values.text(answer.get("service_tier"))
        or values.text(values.mapping(answer.get("usage")).get("service_tier")),
        "status": status,
        "http_status": code,
        "error_type": values.text(first(values.mapping(answer.get("error")), "code", "type")),
        "streamed": cells.read("streamed", values.flag, request.get("stream"), False if request else None),
        "cost_usd": cells.read("cost_usd", _dollars, _amount(data)),
        "end_user_id": user or values.text(request.get("user")),
        "prompt_name": values.text(data.get("prompt_slug")) or named(labels)["prompt_name"],
        "metadata": sorted(labels.items()),
        **span(start, None, took),
        **_tokens(data, answer, cells, failed=status != "ok"),
    }
    return finisher.row(document, columns, response_id=values.text(answer.get("id")))


def _amount(data: Mapping[str, Any]) -> Any:
    """A cost in another currency is left empty: nothing here converts."""
    return data.get("cost") if str(data.get("cost_currency") or "USD").upper() == "USD" else None


def _dollars(cents: Any) -> Decimal | None:
    shown = values.text(cents)
    return None if shown is None else values.money(Decimal(shown) / CENTS)


def _tokens(data: Mapping[str, Any], answer: Mapping[str, Any], cells: Cells, *, failed: bool) -> dict[str, Any]:
    """The row has sums only; which tokens were cached stands in the answer, where that was exported."""
    given, answered = first(data, "req_units", "request_tokens"), first(data, "res_units", "response_tokens")
    if failed and not given and not answered:
        return {}
    usage = values.mapping(answer.get("usage"))
    if "cache_read_input_tokens" in usage:
        return anthropic_tokens(cells, usage)
    if "prompt_tokens_details" in usage or "input_tokens_details" in usage:
        return openai_tokens(cells, usage)
    return {**inclusive_tokens(cells, given, answered), "input_tokens_uncached": None, "token_semantics": "unknown"}
