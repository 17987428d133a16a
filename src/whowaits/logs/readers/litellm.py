"""LiteLLM proxy: rows of LiteLLM_SpendLogs (API answer, JSON, CSV or Parquet dump) and StandardLoggingPayload.

One row is one attempt: a retried request leaves a failed row for each try. The row of a finished batch carries
the whole batch at the price that was paid for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first, split_input
from whowaits.logs.documents import Document, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.registry import Documents

NAME: Final = "litellm"
WORDS: Final = ("proxy_server_request",)
SPEND_LOGS: Final = {"startTime", "completionStartTime", "call_type", "spend"}
PAYLOAD: Final = {"response_cost", "call_type", "startTime", "model_group"}
AGGREGATES: Final = ("aretrieve_batch", "retrieve_batch")
NO_CALLS: Final = ("batch", "file")
_AGENT: Final = "user-agent:"


def recognise(head: bytes) -> bool:
    """Whether the first record has the columns of either table."""
    keys = keys_of(head)
    return keys >= SPEND_LOGS or keys >= PAYLOAD


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each row of the log."""
    for document in documents():
        yield _row(document, Cells(document, problems))


def _row(document: Document, cells: Cells) -> dict[str, Any]:
    data = document.data
    meta = values.mapping(data.get("metadata"))
    call_type = values.text(data.get("call_type")) or ""
    kind = _record_kind(call_type)
    status = _status(data, meta)
    request_id = values.text(first(data, "request_id", "id"))
    tags = values.labels(data.get("request_tags"))
    agents = [tag.partition(":")[2].strip() for tag in tags if tag.lower().startswith(_AGENT)]
    row: dict[str, Any] = {
        "request_id": request_id,
        "call_id": request_id or f"{NAME}:{document.source}:{document.row}",
        "dedupe_key": request_id,
        "source": NAME,
        "source_file": document.source,
        "source_row": document.row,
        "record_kind": kind,
        "status": status,
        "http_status": cells.read("http_status", values.whole, _error(meta).get("error_code"))
        if status != "ok"
        else None,
        "error_type": values.text(_error(meta).get("error_class")),
        "provider": values.text(data.get("custom_llm_provider")),
        "model_requested": values.text(first(data, "model_group", "model")),
        "model_response": values.text(data.get("model")),
        "operation": _operation(call_type),
        "request_count": None if kind == "batch_aggregate" else 1,
        "tags": [tag for tag in tags if not tag.lower().startswith(_AGENT)],
        "user_agent": values.text(first(data, "user_agent")) or values.text(meta.get("user_agent")) or _longest(agents),
        "cache_hit": cells.read("cache_hit", values.flag, data.get("cache_hit")),
        "is_batch": True if kind == "batch_aggregate" else None,
        "sampling_rate": cells.read("sampling_rate", values.number, data.get("sampling_rate")),
    }
    return (
        row
        | _times(data, cells)
        | _tokens(data, meta, cells, kind, status)
        | _money(data, meta, cells, kind, row)
        | _who(data, meta)
    )


def _record_kind(call_type: str) -> str:
    if call_type in AGGREGATES:
        return "batch_aggregate"
    return "container" if call_type.endswith(NO_CALLS) else "attempt"


def _operation(call_type: str) -> str | None:
    return None if call_type.startswith("pass_through") else call_type.removeprefix("a") or None


def _status(data: dict[str, Any], meta: dict[str, Any]) -> str:
    said = (values.text(data.get("status")) or values.text(meta.get("status")) or "success").lower()
    if _error(meta).get("error_class") in ("CancelledError", "ClientDisconnect") or "499" in str(
        _error(meta).get("error_code")
    ):
        return "cancelled"
    return "ok" if said == "success" else "error"


def _error(meta: dict[str, Any]) -> dict[str, Any]:
    return values.mapping(meta.get("error_information"))


def _longest(agents: list[str]) -> str | None:
    """LiteLLM writes "OpenAI" and "OpenAI/Python 1.99.1": the longer one says more."""
    return max(agents, key=lambda agent: (len(agent), agent), default=None)


