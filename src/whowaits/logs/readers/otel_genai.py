"""OpenTelemetry GenAI spans as OTLP/JSON, one export batch a line, in the current and the older attribute names.

Spans of one trace lie on many lines and in many files, children before their parents. So the files are read twice:
first every span that is no model call, as a small index of ancestors; then the calls, which look upwards in it.
Spans that only repeat the usage of their children (agents, chains, workflows) are never calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.cells import Cells, split_input
from whowaits.logs.documents import Document
from whowaits.logs.otel_names import ANCESTOR_FACTS, CALL_OPERATIONS, KINDS, NAMES, RESOURCE_FACTS
from whowaits.logs.problems import Problems
from whowaits.logs.registry import Documents
from whowaits.model import Place

NAME: Final = "otel_genai"
TOGETHER: Final = True
DEEPEST: Final = 64
"""More levels than this between a call and its root are a loop in the data."""

SpanKey = tuple[str, str]


class Span(NamedTuple):
    """One span with the attributes of its resource, in place."""

    document: Document
    key: SpanKey
    parent: SpanKey
    kind: str
    start: datetime | None
    end: datetime | None
    failed: bool
    trace_state: str
    attributes: dict[str, Any]
    resource: dict[str, Any]


class Ancestor(NamedTuple):
    """What the calls below a span may need to know about it."""

    parent: SpanKey
    kind: str
    end: datetime | None
    facts: dict[str, str]


class Index(NamedTuple):
    """All spans that are no calls, and the spans that have a call directly below."""

    ancestors: dict[SpanKey, Ancestor]
    parents_of_calls: set[SpanKey]


def recognise(head: bytes) -> bool:
    """Whether the file holds OTLP/JSON export batches."""
    return re.match(rb'\s*\[?\s*\{\s*"(resourceSpans|resourceLogs|resourceMetrics)"\s*:', head) is not None


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each span that is a model call."""
    index = _index(documents, problems)
    for span in _spans(documents(), Problems()):
        if is_call(span.attributes) and span.key not in index.parents_of_calls:
            yield _row(span, _above(span, index), Cells(span.document, problems))


def is_call(attributes: Mapping[str, Any]) -> bool:
    """Whether a span with these attributes is one call of a model, not a sum over calls."""
    operation = values.text(attributes.get("gen_ai.operation.name"))
    if operation is not None:
        return operation in CALL_OPERATIONS
    kind = values.text(attributes.get("openinference.span.kind"))
    if kind is not None:
        return kind in ("LLM", "EMBEDDING")
    if attributes.get("llm.request.type") is not None:
        return True
    if "traceloop.span.kind" in attributes:
        return False
    if str(attributes.get("ai.operationId", "")).endswith((".doGenerate", ".doStream", ".doEmbed")):
        return True
    return "gen_ai.request.model" in attributes and (
        "gen_ai.system" in attributes or "gen_ai.provider.name" in attributes
    )


def _index(documents: Documents, problems: Problems) -> Index:
    index = Index({}, set())
    for span in _spans(documents(), problems):
        if is_call(span.attributes):
            index.parents_of_calls.add(span.parent)
        # a call is an ancestor too: the outer of two instrumentations of one call stands above the inner one
        facts = {name: shown for name in ANCESTOR_FACTS if (shown := values.text(span.attributes.get(name)))}
        index.ancestors[span.key] = Ancestor(span.parent, span.kind, span.end, facts)
    return index


def _above(span: Span, index: Index) -> list[Ancestor]:
    """The known ancestors of a span, nearest first."""
    found: list[Ancestor] = []
    key = span.parent
    while len(found) < DEEPEST and (ancestor := index.ancestors.get(key)) is not None:
        found.append(ancestor)
        key = ancestor.parent
    return found


def _spans(documents: Iterator[Document], problems: Problems) -> Iterator[Span]:
    for document in documents:
        place = Place(document.source, document.row)
        if not isinstance(document.data.get("resourceSpans", []), list):
            problems.add(place, "export batch is not OTLP/JSON")
        for block in _objects(document.data.get("resourceSpans")):
            resource = flattened(values.mapping(block.get("resource")).get("attributes"))
            for scope in _objects(block.get("scopeSpans") or block.get("instrumentationLibrarySpans")):
                for raw in _objects(scope.get("spans")):
                    yield _span(document, raw, resource, Cells(document, problems))


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; what is neither is no span."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _span(document: Document, raw: dict[str, Any], resource: dict[str, Any], cells: Cells) -> Span:
    trace = values.text(raw.get("traceId")) or ""
    status = values.text(values.mapping(raw.get("status")).get("code"))
    return Span(
        document=document,
        key=(trace, values.text(raw.get("spanId")) or ""),
        parent=(trace, values.text(raw.get("parentSpanId")) or ""),
        kind=KINDS.get(values.text(raw.get("kind")) or "", "INTERNAL"),
        start=cells.read("started_at", _moment, raw.get("startTimeUnixNano")),
        end=cells.read("ended_at", _moment, raw.get("endTimeUnixNano")),
        failed=status in ("2", "STATUS_CODE_ERROR"),
        trace_state=values.text(raw.get("traceState")) or "",
        attributes=flattened(raw.get("attributes")),
        resource=resource,
    )


