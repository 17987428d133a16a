"""Helicone: requests as the API answers them and as the export tool writes them (JSON, JSON lines, CSV).

One row is one attempt. `prompt_tokens` counts only what no cache gave; the CSV has no columns for caches, so there
the input as a whole is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from whowaits.logs import values
from whowaits.logs.callers import attached, response_id
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, span, unpacked
from whowaits.logs.registry import Documents
from whowaits.logs.usage import additive_tokens

NAME: Final = "helicone"
NO_CACHE: Final = "00000000-0000-0000-0000-000000000000"
MOST_USD: Final = 1000
"""No call costs as much: a larger figure is the column of the database, in billionths."""
_SESSION: Final = "helicone-session-"
_CACHE_COLUMNS: Final = ("prompt_cache_read_tokens", "prompt_cache_write_tokens")


SIGNATURES: Final = (
    {"request_created_at", "response_status"},
    {"request_created_at", "response_created_at", "status", "request_id"},
)
"""Of the API and its exports; of the table in ClickHouse."""


def recognise(head: bytes) -> bool:
    """Whether the first record has the times and the status of a request."""
    keys = keys_of(head)
    return any(keys >= signature for signature in SIGNATURES)


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each attempt."""
    finish = Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data = document.data
        known = response_id(values.mapping(data.get("response_body")).get("id"))
        own = values.text(first(data, "response_id", "request_id"))  # an export as a table has only the first
        key = {"dedupe_key": f"{NAME}:{own}"} if own and not known else {}
        yield finish.row(document, _columns(data, Cells(document, problems)) | key, response_id=known)


def _columns(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    body = values.mapping(data.get("request_body"))
    reference = values.text(data.get("cache_reference_id"))
    code = http_status(cells, first(data, "response_status", "status"))
    return (
        {
            "request_id": values.text(first(data, "request_id", "response_id")),
            "record_kind": "attempt",
            "provider": values.text(data.get("provider")),
            "model_requested": values.text(first(data, "model_override", "request_model", "model")),
            "model_response": values.text(data.get("response_model")),
            "operation": _path(data),
            "status": by_http(code),
            "http_status": code if code is not None and code >= 0 else None,
            "cache_hit": None if reference is None else reference != NO_CACHE,
            "service_tier_raw": values.text(body.get("service_tier")),
            "prompt_name": values.text(data.get("prompt_id")),
            "cost_usd": cells.read(
                "cost_usd",
                _dollars if "response_status" in data else _billionths,
                data.get("cost"),
                data.get("costUSD"),
            ),
        }
        | _times(data, body, cells)
        | _tokens(data, cells)
        | _who(data)
    )


def _path(data: Mapping[str, Any]) -> str | None:
    return next((path for key in ("target_url", "request_path") if (path := _address(data.get(key)).path)), None)


def _address(value: Any) -> Any:
    """The parts of an address; what is none has no parts."""
    try:
        return urlsplit(values.text(value) or "")
    except ValueError:
        return urlsplit("")


def _dollars(value: Any) -> Decimal | None:
    shown = values.text(value)
    amount = Decimal(shown) if shown else None
    return values.money(amount / 10**9 if amount is not None and amount >= MOST_USD else amount)


def _billionths(value: Any) -> Decimal | None:
    """Dollars of the table, where they are whole numbers of billionths."""
    shown = values.text(value)
    return values.money(Decimal(shown) / 10**9 if shown else None)


def _times(data: Mapping[str, Any], body: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("request_created_at"))
    end = cells.read("ended_at", values.when, data.get("response_created_at"))
    took = cells.read("duration_ms", values.milliseconds, data.get("delay_ms"), data.get("latency"))
    shown = cells.read("ttft_ms", values.milliseconds, data.get("time_to_first_token"))
    stated = cells.read("streamed", values.flag, body.get("stream"))
    return span(start, end, took) | {
        "ttft_ms": shown,
        "streamed": True if stated is None and shown is not None else stated,
    }


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    columns = additive_tokens(
        cells,
        data.get("prompt_tokens"),
        data.get("completion_tokens"),
        read=data.get("prompt_cache_read_tokens"),
        write=data.get("prompt_cache_write_tokens"),
        short=data.get("prompt_cache_write_5m"),
        long=data.get("prompt_cache_write_1h"),
    )
    if not any(name in data for name in _CACHE_COLUMNS):
        columns["input_tokens_total"] = None
    failed = by_http(http_status(cells, first(data, "response_status", "status"))) != "ok"
    if failed and not columns["input_tokens_uncached"] and not columns["output_tokens_total"]:
        return dict.fromkeys(columns) | {"token_semantics": "unknown"}
    return columns


def _who(data: Mapping[str, Any]) -> dict[str, Any]:
    given = values.pairs(first(data, "properties", "request_properties"))
    session = {key.lower().removeprefix(_SESSION): v for key, v in given.items() if key.lower().startswith(_SESSION)}
    pairs = {key: value for key, value in given.items() if not key.lower().startswith(_SESSION)}
    pairs |= {f"session_{name}": session[name] for name in ("name", "path") if name in session}
    referrer = _address(data.get("request_referrer")).hostname
    seen = {"country_code": values.text(data.get("country_code")), "referrer_host": referrer}
    columns = attached(pairs | {name: shown for name, shown in seen.items() if shown})
    talk = session.get("id") or columns.get("session_id")
    return columns | {
        "end_user_id": values.text(first(data, "request_user_id", "user_id")) or columns.get("end_user_id"),
        "session_id": talk,
        "session_id_trusted": True if talk else None,
        "workflow_name": columns.get("workflow_name") or session.get("name"),
        "step_name": session.get("path"),
    }