def _times(data: dict[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("startTime"))
    end = cells.read("ended_at", values.when, data.get("endTime"))
    shown = cells.read("ttft_ms", values.when, data.get("completionStartTime"))
    duration = cells.read("duration_ms", values.milliseconds, data.get("request_duration_ms"))
    streamed = cells.read("streamed", values.flag, data.get("stream"))
    ttft = _between(start, shown) if shown and end and shown < end else None
    return {
        "started_at": start,
        "ended_at": end,
        "time_quality": "both" if start and end else "start" if start else "end" if end else None,
        "duration_ms": duration if duration is not None else _between(start, end),
        "ttft_ms": ttft,
        "streamed": True if streamed is None and ttft is not None else streamed,
    }


def _between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None or end < start:
        return None
    return (end - start) / timedelta(milliseconds=1)


def _tokens(data: dict[str, Any], meta: dict[str, Any], cells: Cells, kind: str, status: str) -> dict[str, Any]:
    usage = values.mapping(meta.get("additional_usage_values")) | values.mapping(meta.get("usage_object"))
    prompt = values.mapping(first(usage, "prompt_tokens_details", "input_tokens_details"))
    answer = values.mapping(first(usage, "completion_tokens_details", "output_tokens_details"))
    total = cells.read("input_tokens_total", _limit(kind), data.get("prompt_tokens"))
    output = cells.read("output_tokens_total", _limit(kind), data.get("completion_tokens"))
    if status != "ok" and not total and not output:
        total = output = None
    read = cells.count("cache_read_tokens", usage.get("cache_read_input_tokens"), prompt.get("cached_tokens"))
    write = cells.count("cache_write_tokens", usage.get("cache_creation_input_tokens"))
    inclusive, uncached, semantics = split_input(total, read, write)
    searched = values.mapping(usage.get("server_tool_use")).get("web_search_requests")
    by_age = values.mapping(first(usage, "cache_creation", "cache_creation_token_details"))
    return {
        "input_tokens_total": inclusive,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": read if inclusive is not None else None,
        "cache_write_tokens": write if inclusive is not None else None,
        "cache_write_5m_tokens": cells.count("cache_write_5m_tokens", by_age.get("ephemeral_5m_input_tokens")),
        "cache_write_1h_tokens": cells.count("cache_write_1h_tokens", by_age.get("ephemeral_1h_input_tokens")),
        "output_tokens_total": output,
        "reasoning_tokens": cells.count("reasoning_tokens", answer.get("reasoning_tokens")),
        "web_searches": cells.count("web_searches", searched, prompt.get("web_search_requests")),
        "token_semantics": semantics,
    }


def _limit(kind: str) -> Any:
    """A batch as a whole may hold more tokens than any call."""
    return values.whole if kind == "batch_aggregate" else values.count


def _money(data: dict[str, Any], meta: dict[str, Any], cells: Cells, kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """Cost before the proxy's own discount or margin. A proxy that knows no price writes 0: that is not a cost."""
    breakdown = values.mapping(first(data, "cost_breakdown") or meta.get("cost_breakdown"))
    cost = cells.read("cost_usd", values.money, breakdown.get("original_cost"), first(data, "spend", "response_cost"))
    free = row["status"] == "ok" and not row["cache_hit"] and cost == Decimal(0) and kind == "attempt"
    usage = values.mapping(meta.get("usage_object"))
    tier = values.text(first(usage, "service_tier")) or values.text(
        values.mapping(data.get("model_parameters")).get("service_tier")
    )
    discounted = kind == "batch_aggregate" or tier == "batch"
    return {
        "cost_usd": None if free else cost,
        "cost_basis": "none" if free or cost is None else "reported",
        "cost_is_batch_discounted": True if discounted and cost is not None else None,
        "service_tier_raw": "batch" if discounted else tier,
    }


def _who(data: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    session = values.text(first(data, "session_id", "trace_id"))
    caller = values.pairs(meta.get("spend_logs_metadata")) | values.pairs(meta.get("requester_metadata"))
    return {
        "end_user_id": values.text(data.get("end_user")) or values.text(meta.get("user_api_key_end_user_id")),
        "session_id": session,
        "session_id_trusted": False if session else None,
        "retry_group": session,
        "attempt_no": None,
        "api_key_id": values.text(first(data, "api_key")) or values.text(meta.get("user_api_key_hash")),
        "api_key_alias": values.text(meta.get("user_api_key_alias")),
        "team": values.text(meta.get("user_api_key_team_alias")) or values.text(data.get("team_id")),
        "caller_identity": values.text(data.get("user")) or values.text(meta.get("user_api_key_user_id")),
        "metadata": sorted(caller.items()),
        "job_name": _named(caller, "job", "job_name", "taskName", "task_name", "task"),
        "workflow_name": _named(caller, "workflow", "workflow_name", "dag_id", "pipeline"),
        "environment": _named(caller, "environment", "env"),
        "service_name": _named(caller, "service", "service_name", "app"),
    }


def _named(caller: dict[str, str], *keys: str) -> str | None:
    return next((caller[key] for key in keys if caller.get(key)), None)
