"""OpenAI's Batch API: files of requests, of answers and of errors, and the batch object.

No line says that it is a batch: the file does. A file of requests says what was handed in, not what came of it, so
its lines are kept apart from calls. The batch object sums up what the files hold line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.deadlines import durations
from whowaits.logs import values, whole_batches
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import openai_tokens

NAME: Final = "openai_batch"
STATUS: Final = {
    "completed": "ok", "failed": "error", "expired": "expired", "cancelled": "cancelled", "cancelling": "cancelled",
}  # fmt: skip
"""Status of a batch -> outcome; every other one is still under way."""
OPERATIONS: Final = {
    "chat.completion": "chat",
    "response": "responses",
    "text_completion": "completion",
    "list": "embedding",
}
_ENDS: Final = ("completed_at", "failed_at", "expired_at", "cancelled_at")


def recognise(head: bytes) -> bool:
    """Whether the first record is a request or answer of a batch, or a batch."""
    record = opening(head)
    return _is_request(record) or _is_answer(record) or _is_batch(record)


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each line of a file and each batch."""
    finisher = Finisher(NAME)
    for document in documents():
        cells, data = Cells(document, problems), document.data
        if _is_answer(data):
            yield _answer(document, cells, finisher)
        elif _is_request(data):
            yield _request(document, finisher)
        elif _is_batch(data):
            yield _batch(document, cells, finisher)


def _is_request(record: Mapping[str, Any]) -> bool:
    return {"custom_id", "method", "url", "body"} <= record.keys()


def _is_answer(record: Mapping[str, Any]) -> bool:
    return "custom_id" in record and "response" in record and "result" not in record


def _is_batch(record: Mapping[str, Any]) -> bool:
    return record.get("object") == "batch" and "completion_window" in record


def _request(document: Document, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    columns = {
        **_in_batch(data),
        "record_kind": "container",
        "dedupe_key": None,
        "status": "pending",
        "model_requested": values.text(values.mapping(data.get("body")).get("model")),
        "operation": values.text(data.get("url")),
    }
    return finisher.row(document, columns)


def _in_batch(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "record_kind": "batch_item",
        "provider": "openai",
        "is_batch": True,
        "service_tier_raw": "batch",
        "custom_id": values.text(data.get("custom_id")),
    }


def _answer(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    response = values.mapping(data.get("response"))
    answer = values.mapping(response.get("body"))
    error = values.mapping(data.get("error")) or values.mapping(answer.get("error"))
    code = http_status(cells, response.get("status_code"))
    response_id = values.text(answer.get("id"))
    columns = {
        **_in_batch(data),
        "request_id": values.text(data.get("id")),
        "model_response": values.text(answer.get("model")),
        "operation": OPERATIONS.get(str(answer.get("object"))),
        "streamed": False if answer else None,
        "http_status": code,
        "status": _outcome(values.text(error.get("code")), code, failed=bool(error)),
        "error_type": values.text(first(error, "code", "type")),
        **span(cells.read("started_at", values.when, first(answer, "created", "created_at")), None),
        **openai_tokens(cells, answer.get("usage")),
    }
    return finisher.row(document, columns, response_id=response_id)


def _outcome(error: str | None, code: int | None, *, failed: bool) -> str:
    if error == "batch_expired":
        return "expired"
    if error in ("batch_cancelled", "batch_canceled"):
        return "cancelled"
    return "error" if failed else by_http(code) or "ok"


def _batch(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    counts = values.mapping(data.get("request_counts"))
    start = cells.read("started_at", values.when, data.get("created_at"))
    end = cells.read("ended_at", values.when, *(data.get(name) for name in _ENDS))
    labels = values.pairs(data.get("metadata"))
    own = values.text(data.get("id"))
    columns = {
        "record_kind": "batch_aggregate",
        "request_id": own,
        "batch_id": own,
        "provider": "openai",
        "is_batch": True,
        "service_tier_raw": "batch",
        "model_response": values.text(data.get("model")),
        "operation": values.text(data.get("endpoint")),
        "request_count": cells.read("request_count", values.whole, counts.get("total")),
        "status": STATUS.get(str(data.get("status")), "pending"),
        "metadata": [*sorted(labels.items()), *_lost(data, cells)],
        **_window(data),
        **span(start, end),
        **openai_tokens(cells, data.get("usage"), limit=values.whole),
    }
    return finisher.row(document, columns)


def _lost(data: Mapping[str, Any], cells: Cells) -> list[tuple[str, str]]:
    """What failed, and what was still to be done when the window ended."""
    counts = values.mapping(data.get("request_counts"))
    total, done, failed = (
        cells.read("request_count", values.whole, counts.get(name)) for name in ("total", "completed", "failed")
    )
    ran_out = data.get("status") == "expired" and None not in (total, done, failed)
    return whole_batches.counted(failed, max(0, (total or 0) - (done or 0) - (failed or 0)) if ran_out else None)


def _window(data: Mapping[str, Any]) -> dict[str, Any]:
    """By when the batch was to be done: the window it asked for."""
    window = values.text(data.get("completion_window"))
    seconds = durations.parse(window) if window else None
    return {"stated_deadline_s": seconds, "stated_deadline_source": None if seconds is None else "completion_window"}
