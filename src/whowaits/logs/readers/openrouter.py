"""OpenRouter: a generation as its API answers, and the CSVs of activity, one row a generation or a day and model.

The `native` counts are the billed ones. With a key of one's own the cost is a fee only; what the provider took on top
is added where it is stated, and otherwise the cost is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import keys_of
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import inclusive_tokens

NAME: Final = "openrouter"
GENERATIONS: Final = {"generation_id", "created_at", "cost_total"}
DAYS: Final = {"Date", "Slug", "Usage", "Requests"}
ANSWER: Final = {"id", "native_tokens_prompt", "total_cost", "created_at"}
VERCEL: Final = "gen_"
"""How generations of another gateway with the same fields begin."""
DAY: Final = timedelta(days=1)
_KEPT: Final = ("variant", "origin", "http_referer")


def recognise(head: bytes) -> bool:
    """Whether the file holds generations, or rows of either CSV."""
    keys = keys_of(head)
    return keys >= GENERATIONS or keys >= DAYS or _is_generation(_inner(opening(head)))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each generation, or for each day and model."""
    finisher = Finisher(NAME)
    for document in documents():
        data = _inner(document.data)
        cells = Cells(document, problems)
        if data.keys() >= DAYS:
            yield finisher.row(document, _day(data, cells))
        elif data.keys() >= GENERATIONS or _is_generation(data):
            columns = _generation(data, cells)
            yield finisher.row(document, columns, response_id=columns["request_id"])


def _inner(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return found if isinstance(found := data.get("data"), dict) else data


def _is_generation(data: Mapping[str, Any]) -> bool:
    return data.keys() >= ANSWER and not str(data["id"]).startswith(VERCEL)


def _generation(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("created_at"))
    took = cells.read("duration_ms", values.milliseconds, first(data, "generation_time", "generation_time_ms"))
    streamed = cells.read("streamed", values.flag, data.get("streamed"))
    session = values.text(data.get("session_id"))
    app = values.text(data.get("app_name"))
    return {
        "request_id": values.text(first(data, "id", "generation_id")),
        "provider": "openrouter",
        "model_requested": values.text(first(data, "model", "model_permaslug")),
        "operation": values.text(data.get("api_type")) or "chat",
        "service_tier_raw": values.text(data.get("service_tier")),
        "status": "cancelled" if cells.read("status", values.flag, data.get("cancelled")) else _outcome(data),
        "streamed": streamed,
        "ttft_ms": _first_token(data, cells) if streamed else None,
        "cost_usd": _cost(data, cells),
        "cache_hit": True if values.text(data.get("response_cache_source_id")) else None,
        "end_user_id": values.text(first(data, "external_user", "user")),
        "session_id": session,
        "session_id_trusted": True if session else None,
        "api_key_alias": values.text(data.get("api_key_name")),
        "service_name": app,
        "workspace": values.text(data.get("workspace_id")),
        "user_agent": values.text(data.get("user_agent")),
        "metadata": sorted(values.pairs({name: data.get(name) for name in _KEPT}).items()),
        **span(start, None, took),
        **_tokens(data, cells),
    }


def _outcome(data: Mapping[str, Any]) -> str:
    reason = first(data, "finish_reason_normalized", "finish_reason")
    return "error" if reason == "error" else "ok"


def _first_token(data: Mapping[str, Any], cells: Cells) -> float | None:
    return cells.read("ttft_ms", values.milliseconds, first(data, "latency", "time_to_first_token_ms"))


def _cost(data: Mapping[str, Any], cells: Cells) -> Decimal | None:
    cost = cells.read("cost_usd", values.money, first(data, "total_cost", "cost_total"))
    taken = first(data, "upstream_inference_cost", "byok_usage_inference")
    upstream = cells.read("cost_usd", values.money, taken)
    own_key = cells.read("cost_usd", values.flag, data.get("is_byok"))
    if own_key is None:  # the CSV has no such flag, and an amount only where there is something to pay elsewhere
        own_key = bool(upstream)
    if not own_key or cost is None:
        return cost
    return cost + upstream if upstream else None


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    return inclusive_tokens(
        cells,
        first(data, "native_tokens_prompt", "tokens_prompt"),
        first(data, "native_tokens_completion", "tokens_completion"),
        read=first(data, "native_tokens_cached", "tokens_cached"),
        reasoning=first(data, "native_tokens_reasoning", "tokens_reasoning"),
    )


def _day(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("bucket_started_at", values.when, data.get("Date"))
    own = cells.read("cost_usd", values.money, data.get("BYOK Usage")) or 0
    cost = cells.read("cost_usd", values.money, data.get("Usage"))
    found = inclusive_tokens(
        cells,
        data.get("Prompt Tokens"),
        data.get("Completion Tokens"),
        reasoning=data.get("Reasoning Tokens"),
        limit=values.whole,
    )
    return {
        **bucket(start, start + DAY if start else None),
        "provider": "openrouter",
        "model_requested": values.text(data.get("Slug")),
        "request_count": cells.read("request_count", values.whole, data.get("Requests")),
        "cost_usd": None if cost is None else cost + own,
        **found,
        "input_tokens_uncached": None,
    }
