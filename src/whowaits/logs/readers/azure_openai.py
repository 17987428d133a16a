"""Azure OpenAI: the diagnostic log RequestResponse, from storage, an Event Hub or Log Analytics.

It says when each call ran, how it ended and which deployment answered, and nothing of tokens or money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span, unpacked
from whowaits.logs.registry import Documents

NAME: Final = "azure_openai"
BEHIND: Final = "azure_apim"
"""Calls through this gateway are in both logs, under ids of their own."""
CATEGORY: Final = "RequestResponse"
TICKS_BEFORE_1970: Final = 621_355_968_000_000_000
"""Ticks are tenths of microseconds since the year 1."""
_CALLS: Final = ("completions", "embeddings", "response", "image", "audio", "speech", "transcription")


def recognise(head: bytes) -> bool:
    """Whether the first record is one of this category, in either spelling of its fields."""
    keys = {key.lower() for key in keys_of(head)}
    detailed = bool(keys & {"properties", "properties_s"})
    return detailed and keys >= {"category", "operationname", "correlationid"} and CATEGORY.encode() in head


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each call; entries of other categories in the same file are none."""
    finish = Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data = {key.lower(): value for key, value in document.data.items()}
        if data.get("category") == CATEGORY:
            yield finish.row(document, _columns(data, Cells(document, problems)))


def _columns(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    details = values.mapping(first(data, "properties", "properties_s"))
    operation = values.text(data.get("operationname")) or ""
    code = http_status(cells, data.get("resultsignature"))
    deployment = values.text(details.get("modelDeploymentName"))
    caller = values.text(details.get("objectId"))
    called = details.get("modelName") or any(part in operation.lower() for part in _CALLS)
    mode = (values.text(details.get("streamType")) or "").lower()
    return _times(data, details, cells) | {
        "request_id": values.text(data.get("correlationid")),
        "record_kind": "call" if called else "container",
        "provider": "azure",
        "model_requested": values.text(details.get("modelName")) or deployment,
        "operation": operation or None,
        "status": by_http(code),
        "http_status": code,
        "streamed": mode == "streaming" if mode else None,
        "caller_identity": caller,
        "api_key_alias": None if caller else deployment,
        "workspace": deployment,
        "project": (values.text(first(data, "resourceid", "_resourceid")) or "").rpartition("/")[2].lower() or None,
        "region": values.text(data.get("location")),
        "token_semantics": "unknown",
    }


def _times(data: Mapping[str, Any], details: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """The ticks of a call are exact; the entry's own duration is at times below zero."""
    start = cells.read("started_at", moment, details.get("requestTime"))
    end = cells.read("ended_at", moment, details.get("responseTime"))
    logged = cells.read("started_at", values.when, first(data, "time", "timegenerated"))
    if start is not None and end is not None:
        return span(start, end)
    return span(start or logged, end, cells.read("duration_ms", values.milliseconds, data.get("durationms")))


def moment(value: Any) -> datetime | None:
    """Return the moment that a count of ticks stands for."""
    ticks = values.whole(value) if not isinstance(value, int) else value
    if not ticks:
        return None
    try:
        return values.when(values.EPOCH + timedelta(microseconds=(ticks - TICKS_BEFORE_1970) // 10))
    except OverflowError:
        raise ValueError("not a moment") from None
