"""Anthropic console: the CSV of tokens (a row a day or an hour) and the CSV of costs, in their older forms too.

Every row is a sum. Costs are rounded to whole cents, so many are 0.00; models have display names there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket
from whowaits.logs.registry import Documents
from whowaits.logs.usage import additive_tokens

NAME: Final = "anthropic_console"
TOKENS: Final = {"usage_date_utc", "model_version", "usage_output_tokens"}
COSTS: Final = {"usage_date_utc", "cost_usd", "token_type"}
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
_KEPT: Final = ("usage_type", "context_window", "inference_geo", "speed", "cost_type", "token_type", "list_price_usd")
_NAME: Final = re.compile(r"claude ([a-z]+) (\d+)(?:\.(\d+))?")
FAMILY_FIRST: Final = 4
"""From this generation on an id names the family before the version."""


def recognise(head: bytes) -> bool:
    """Whether the columns are those of either CSV."""
    keys = keys_of(head)
    return keys >= TOKENS or keys >= COSTS


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each row of the file."""
    finisher = Finisher(NAME)
    for document in documents():
        yield _row(document, Cells(document, problems), finisher)


def _row(document: Document, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    start, end = _times(data, cells)
    batch = _is_batch(data)
    cost = cells.read("cost_usd", values.money, data.get("cost_usd"))
    kept = {name: shown for name in _KEPT if (shown := values.text(data.get(name)))}
    columns = {
        **bucket(start, end),
        "provider": "anthropic",
        "model_requested": values.text(data.get("model")),
        "model_response": values.text(data.get("model_version")) or model_id(values.text(data.get("model"))),
        "operation": "chat",
        "request_count": None,
        "is_batch": batch,
        "service_tier_raw": "batch" if batch else "fast" if data.get("speed") == "fast" else None,
        "cost_usd": cost,
        "cost_is_batch_discounted": True if batch and cost is not None else None,
        "workspace": values.text(data.get("workspace")),
        "api_key_id": values.text(data.get("api_key_id")),
        "api_key_alias": values.text(data.get("api_key")),
        "metadata": sorted(kept.items()),
        **_tokens(data, cells),
    }
    return finisher.row(document, columns)


def _times(data: Mapping[str, Any], cells: Cells) -> tuple[datetime | None, datetime | None]:
    shown = values.text(data.get("usage_date_utc"))
    start = cells.read("bucket_started_at", values.when, shown)
    if start is None or shown is None:
        return start, None
    return start, start + (HOUR if ":" in shown else DAY)


def _is_batch(data: Mapping[str, Any]) -> bool:
    """No documentation names the word for batches; whatever contains it is taken for it."""
    return any("batch" in str(data.get(name) or "").lower() for name in ("usage_type", "cost_type", "description"))


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    return additive_tokens(
        cells,
        first(data, "usage_input_tokens_no_cache", "usage_input_tokens"),
        data.get("usage_output_tokens"),
        read=data.get("usage_input_tokens_cache_read"),
        write=data.get("usage_input_tokens_cache_write"),
        short=data.get("usage_input_tokens_cache_write_5m"),
        long=data.get("usage_input_tokens_cache_write_1h"),
        limit=values.whole,
    )


def model_id(display: str | None) -> str | None:
    """Return the id of a model by its display name: "Claude Sonnet 4.5" is claude-sonnet-4-5."""
    found = _NAME.fullmatch((display or "").strip().lower())
    if found is None:
        return display
    version = "-".join(part for part in found.groups()[1:] if part)
    named = (found[1], version) if int(found[2]) >= FAMILY_FIRST else (version, found[1])
    return "-".join(("claude", *named))
