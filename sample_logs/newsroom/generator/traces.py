"""OpenTelemetry GenAI spans as the collector's file exporter writes them: OTLP/JSON, one export batch a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby

from generator.calls import SECOND, Call, hex_id
from generator.company import BROWSER, BY_NAME, Workload

SPANS_A_LINE = 64
SERVER, CLIENT, CONSUMER = 2, 3, 5
Value = str | int | float | bool
Span = dict[str, object]


def lines(calls: Iterable[Call]) -> Iterator[str]:
    """Export batches of one service each, spans in the order they ended: children before their parents."""
    ordered = sorted(calls, key=lambda call: (call.workload, call.ended, call.id))
    for name, of_one in groupby(ordered, key=lambda call: call.workload):
        workload = BY_NAME[name]
        kept = list(of_one)
        spans = [(call.ended, _call_span(call, workload)) for call in kept] + _parents(kept, workload)
        spans.sort(key=lambda pair: (pair[0], str(pair[1]["spanId"])))
        for start in range(0, len(spans), SPANS_A_LINE):
            yield _batch(workload, [span for _, span in spans[start : start + SPANS_A_LINE]])


def _batch(workload: Workload, spans: list[Span]) -> str:
    resource: dict[str, Value] = {
        "service.name": workload.service or workload.name,
        "service.namespace": "brimblad",
        "deployment.environment.name": "production",
        "telemetry.sdk.language": "python",
    }
    if workload.cronjob:
        resource["k8s.cronjob.name"] = workload.cronjob
        resource["k8s.namespace.name"] = "jobs"
    scope = {"name": f"opentelemetry.instrumentation.{workload.provider}", "version": "2.5b0"}
    body = {"resource": {"attributes": _attributes(resource)}, "scopeSpans": [{"scope": scope, "spans": spans}]}
    return json.dumps({"resourceSpans": [body]}, separators=(",", ":"), ensure_ascii=False)


def _call_span(call: Call, workload: Workload) -> Span:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": workload.operation,
        "gen_ai.provider.name": workload.provider,
        "gen_ai.request.model": workload.model,
    }
    if call.succeeded:
        attributes |= {
            "gen_ai.response.model": workload.model,
            "gen_ai.response.id": call.id,
            "gen_ai.usage.input_tokens": call.input,
            "gen_ai.usage.output_tokens": call.output,
            "gen_ai.usage.cache_read.input_tokens": call.cached,
        }
    else:
        attributes["error.type"] = call.error or ""
    if workload.streamed:
        attributes["gen_ai.request.stream"] = True
        attributes["gen_ai.response.time_to_first_chunk"] = (call.first_token or 0) / 1_000
    if call.session:
        attributes["gen_ai.conversation.id"] = call.session
    if call.private:
        messages = [{"role": "user", "content": call.private}]
        attributes["gen_ai.input.messages"] = json.dumps(messages, ensure_ascii=False)
    if workload.code:
        path, function, line = workload.code
        attributes["code.file.path"] = f"/srv/brimblad/{path}"
        attributes |= {"code.function.name": function, "code.line.number": line}
    name = f"{workload.operation} {workload.model}"
    parent = _parent_key(call, workload)
    span = _span(parent or call.id, call.id, name, CLIENT, call.started, call.ended, attributes)
    span["parentSpanId"] = hex_id(f"parent {parent}", 16) if parent else ""
    span["status"] = {} if call.succeeded else {"code": 2}
    return span


def _parents(calls: list[Call], workload: Workload) -> list[tuple[int, Span]]:
    """The requests and queue tasks that the calls are part of, each once."""
    first: dict[str, tuple[int, int]] = {}
    for call in calls:
        key = _parent_key(call, workload)
        if key:
            starts, ends = first.get(key, (call.started, 0))
            first[key] = (min(starts, call.started), max(ends, call.parent_ends or call.ended + 30))
    return [(ends, _parent_span(key, starts - 15, ends, workload)) for key, (starts, ends) in first.items()]


def _parent_key(call: Call, workload: Workload) -> str | None:
    if workload.name == "ticket-triage" or workload.route:
        return call.parent or call.group or call.id
    return None


def _parent_span(key: str, starts: int, ends: int, workload: Workload) -> Span:
    if workload.route:
        attributes: dict[str, Value] = {
            "http.request.method": "POST",
            "http.route": workload.route,
            "http.response.status_code": 200,
            "user_agent.original": BROWSER,
        }
        span = _span(key, f"parent {key}", f"POST {workload.route}", SERVER, starts, ends, attributes)
    else:
        expires = datetime.fromtimestamp(starts // SECOND + 600, UTC)
        attributes = {
            "celery.action": "run",
            "celery.task_name": "brimblad.support.tasks.triage",
            "celery.state": "SUCCESS",
            "celery.expires": f"{expires:%Y-%m-%dT%H:%M:%S}+00:00",
            "messaging.destination": "celery",
        }
        span = _span(key, f"parent {key}", "run/brimblad.support.tasks.triage", CONSUMER, starts, ends, attributes)
    return span | {"parentSpanId": "", "status": {}}


def _span(trace: str, key: str, name: str, kind: int, starts: int, ends: int, attributes: Mapping[str, Value]) -> Span:
    return {
        "traceId": hex_id(trace, 32),
        "spanId": hex_id(key, 16),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": f"{starts}000000",
        "endTimeUnixNano": f"{ends}000000",
        "attributes": _attributes(attributes),
    }


def _attributes(values: Mapping[str, Value]) -> list[dict[str, object]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}
