"""Cloudflare AI Gateway: the answer of its logs API. One row is one attempt; a fallback is another step.

`created_at` is the moment at which the answer was there. Rows answered from the gateway's cache cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, named, span, unpacked, without_user
from whowaits.logs.registry import Documents
from whowaits.logs.usage import inclusive_tokens

NAME: Final = "cloudflare"
COLUMNS_OF_A_ROW: Final = {"tokens_in", "tokens_out", "status_code", "cached", "request_content_type"}
STREAM: Final = "text/event-stream"


def recognise(head: bytes) -> bool:
    """Whether the first record is a row of the gateway's log."""
    record = opening(head)
    listed = record.get("result")
    first = listed[0] if isinstance(listed, list) and listed else record
    return isinstance(first, dict) and first.keys() >= COLUMNS_OF_A_ROW


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each row of the log."""
    finisher = Finisher(NAME)
    for document in unpacked(documents(), "result"):
        yield _row(document, Cells(document, problems), finisher)


def _row(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    code = http_status(cells, data.get("status_code"))
    ok = cells.read("status", values.flag, data.get("success"))
    status = by_http(code) if code is not None else None if ok is None else "ok" if ok else "error"
    user, labels = without_user(values.pairs(data.get("metadata")))
    cached = cells.read("cache_hit", values.flag, data.get("cached"))
    answer = values.text(data.get("response_content_type"))
    columns = {
        **named(labels),
        "record_kind": "attempt",
        "request_id": values.text(data.get("id")),
        "provider": values.text(data.get("provider")),
        "model_requested": values.text(data.get("model")),
        "operation": values.text(data.get("path")) or values.text(data.get("model_type")),
        "status": status,
        "http_status": code,
        "attempt_no": cells.read("attempt_no", values.whole, data.get("step")),
        "cache_hit": cached,
        "streamed": None if answer is None else answer.startswith(STREAM),
        "cost_usd": _cost(data, cells, status, cached),
        "end_user_id": user,
        "session_id": (session := labels.get("session_id") or labels.get("conversation_id")),
        "session_id_trusted": True if session else None,
        "metadata": sorted(labels.items()),
        **span(None, cells.read("ended_at", values.when, data.get("created_at")), _took(data, cells)),
        **_tokens(data, cells, failed=status != "ok"),
    }
    return finisher.row(document, columns)


def _took(data: dict[str, Any], cells: Cells) -> float | None:
    return cells.read("duration_ms", values.milliseconds, data.get("duration"))


def _cost(data: dict[str, Any], cells: Cells, status: str | None, cached: bool | None) -> Any:
    """A price that the gateway does not know is 0 in its log: that is no cost of an answered call."""
    cost = cells.read("cost_usd", values.money, data.get("cost"))
    return None if cost == 0 and status == "ok" and not cached else cost


def _tokens(data: dict[str, Any], cells: Cells, *, failed: bool) -> dict[str, Any]:
    """The log does not say which tokens were cached. Nothing was counted where nothing was answered."""
    if failed and not data.get("tokens_in") and not data.get("tokens_out"):
        return {}
    found = inclusive_tokens(cells, data.get("tokens_in"), data.get("tokens_out"))
    return {**found, "input_tokens_uncached": None, "token_semantics": "unknown"}