def flattened(attributes: Any) -> dict[str, Any]:
    """Return a list of OTLP attributes as a dictionary; what may hold somebody's words is not taken."""
    found = {}
    for item in _objects(attributes):
        key = values.text(item.get("key")) or ""
        if key in NAMES or not values.names_content(key):
            found[key] = _value(item.get("value"))
    return found


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    if "arrayValue" in value:
        return [_value(item) for item in _objects(values.mapping(value["arrayValue"]).get("values"))]
    if "kvlistValue" in value:
        return flattened(values.mapping(value["kvlistValue"]).get("values"))
    return next((value[k] for k in ("stringValue", "intValue", "boolValue", "doubleValue") if k in value), None)


def _get(span: Span, column: str) -> Any:
    """The value of a column under any of the names that instrumentations use for it."""
    for name in NAMES_OF[column]:
        if (value := span.attributes.get(name)) is not None:
            return value
    return None


NAMES_OF: Final[dict[str, list[str]]] = {}
for _name, _column in NAMES.items():
    NAMES_OF.setdefault(_column, []).append(_name)


def _row(span: Span, above: list[Ancestor], cells: Cells) -> dict[str, Any]:
    start, end = span.start, span.end
    response_id = values.text(_get(span, "call_id"))
    trace_id, span_id = span.key
    open_above = [a for a in above if not _over(a, end)]
    row = {
        "request_id": response_id or span_id,
        "call_id": response_id or f"{NAME}:{trace_id}:{span_id}",
        "dedupe_key": response_id or f"{trace_id}:{span_id}",
        "source": NAME,
        "source_file": span.document.source,
        "source_row": span.document.row,
        "record_kind": "call",
        "started_at": start,
        "ended_at": end,
        "time_quality": "both" if start and end else "start" if start else None,
        "duration_ms": (end - start) / timedelta(milliseconds=1) if start and end and end >= start else None,
        "request_count": 1,
        "trace_id": trace_id or None,
        "span_id": span_id or None,
        "parent_id": span.parent[1] or None,
        "parent_kind": above[0].kind if above else None,
        "root_kind": next((a.kind for a in above if a.kind in ("SERVER", "CONSUMER")), None),
        "sampling_rate": sampling_rate(span.trace_state),
    }
    return (
        row
        | _plain_columns(span, cells)
        | _tokens(span, cells)
        | _outcome(span)
        | _who(span, open_above)
        | _deadline(above, start, end)
    )


def _plain_columns(span: Span, cells: Cells) -> dict[str, Any]:
    seconds = cells.read("ttft_ms", values.number, _get(span, "ttft_s"))
    shown = cells.read("ttft_ms", values.milliseconds, _get(span, "ttft_ms")) if seconds is None else seconds * 1000
    parameters = values.mapping(span.attributes.get("llm.invocation_parameters"))
    streamed = cells.read("streamed", values.flag, _get(span, "streamed"), parameters.get("stream"))
    operation_id = str(span.attributes.get("ai.operationId", ""))
    return {
        "ttft_ms": shown,
        "streamed": True if streamed is None and (shown is not None or operation_id.endswith("doStream")) else streamed,
        "provider": values.text(_get(span, "provider")),
        "model_requested": values.text(_get(span, "model_requested")),
        "model_response": values.text(_get(span, "model_response")),
        "operation": values.text(_get(span, "operation"))
        or values.text(span.attributes.get("openinference.span.kind"))
        or operation_id
        or None,
        "service_tier_raw": values.text(_get(span, "service_tier_raw")) or values.text(parameters.get("service_tier")),
        "cost_usd": (cost := cells.read("cost_usd", values.money, _get(span, "cost_usd"))),
        "cost_basis": "none" if cost is None else "reported",
        "code_file": values.text(_get(span, "code_file")),
        "code_function": values.text(_get(span, "code_function")),
        "code_line": cells.read("code_line", values.whole, _get(span, "code_line")),
    }


def _tokens(span: Span, cells: Cells) -> dict[str, Any]:
    total = cells.count("input_tokens_total", _get(span, "input_tokens_total"))
    read = cells.count("cache_read_tokens", _get(span, "cache_read_tokens"))
    write = cells.count("cache_write_tokens", _get(span, "cache_write_tokens"))
    inclusive, uncached, semantics = split_input(total, read, write)
    return {
        "input_tokens_total": inclusive,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "output_tokens_total": cells.count("output_tokens_total", _get(span, "output_tokens_total")),
        "reasoning_tokens": cells.count("reasoning_tokens", _get(span, "reasoning_tokens")),
        "token_semantics": semantics,
    }


