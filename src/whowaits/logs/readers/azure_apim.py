"""Azure API Management: the table ApiManagementGatewayLlmLog, joined to ApiManagementGatewayLogs where that is given.

Long messages are split over several rows of one correlation id; together they are one call, whose tokens stand on
one of them. How long it took, how it ended and whose subscription it ran on is known to the gateway's other table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import LISTS, Document, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span, unpacked
from whowaits.logs.registry import Documents

NAME: Final = "azure_apim"
TOGETHER: Final = True
CALL: Final = {"CorrelationId", "IsStreamCompletion"}
GATEWAY: Final = {"CorrelationId", "TotalTime", "ResponseCode"}
COUNTS: Final = {"PromptTokens": "input_tokens_total", "CompletionTokens": "output_tokens_total"}
KEPT: Final = ("TimeGenerated", "RequestId", "OperationName", "DeploymentName", "ModelName", "Region", "_ResourceId")

OF_REQUEST: Final = (
    "TimeGenerated",
    "TotalTime",
    "ResponseCode",
    "ApimSubscriptionId",
    "ProductId",
    "UserId",
    "RequestHeaders",
)


class Call(NamedTuple):
    """The rows of one correlation id as one: where the first stands, its texts, its largest counts."""

    document: Document
    texts: dict[str, str]
    counts: dict[str, int]
    streamed: list[bool]


def recognise(head: bytes) -> bool:
    """Whether the first record is of either table."""
    keys = keys_of(head)
    return keys >= CALL or keys >= GATEWAY


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each correlation id of a model call."""
    calls: dict[str, Call] = {}
    requests: dict[str, Document] = {}
    for document in unpacked(documents(), *LISTS):
        key = values.text(document.data.get("CorrelationId")) or f"{document.source}:{document.row}"
        if "IsStreamCompletion" in document.data:
            call = calls.setdefault(key, Call(document, {}, {}, []))
            _add(call, document, Cells(document, problems))
        else:
            seen = {name: document.data.get(name) for name in OF_REQUEST}
            requests[key] = document._replace(data=seen)
    finish = Finisher(NAME)
    for key, call in calls.items():
        columns = _columns(call, key)
        if (request := requests.get(key)) is not None:
            columns |= _of_request(columns, request.data, Cells(request, problems))
        yield finish.row(call.document, columns, response_id=call.texts.get("RequestId"))


def _add(call: Call, document: Document, cells: Cells) -> None:
    for name in KEPT:
        if (shown := values.text(document.data.get(name))) is not None:
            call.texts.setdefault(name, shown)
    for name, column in COUNTS.items():
        if (found := cells.count(column, document.data.get(name))) is not None:
            call.counts[column] = max(found, call.counts.get(column, 0))
    if (streamed := cells.read("streamed", values.flag, document.data.get("IsStreamCompletion"))) is not None:
        call.streamed.append(streamed)


def _columns(call: Call, correlation: str) -> dict[str, Any]:
    texts = call.texts
    total = call.counts.get("input_tokens_total")
    start = Cells(call.document, Problems()).read("started_at", values.when, texts.get("TimeGenerated"))
    return {
        "request_id": texts.get("RequestId") or correlation,
        "provider": "azure",
        "model_requested": texts.get("ModelName") or texts.get("DeploymentName"),
        "operation": texts.get("OperationName"),
        "input_tokens_total": total,
        "output_tokens_total": call.counts.get("output_tokens_total"),
        "token_semantics": "unknown" if total is None else "inclusive",
        "streamed": any(call.streamed) if call.streamed else None,
        "trace_id": correlation,
        "api_key_alias": texts.get("DeploymentName"),
        "workspace": texts.get("DeploymentName"),
        "project": texts.get("_ResourceId", "").rpartition("/")[2].lower() or None,
        "region": texts.get("Region"),
    } | span(start, None)


def _of_request(columns: Mapping[str, Any], data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """What the gateway saw of the request as a whole."""
    code = http_status(cells, data.get("ResponseCode"))
    received = cells.read("started_at", values.when, data.get("TimeGenerated"))
    took = cells.read("duration_ms", values.milliseconds, data.get("TotalTime"))
    headers = {key.lower(): value for key, value in values.mapping(data.get("RequestHeaders")).items()}
    subscription = values.text(data.get("ApimSubscriptionId"))
    return span(received or columns["started_at"], None, took) | {
        "status": by_http(code),
        "http_status": code,
        "api_key_id": subscription,
        "api_key_alias": subscription or columns["api_key_alias"],
        "caller_identity": values.text(data.get("UserId")),
        "team": values.text(data.get("ProductId")),
        "user_agent": values.text(headers.get("user-agent")),
    }
