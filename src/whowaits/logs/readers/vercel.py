"""Vercel AI Gateway: a generation as its API answers, and rows of its report.

Fields are named as OpenRouter's, but `latency` is the time to the first token in both and the id tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket, span, unpacked
from whowaits.logs.registry import Documents
from whowaits.logs.usage import inclusive_tokens

NAME: Final = "vercel"
ANSWER: Final = {"id", "native_tokens_prompt", "total_cost", "created_at"}
SUM: Final = {"total_cost", "request_count"}
GROUPED_BY: Final = {"day", "hour", "user", "model", "tag", "provider", "credential_type"}
OWN: Final = "gen_"
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


def recognise(head: bytes) -> bool:
    """Whether the file holds generations with an id of this gateway, or its report."""
    record = opening(head)
    listed = next((record[key] for key in ("data", "results") if isinstance(record.get(key), list | dict)), record)
    items = listed if isinstance(listed, list) else [listed]
    return any(isinstance(item, dict) and (_is_generation(item) or _is_sum(item)) for item in items[:1])


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each generation, or for each row of the report."""
    finisher = Finisher(NAME)
    for document in unpacked(documents(), "data", "results"):
        data = found if isinstance(found := document.data.get("data"), dict) else document.data
        cells = Cells(document, problems)
        if _is_generation(data):
            columns = _generation(data, cells)
            yield finisher.row(document, columns, response_id=columns["request_id"])
        elif _is_sum(data):
            yield finisher.row(document, _reported(data, cells))


def _is_generation(data: Mapping[str, Any]) -> bool:
    return data.keys() >= ANSWER and str(data["id"]).startswith(OWN)


def _is_sum(data: Mapping[str, Any]) -> bool:
    """A row of the report: money, requests, and what it is grouped by, which may be nothing but the day."""
    return data.keys() >= SUM and bool(data.keys() & GROUPED_BY) and "id" not in data


def _generation(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("created_at"))
    took = cells.read("duration_ms", values.milliseconds, data.get("generation_time"))
    streamed = cells.read("streamed", values.flag, data.get("streamed"))
    shown = cells.read("ttft_ms", values.milliseconds, data.get("latency"))
    return {
        "request_id": values.text(data.get("id")),
        "provider": "vercel_gateway",
        "model_requested": values.text(data.get("model")),
        "operation": "chat",
        "status": "error" if data.get("finish_reason") == "error" else "ok",
        "streamed": streamed,
        "ttft_ms": shown if streamed else None,
        "cost_usd": _cost(data, cells),
        **span(start, None, took),
        **inclusive_tokens(
            cells,
            data.get("native_tokens_prompt"),
            data.get("native_tokens_completion"),
            read=data.get("native_tokens_cached"),
            write=data.get("native_tokens_cache_creation"),
            reasoning=data.get("native_tokens_reasoning"),
        ),
    }


def _cost(data: Mapping[str, Any], cells: Cells) -> Decimal | None:
    """With a key of one's own the gateway's cost is 0; what the provider took stands beside it, if anywhere."""
    cost = cells.read("cost_usd", values.money, data.get("total_cost"))
    if not cells.read("cost_usd", values.flag, data.get("is_byok")):
        return cost
    upstream = cells.read("cost_usd", values.money, data.get("upstream_inference_cost"))
    return (cost or Decimal(0)) + upstream if upstream else None


def _reported(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("bucket_started_at", values.when, first(data, "hour", "day", "date"))
    length = HOUR if data.get("hour") else DAY
    labels = values.pairs({name: data.get(name) for name in ("tag", "credential_type", "provider")})
    return {
        **bucket(start, start + length if start else None),
        "end_user_id": values.text(data.get("user")),
        "provider": "vercel_gateway",
        "model_requested": values.text(data.get("model")),
        "request_count": cells.read("request_count", values.whole, data.get("request_count")),
        "cost_usd": cells.read("cost_usd", values.money, data.get("total_cost")),
        "metadata": sorted(labels.items()),
        **inclusive_tokens(
            cells,
            data.get("input_tokens"),
            data.get("output_tokens"),
            read=data.get("cached_input_tokens"),
            write=data.get("cache_creation_input_tokens"),
            reasoning=data.get("reasoning_tokens"),
            limit=values.whole,
        ),
    }