def _outcome(span: Span) -> dict[str, Any]:
    error = values.text(span.attributes.get("error.type"))
    failed = span.failed or error is not None
    gone = failed and "cancel" in (error or "").lower()
    codes = (values.text(span.attributes.get("http.response.status_code")), error)
    return {
        "status": "cancelled" if gone else "error" if failed else "ok",
        "error_type": error,
        "http_status": next((int(code) for code in codes if code and re.fullmatch(r"[1-5][0-9]{2}", code)), None),
    }


def _who(span: Span, above: list[Ancestor]) -> dict[str, Any]:
    facts: dict[str, str] = {}
    for ancestor in reversed(above):
        facts |= ancestor.facts
    own = {name: shown for name in ANCESTOR_FACTS if (shown := values.text(span.attributes.get(name)))}
    of_resource = {name: shown for name in RESOURCE_FACTS if (shown := values.text(span.resource.get(name)))}
    metadata = of_resource | facts | own | _caller_fields(span)
    everything = {**span.resource, **metadata, **span.attributes}
    named = {column: _first(everything, names) for column, names in _WHO.items()}
    return {
        **named,
        "session_id_trusted": True if named["session_id"] else None,
        "tags": values.labels(span.attributes.get("tag.tags")),
        "metadata": sorted(metadata.items()),
        "trigger": _trigger(metadata, above),
    }


def _caller_fields(span: Span) -> dict[str, str]:
    """What the caller's own code attached to the call."""
    found = values.pairs(span.attributes.get("metadata"))
    for prefix in ("traceloop.association.properties.", "ai.telemetry.metadata."):
        own = {key.removeprefix(prefix): value for key, value in span.attributes.items() if key.startswith(prefix)}
        found |= values.pairs(own)
    return found


_WHO: Final = {
    "end_user_id": ("user.id", "enduser.id", "enduser.pseudo.id", "gen_ai.user", "llm.user"),
    "session_id": ("session.id", "gen_ai.conversation.id"),
    "service_name": ("service.name",),
    "project": ("openinference.project.name", "service.namespace"),
    "environment": ("deployment.environment.name", "deployment.environment"),
    "region": ("cloud.region",),
    "job_name": (
        "k8s.cronjob.name",
        "celery.task_name",
        "remoulade.actor_name",
        "airflow.task_id",
        "faas.name",
        "job",
        "job_name",
    ),
    "workflow_name": (
        "gen_ai.workflow.name",
        "traceloop.workflow.name",
        "airflow.dag_id",
        "airflow.dag_run.dag_id",
        "ai.telemetry.functionId",
    ),
    "step_name": ("traceloop.entity.name", "graph.node.id"),
    "prompt_name": ("gen_ai.prompt.name",),
    "user_agent": ("user_agent.original", "http.user_agent"),
}


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((shown for name in names if (shown := values.text(fields.get(name)))), None)


def _trigger(metadata: Mapping[str, str], above: list[Ancestor]) -> str | None:
    if "k8s.cronjob.name" in metadata or metadata.get("faas.trigger") == "timer":
        return "timer"
    kinds = {ancestor.kind for ancestor in above}
    return "queue" if "CONSUMER" in kinds else "http" if "SERVER" in kinds else None


def _over(ancestor: Ancestor, end: datetime | None) -> bool:
    """Whether a request was answered before the call came back: its browser no longer waits for this call."""
    return ancestor.kind == "SERVER" and ancestor.end is not None and end is not None and ancestor.end < end


def _deadline(above: list[Ancestor], start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """The earliest moment at which something above the call needs its answer or gives up."""
    if start is None or end is None:
        return {}
    found = []
    for ancestor in above:
        if ancestor.kind == "SERVER" and ancestor.end is not None and ancestor.end >= end:
            found.append((ancestor.end, "server_span"))
        if (expires := _expiry(ancestor.facts.get("celery.expires"))) is not None and expires > start:
            found.append((expires, "celery.expires"))
    if not found:
        return {}
    at, source = min(found)
    return {
        "stated_deadline_at": at,
        "stated_deadline_s": (at - start).total_seconds(),
        "stated_deadline_source": source,
    }


def _expiry(shown: str | None) -> datetime | None:
    try:
        return values.when(shown)
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    """Nanoseconds since 1970, as text or number."""
    if value is None or value == "" or int(value) == 0:
        return None
    return values.when(values.EPOCH + timedelta(microseconds=int(value) // 1000))


def sampling_rate(trace_state: str) -> float | None:
    """Return the share of traces kept, from the threshold that a consistent sampler leaves in `tracestate`."""
    found = re.search(r"(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|$)", trace_state)
    if found is None:
        return None
    return (2**56 - int(found[1].ljust(14, "0"), 16)) / 2**56
