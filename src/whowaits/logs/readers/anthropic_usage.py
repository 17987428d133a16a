"""Anthropic's own figures: the usage report and the cost report of the Admin API.

Every record is the sum of a span of time; the report of usage does not say over how many requests. A dimension that
was not grouped by is null, and the default workspace is null as well. Costs are in cents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket, unpacked
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens

NAME: Final = "anthropic_usage"
CENTS: Final = 100
_KEPT: Final = ("context_window", "inference_geo", "cost_type", "token_type", "description", "speed")


def recognise(head: bytes) -> bool:
    """Whether the file holds buckets of the usage or cost report."""
    listed = opening(head).get("data")
    buckets = listed if isinstance(listed, list) else [opening(head)]
    return any("starting_at" in values.mapping(item) and any(map(_is_result, _results(item))) for item in buckets)


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each result of each bucket."""
    finisher = Finisher(NAME)
    for document in unpacked(documents(), "data"):
        for result in _results(document.data):
            times = {name: document.data.get(name) for name in ("starting_at", "ending_at")}
            yield _row(Document(document.source, document.row, {**result, **times}), problems, finisher)


def _results(item: Any) -> list[dict[str, Any]]:
    listed = values.mapping(item).get("results")
    return [result for result in listed if isinstance(result, dict)] if isinstance(listed, list) else []


def _is_result(result: Mapping[str, Any]) -> bool:
    return "uncached_input_tokens" in result or {"amount", "cost_type"} <= result.keys()


def _row(document: Document, problems: Problems, finisher: Finisher) -> dict[str, Any]:
    data, cells = document.data, Cells(document, problems)
    start = cells.read("bucket_started_at", values.when, data.get("starting_at"))
    end = cells.read("bucket_ended_at", values.when, data.get("ending_at"))
    tier = values.text(data.get("service_tier"))
    cost = cells.read("cost_usd", _dollars, _amount(data))
    kept = {name: shown for name in _KEPT if (shown := values.text(data.get(name)))}
    columns = {
        **bucket(start, end),
        "provider": "anthropic",
        "model_response": values.text(data.get("model")),
        "operation": "chat",
        "request_count": None,
        "is_batch": None if tier is None else tier == "batch",
        "service_tier_raw": "fast" if data.get("speed") == "fast" and tier == "standard" else tier,
        "cost_usd": cost,
        "cost_is_batch_discounted": True if tier == "batch" and cost is not None else None,
        "workspace": values.text(data.get("workspace_id")),
        "api_key_id": values.text(data.get("api_key_id")),
        "caller_identity": values.text(data.get("account_id")) or values.text(data.get("service_account_id")),
        "metadata": sorted(kept.items()),
        **anthropic_tokens(cells, data, limit=values.whole),
    }
    return finisher.row(document, columns)


def _amount(data: Mapping[str, Any]) -> Any:
    """A cost in another currency is left empty: nothing here converts."""
    return data.get("amount") if str(data.get("currency", "USD")).upper() == "USD" else None


def _dollars(cents: Any) -> Decimal | None:
    shown = values.text(cents)
    return None if shown is None else values.money(Decimal(shown) / CENTS)
