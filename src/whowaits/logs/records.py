"""What the readers of nested formats share: records inside answers of APIs, and the columns every row has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document

_PLACE: Final = ("source_file", "source_row", "call_id", "raw_ref")


def unpacked(documents: Iterable[Document], *keys: str) -> Iterator[Document]:
    """Yield the records that an answer of an API lists under one of `keys`; any other document as it is."""
    for document in documents:
        listed = next((document.data[key] for key in keys if isinstance(document.data.get(key), list)), None)
        if listed is None:
            yield document
            continue
        for number, item in enumerate(listed, start=1):
            if isinstance(item, dict):
                row = number if document.row == 1 else document.row
                yield Document(document.source, row, item)


class Twins:
    """Gives records without an id a key: the same one in a copy of the file, another for each twin in one file."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], int] = {}

    def key(self, source_file: str, row: Mapping[str, Any]) -> str:
        said = repr(sorted((name, value) for name, value in row.items() if name not in _PLACE and value is not None))
        digest = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
        twin = self._seen.get((source_file, digest), 0)
        self._seen[source_file, digest] = twin + 1
        return f"{digest}:{twin}"


class Finisher:
    """Adds to rows of one format where they come from and what they are told apart by."""

    def __init__(self, name: str) -> None:
        self._name, self._twins = name, Twins()

    def row(self, document: Document, columns: dict[str, Any], *, response_id: str | None = None) -> dict[str, Any]:
        """Return the row with its ids. `response_id` is the provider's own: it is the same in every other log."""
        own = columns.get("request_id")
        row: dict[str, Any] = {
            "source": self._name,
            "source_file": document.source,
            "source_row": document.row,
            "record_kind": "call",
            "request_count": 1,
            "cost_basis": "none" if columns.get("cost_usd") is None else "reported",
            **columns,
        }
        row["call_id"] = response_id or f"{self._name}:{own or f'{document.source}:{document.row}'}"
        if "dedupe_key" not in row:
            named = response_id or (f"{self._name}:{own}" if own else None)
            row["dedupe_key"] = named or f"{self._name}:{self._twins.key(document.source, row)}"
        return row


def span(start: datetime | None, end: datetime | None, duration_ms: float | None = None) -> dict[str, Any]:
    """Return the columns of time: what is not stated follows from the duration where that is."""
    if start is not None and end is not None:
        quality, took = "both", (end - start) / timedelta(milliseconds=1)
        duration_ms = duration_ms if duration_ms is not None else took if took >= 0 else None
    else:
        quality = "start" if start else "end" if end else ""
        if duration_ms is not None:
            lasted = timedelta(milliseconds=duration_ms)
            start, end = (start or (end - lasted if end else None)), (end or (start + lasted if start else None))
    return {"started_at": start, "ended_at": end, "duration_ms": duration_ms, "time_quality": quality or None}


def bucket(start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """Return the columns of the time that a sum of calls covers."""
    return {
        "record_kind": "bucket",
        "started_at": start,
        "ended_at": end,
        "time_quality": "bucket",
        "bucket_started_at": start,
        "bucket_ended_at": end,
        "status": "ok",
    }


def by_http(code: int | None) -> str | None:
    """Return the status that an HTTP status code stands for."""
    if code is None:
        return None
    if code in (499, 460):
        return "cancelled"
    return "ok" if 200 <= code < 400 else "error"


def http_status(cells: Cells, *candidates: Any) -> int | None:
    return cells.read("http_status", values.whole, *candidates)


def metadata(*objects: Any) -> dict[str, str]:
    """Return the caller's own short fields of these objects together."""
    found: dict[str, str] = {}
    for item in objects:
        found |= values.pairs(item)
    return found


USERS: Final = ("_user", "user", "user_id", "userId", "end_user", "customer_id")


def without_user(fields: Mapping[str, str]) -> tuple[str | None, dict[str, str]]:
    """Return the end user that the caller's fields name, and the fields without any: a user id is no label."""
    user = next((fields[key] for key in USERS if fields.get(key)), None)
    return user, {key: value for key, value in fields.items() if key not in USERS}


def named(fields: Mapping[str, str]) -> dict[str, str | None]:
    """Return the columns that a caller's own fields fill by their names."""

    def first(*keys: str) -> str | None:
        return next((fields[key] for key in keys if fields.get(key)), None)

    return {
        "service_name": first("service", "service_name", "app", "application"),
        "environment": first("environment", "_environment", "env"),
        "prompt_name": first("prompt_name", "prompt_id", "feature"),
    }
