"""Anthropic's Message Batches: files of results, and the batch object.

A result has no time of its own. Its price is the batch's already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values, whole_batches
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens

NAME: Final = "anthropic_batch"
STATUS: Final = {"succeeded": "ok", "errored": "error", "canceled": "cancelled", "expired": "expired"}


def recognise(head: bytes) -> bool:
    """Whether the first record is a result of a batch, or a batch."""
    record = opening(head)
    return _is_result(record) or _is_batch(record)


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each result and each batch."""
    finisher = Finisher(NAME)
    for document in documents():
        cells = Cells(document, problems)
        if _is_result(document.data):
            yield _result(document, cells, finisher)
        elif _is_batch(document.data):
            yield _batch(document, cells, finisher)


def _is_result(record: Mapping[str, Any]) -> bool:
    return "custom_id" in record and str(values.mapping(record.get("result")).get("type")) in STATUS


def _is_batch(record: Mapping[str, Any]) -> bool:
    return record.get("type") == "message_batch" and "processing_status" in record


def _result(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    result = values.mapping(document.data.get("result"))
    message = values.mapping(result.get("message"))
    failure = values.mapping(result.get("error"))
    error = values.mapping(failure.get("error")) or failure
    custom_id = values.text(document.data.get("custom_id"))
    columns = {
        "record_kind": "batch_item",
        "request_id": values.text(failure.get("request_id")),
        "custom_id": custom_id,
        "provider": "anthropic",
        "is_batch": True,
        "service_tier_raw": "batch",
        "model_response": values.text(message.get("model")),
        "operation": "chat",
        "streamed": False if message else None,
        "status": STATUS.get(str(result.get("type"))),
        "error_type": values.text(error.get("type")),
        **anthropic_tokens(cells, message.get("usage")),
    }
    return finisher.row(document, columns, response_id=values.text(message.get("id")))


def _batch(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    counts = values.mapping(data.get("request_counts"))
    start = cells.read("started_at", values.when, data.get("created_at"))
    end = cells.read("ended_at", values.when, data.get("ended_at"))
    expires = cells.read("stated_deadline_at", values.when, data.get("expires_at"))
    own = values.text(data.get("id"))
    columns = {
        "record_kind": "batch_aggregate",
        "request_id": own,
        "batch_id": own,
        "provider": "anthropic",
        "is_batch": True,
        "service_tier_raw": "batch",
        "operation": "chat",
        "request_count": sum(cells.read("request_count", values.whole, n) or 0 for n in counts.values()) or None,
        "metadata": whole_batches.counted(
            *(cells.read("request_count", values.whole, counts.get(name)) for name in ("errored", "expired"))
        ),
        "status": "ok" if data.get("processing_status") == "ended" else "pending",
        "stated_deadline_at": expires,
        "stated_deadline_s": (expires - start).total_seconds() if expires and start else None,
        "stated_deadline_source": "completion_window" if expires else None,
        **span(start, end),
    }
    return finisher.row(document, columns)
