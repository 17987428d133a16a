"""Snowflake Cortex: the usage views of ACCOUNT_USAGE.

The views of SQL functions have a row for each hour of a query: sums, never counted as calls. The views of the REST
API and of the AI Gateway have one row for each request; where one request went to several models, each is a call. All
are paid in credits, which are no dollars, so no cost is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, bucket, span, unpacked
from whowaits.logs.registry import Documents

NAME: Final = "snowflake"
SIGNATURES: Final = (
    {"FUNCTION_NAME", "METRICS", "CREDITS"},
    {"FUNCTION_NAME", "MODEL_NAME", "TOKENS", "TOKEN_CREDITS"},
    {"REQUEST_ID", "MODEL_NAME", "TOKENS", "START_TIME"},
    {"REQUEST_ID", "GATEWAY_NAME", "OPERATION_DETAILS", "CREDITS"},
)
HOUR: Final = timedelta(hours=1)
_OPERATIONS: Final = (("EMBED", "embedding"), ("COMPLETE", "chat"))


def recognise(head: bytes) -> bool:
    """Whether the first record is of one of these views."""
    keys = {key.upper() for key in keys_of(head)}
    return any(keys >= view for view in SIGNATURES) and any(key.isupper() for key in keys_of(head))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield a bucket for each hour of a query, a call for each request of the REST API."""
    finish = Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data, cells = {key.upper(): value for key, value in document.data.items()}, Cells(document, problems)
        if "OPERATION_DETAILS" in data:
            yield from (finish.row(document, columns) for columns in _through_gateway(data, cells))
        else:
            yield finish.row(document, _columns(data, cells))


def _through_gateway(data: Mapping[str, Any], cells: Cells) -> Iterator[dict[str, Any]]:
    """One call for each model that a request went to; what is no inference says no model."""
    details = values.mapping(values.decoded(data.get("OPERATION_DETAILS")))
    paid = values.mapping(values.decoded(data.get("CREDITS_GRANULAR")))
    models = {name: counts for name, counts in details.items() if isinstance(counts, Mapping)}
    inference = (values.text(data.get("SERVICE_TYPE")) or "").upper() in ("", "AI_INFERENCE")
    start = cells.read("started_at", _moment, first(data, "START_TIME", "USAGE_TIME"))
    request = values.text(data.get("REQUEST_ID"))
    for number, (model, counts) in enumerate(sorted(models.items()) if inference else [(None, {})]):
        credit = values.text(paid.get(model) if model else None) or values.text(data.get("CREDITS"))
        yield {
            "provider": NAME,
            "request_id": request,
            "dedupe_key": f"{NAME}:{request}" + (f":{model}" if number else "") if request else None,
            "model_requested": model,
            "operation": "chat" if inference else values.text(data.get("SERVICE_TYPE")),
            "project": values.text(data.get("GATEWAY_NAME")),
            "caller_identity": values.text(data.get("USER_ID")),
            "metadata": [("credits", credit)] if credit else [],
            **span(start, cells.read("ended_at", _moment, data.get("END_TIME"))),
            **_named_tokens({"TOKENS_GRANULAR": counts}, cells),
        }


def _columns(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    function = (values.text(data.get("FUNCTION_NAME")) or "").upper()
    start = cells.read("started_at", _moment, first(data, "START_TIME", "USAGE_TIME"))
    end = cells.read("ended_at", _moment, data.get("END_TIME"))
    if start is not None and "USAGE_TIME" in data and end is None:
        end = start + HOUR  # the hour in which the query was billed
    named = {
        "provider": NAME,
        "model_requested": values.text(data.get("MODEL_NAME")),
        "operation": next((kind for part, kind in _OPERATIONS if part in function), function or None),
        "api_key_alias": ",".join(values.labels(data.get("ROLE_NAMES"))) or None,
        "caller_identity": values.text(data.get("USER_ID")),
        "workspace": values.text(data.get("WAREHOUSE_ID")),
        "region": values.text(data.get("INFERENCE_REGION")),
        **_tag(data),
        **_named_tokens(data, cells),
    }
    request = values.text(data.get("REQUEST_ID"))
    if request and not function:
        return named | span(start, end) | {"request_id": request, "operation": "chat"}
    query = values.text(data.get("QUERY_ID"))
    key = (query, start, function, named["model_requested"])
    same = {"dedupe_key": f"{NAME}:" + ":".join(str(part) for part in key)} if query else {}
    return named | bucket(start, end) | {"request_id": query, "request_count": None} | same


def _moment(value: Any) -> datetime | None:
    """Snowflake writes its offset from UTC behind a space."""
    return values.when(re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", value) if isinstance(value, str) else value)


def _tag(data: Mapping[str, Any]) -> dict[str, Any]:
    """The tag of a query is free text, often JSON. Credits are kept beside it, as what they are."""
    tag = data.get("QUERY_TAG")
    fields = values.pairs(tag)
    shown = values.text(tag)
    credits_ = values.text(first(data, "CREDITS", "TOKEN_CREDITS"))
    plain = [shown] if shown and not fields and len(shown) <= values.LONGEST_TAG else []
    return {"tags": plain, "metadata": sorted({**fields, **({"credits": credits_} if credits_ else {})}.items())}


def _named_tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """Counts by kind. A view with one count for both directions says neither."""
    counts = _counts(data, cells)
    given, made, read = (_of(counts, *names) for names in (("input", "prompt"), ("output", "completion"), ("cache",)))
    return {
        "input_tokens_total": given,
        "cache_read_tokens": read,
        "output_tokens_total": made,
        "token_semantics": "unknown",
    }


def _counts(data: Mapping[str, Any], cells: Cells) -> dict[str, int]:
    listed = values.decoded(data.get("METRICS"))
    found: list[tuple[str, Any]] = []
    for item in listed if isinstance(listed, list) else []:
        key = values.mapping(values.mapping(item).get("key"))
        if values.text(key.get("unit")) == "tokens":
            found.append((values.text(key.get("metric")) or "", values.mapping(item).get("value")))
    found += values.mapping(data.get("TOKENS_GRANULAR")).items()
    read = ((name, cells.read("input_tokens_total", values.whole, value)) for name, value in found)
    return {name.lower(): number for name, number in read if number is not None and number >= 0}


def _of(counts: Mapping[str, int], *parts: str) -> int | None:
    """The count that a name says most plainly: cache_read_input is a part, not the input."""
    whole = [n for name, n in counts.items() if any(part in name for part in parts) and "cache" not in name]
    found = whole or [n for name, n in counts.items() if parts == ("cache",) and "cache_read" in name]
    return sum(found) if found else None
