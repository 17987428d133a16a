"""OpenAI's own figures: the organization's usage and costs (answers of the API) and the dashboard's CSV.

Every record is the sum of a span of time. A dimension that was not grouped by is null, and so is what it would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document, keys_of
from whowaits.logs.openings import opening
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket, unpacked
from whowaits.logs.registry import Documents
from whowaits.logs.usage import inclusive_tokens

NAME: Final = "openai_usage"
USAGE: Final = "organization.usage."
COSTS: Final = "organization.costs."
DASHBOARD: Final = {"start_time", "end_time", "start_time_iso", "num_model_requests"}
KINDS: Final = {
    "completions": None,
    "embeddings": "embedding",
    "moderations": "moderation",
    "images": "image",
    "audio_speeches": "audio",
    "audio_transcriptions": "audio",
}
"""Part of a result's type -> kind of call; `completions` covers chat and responses alike."""


def recognise(head: bytes) -> bool:
    """Whether the file holds buckets of the usage or costs API, or rows of the dashboard."""
    if keys_of(head) >= DASHBOARD:
        return True
    return any(_is_result(result) for item in _buckets(opening(head)) for result in _results(item))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each result of each bucket that is not empty."""
    finisher = Finisher(NAME)
    for document in unpacked(documents(), "data"):
        data = document.data
        results = _results(data) if "results" in data else [data]
        for result in results:
            if _counts(result):
                yield _row(Document(document.source, document.row, {**result, **_time(data)}), problems, finisher)


def _buckets(page: Mapping[str, Any]) -> list[Any]:
    listed = page.get("data")
    return listed if isinstance(listed, list) else [page]


def _results(item: Any) -> list[dict[str, Any]]:
    listed = values.mapping(item).get("results")
    return [result for result in listed if isinstance(result, dict)] if isinstance(listed, list) else []


def _is_result(result: Mapping[str, Any]) -> bool:
    return str(result.get("object", "")).startswith((USAGE, COSTS))


def _counts(result: Mapping[str, Any]) -> bool:
    """Whether a row says anything: the dashboard writes one for every minute, empty or not."""
    return any(result.get(name) not in (None, "") for name in ("num_model_requests", "input_tokens", "amount", "cost"))


def _time(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in ("start_time", "end_time")}


def _row(document: Document, problems: Problems, finisher: Finisher) -> dict[str, Any]:
    data, cells = document.data, Cells(document, problems)
    start = cells.read("bucket_started_at", values.when, data.get("start_time"))
    end = cells.read("bucket_ended_at", values.when, data.get("end_time"))
    batch = cells.read("is_batch", values.flag, data.get("batch"))
    item = values.text(data.get("line_item"))
    columns = {
        **bucket(start, end),
        "provider": "openai",
        "model_response": values.text(data.get("model")),
        "operation": _operation(values.text(data.get("object")) or ""),
        "request_count": cells.read("request_count", values.whole, data.get("num_model_requests")),
        "is_batch": batch,
        "service_tier_raw": "batch" if batch else values.text(data.get("service_tier")),
        "cost_usd": cells.read("cost_usd", _dollars, data.get("amount")),
        "project": values.text(first(data, "project_id")),
        "api_key_id": values.text(data.get("api_key_id")),
        "caller_identity": values.text(data.get("user_id")),
        "metadata": [("line_item", item)] if item else [],
        **_tokens(data, cells),
    }
    columns["cost_is_batch_discounted"] = True if batch and columns["cost_usd"] is not None else None
    return finisher.row(document, columns)


def _operation(name: str) -> str | None:
    return next((kind for part, kind in KINDS.items() if name.startswith(f"{USAGE}{part}")), None)


def _dollars(amount: Any) -> Any:
    """Costs in another currency are left empty: nothing here converts."""
    fields = values.mapping(amount)
    if str(fields.get("currency", "usd")).lower() != "usd":
        raise ValueError("not US dollars")
    return values.money(fields.get("value"))


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    return inclusive_tokens(
        cells,
        data.get("input_tokens"),
        data.get("output_tokens"),
        read=data.get("input_cached_tokens"),
        write=data.get("input_cache_write_tokens"),
        limit=values.whole,
    )
