"""Langfuse: observations and traces of the export to blob storage, of the export from its pages, and of its API.

Only generations and embeddings are calls; other observations stand above them. The legacy export keeps the user,
the session and the tags of a call in another table, `traces`. So the files are read twice: first what stands above
calls, and which copy of an observation is the newest, then the calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.callers import attached, between
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span, unpacked
from whowaits.logs.registry import Documents
from whowaits.model import Place

NAME: Final = "langfuse"
TOGETHER: Final = True
CALLS: Final = ("GENERATION", "EMBEDDING")
SIGNATURES: Final = (
    {"trace_id", "parent_observation_id", "type"},
    {"traceId", "parentObservationId", "type"},
    {"provided_model_name", "usage_details"},
    {"provided_model_name", "trace_id", "type"},
    {"providedModelName", "usageDetails", "traceId"},
    {"id", "timestamp", "user_id", "session_id", "tags", "release"},
    {"id", "timestamp", "userId", "sessionId", "tags", "release"},
)
STALE: Final = "an older copy of an observation was left out"
_EXPERIMENT: Final = ("dataset_run_id", "dataset_item_id", "experiment_id")
_GONE: Final = re.compile(r"\b(499|cancell?ed|cancellederror|aborterror|aborted|client disconnected)\b", re.IGNORECASE)
_DEEPEST: Final = 64


class Above(NamedTuple):
    """What the calls below an observation, or in a trace, may need to know of it."""

    parent: str
    kind: str
    name: str | None
    facts: dict[str, Any]


class Index(NamedTuple):
    """Traces and observations that are no calls, by id; the newest state of each observation."""

    traces: dict[str, Above]
    observations: dict[str, Above]
    newest: dict[str, str]


def recognise(head: bytes) -> bool:
    """Whether the first record is an observation or a trace."""
    keys = keys_of(head)
    return any(keys >= signature for signature in SIGNATURES)


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each observation in its newest state: a call, or what stands above calls."""
    index, finish = _index(documents), Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data = document.data
        if not _is_observation(data):
            continue
        if _changed(data) < index.newest.get(_id(data), ""):
            problems.add(Place(document.source, document.row), STALE)
            continue
        yield finish.row(document, _columns(data, index, Cells(document, problems)))


def _get(data: Mapping[str, Any], *names: str) -> Any:
    """The value under a name in the spelling of the export to storage or of the API; empty text is nothing."""
    for name in names:
        for spelled in (name, re.sub(r"_([a-z])", lambda found: found[1].upper(), name)):
            if data.get(spelled) not in (None, ""):
                return data[spelled]
    return None


def _text(data: Mapping[str, Any], *names: str) -> str | None:
    return values.text(_get(data, *names))


def _id(data: Mapping[str, Any]) -> str:
    return _text(data, "id") or ""


def _changed(data: Mapping[str, Any]) -> str:
    """When the observation was last changed, in milliseconds, as text that sorts whichever export wrote it."""
    return (_text(data, "updated_at", "created_at") or "").replace("T", " ")[:23]


def _is_observation(data: Mapping[str, Any]) -> bool:
    return _get(data, "type") is not None or _get(data, "trace_id") is not None


def _index(documents: Documents) -> Index:
    index = Index({}, {}, {})
    for document in unpacked(documents(), *LISTS):
        data = document.data
        facts = {name: value for name in ("user_id", "session_id", "tags", "metadata") if (value := _get(data, name))}
        facts |= {name: value for name in _EXPERIMENT if (value := _get(data, name))}
        above = Above(_text(data, "parent_observation_id") or "", _kind(data), _text(data, "name"), facts)
        if not _is_observation(data):
            index.traces[_id(data)] = above
            continue
        index.newest[_id(data)] = max(_changed(data), index.newest.get(_id(data), ""))
        if _kind(data) not in CALLS:
            index.observations[_id(data)] = above
            if not above.parent:
                index.traces.setdefault(_text(data, "trace_id") or "", above)
    return index


def _kind(data: Mapping[str, Any]) -> str:
    return (_text(data, "type") or "").upper()


def _chain(data: Mapping[str, Any], index: Index) -> list[Above]:
    """The observations above this one, nearest first, and its trace."""
    found: list[Above] = []
    key = _text(data, "parent_observation_id") or ""
    while len(found) < _DEEPEST and (above := index.observations.get(key)) is not None:
        found.append(above)
        key = above.parent
    trace = index.traces.get(_text(data, "trace_id") or "")
    return [*found, trace] if trace is not None and trace not in found else found


def _columns(data: Mapping[str, Any], index: Index, cells: Cells) -> dict[str, Any]:
    above = _chain(data, index)
    return (
        {
            "request_id": _id(data) or None,
            "record_kind": "call" if _kind(data) in CALLS else "container",
            "model_requested": _text(data, "provided_model_name", "model"),
            "operation": {"GENERATION": "chat", "EMBEDDING": "embedding"}.get(_kind(data)),
            "status": _status(data),
            "cost_usd": cells.read("cost_usd", values.money, *_costs(data)),
            "service_tier_raw": values.text(values.mapping(_get(data, "model_parameters")).get("service_tier")),
            "trace_id": _text(data, "trace_id"),
            "span_id": _id(data) or None,
            "parent_id": _text(data, "parent_observation_id"),
            "project": _text(data, "project_id"),
            "prompt_name": _text(data, "prompt_name"),
        }
        | _times(data, cells)
        | _tokens(data, cells)
        | _who(data, above)
    )


def _status(data: Mapping[str, Any]) -> str:
    if (_text(data, "level") or "").upper() != "ERROR":
        return "ok"
    return "cancelled" if _GONE.search((_text(data, "status_message") or "")[:200]) else "error"


def _costs(data: Mapping[str, Any]) -> tuple[Any, ...]:
    details = values.mapping(_get(data, "cost_details"))
    return (_get(data, "total_cost", "calculated_total_cost"), details.get("total"))


def _times(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """Moments count more than the stated latency, which some deployments give in seconds and some in milliseconds."""
    start = cells.read("started_at", values.when, _get(data, "start_time"))
    end = cells.read("ended_at", values.when, _get(data, "end_time"))
    shown = cells.read("ttft_ms", values.when, _get(data, "completion_start_time"))
    stated = cells.read("duration_ms", values.number, _get(data, "latency"))
    columns = span(start, end, stated * 1000 if stated is not None and end is None else None)
    ttft = between(start, shown)
    if ttft is None and (given := cells.read("ttft_ms", values.number, _get(data, "time_to_first_token"))) is not None:
        took = columns["duration_ms"]
        ttft = given if took is not None and given * 1000 > took >= given else given * 1000
    return columns | {"ttft_ms": ttft, "streamed": True if ttft is not None else None}


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """Buckets are disjoint and add up to the total. An SDK that sent the provider's own names may have sent its
    sums as well: then input and output alone are the total."""
    buckets = _buckets(data, cells)
    total = buckets.pop("total", buckets.pop("total_tokens", None))
    given = {key: n for key, n in buckets.items() if "input" in key or "prompt" in key or "cache" in key}
    answered = {key: n for key, n in buckets.items() if key not in given and ("output" in key or "completion" in key)}
    read = _sum(given, "cached", "cache_read")
    write = _sum(given, "cache_creation", "cache_write")
    fresh = first(given, "input", "input_tokens", "prompt_tokens")
    made = first(answered, "output", "output_tokens", "completion_tokens")
    inclusive = total is not None and total == (fresh or 0) + (made or 0) != sum(buckets.values())
    whole = fresh if inclusive else _sum(given, "")
    return {
        "input_tokens_total": whole,
        "input_tokens_uncached": None if whole is None else max(whole - (read or 0) - (write or 0), 0),
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "cache_write_1h_tokens": _sum(given, "creation_1h", "write_1h", "ephemeral_1h"),
        "output_tokens_total": made if inclusive else _sum(answered, ""),
        "reasoning_tokens": _sum(answered, "reasoning", "thought"),
        "token_semantics": "unknown" if whole is None else "inclusive" if inclusive else "disjoint",
    }


def _buckets(data: Mapping[str, Any], cells: Cells) -> dict[str, int]:
    details = values.mapping(_get(data, "usage_details")) or values.mapping(data.get("usage"))
    if not details:
        details = {key: _get(data, f"{key}_usage") for key in ("input", "output", "total")}
    read = {key: cells.count("input_tokens_total", value) for key, value in details.items() if key != "unit"}
    return {key: number for key, number in read.items() if number is not None}


def _sum(buckets: Mapping[str, int], *parts: str) -> int | None:
    found = [number for key, number in buckets.items() if any(part in key for part in parts)]
    return sum(found) if found else None


def _who(data: Mapping[str, Any], above: list[Above]) -> dict[str, Any]:
    """What an observation says of itself counts before what its parents and its trace say."""
    layers = [
        *(item.facts for item in reversed(above)),
        {name: _get(data, name) for name in ("metadata", *_EXPERIMENT)},
    ]
    pairs: dict[str, str] = {}
    for layer in layers:
        pairs |= values.pairs(layer.get("metadata"))
        pairs |= {name: shown for name in _EXPERIMENT if (shown := values.text(layer.get(name)))}
    columns = attached(pairs)
    user = _text(data, "user_id") or _inherited(above, "user_id") or columns.get("end_user_id")
    session = _text(data, "session_id") or _inherited(above, "session_id") or columns.get("session_id")
    tags = [_get(data, "tags", "trace_tags"), *(item.facts.get("tags") for item in above)]
    root = _text(data, "name") if not _text(data, "parent_observation_id") else None
    return columns | {
        "end_user_id": user,
        "session_id": session,
        "session_id_trusted": True if session else None,
        "environment": _text(data, "environment") or columns.get("environment"),
        "tags": list(dict.fromkeys(label for item in tags for label in values.labels(item))),
        "workflow_name": _text(data, "trace_name")
        or (above[-1].name if above else root)
        or columns.get("workflow_name"),
        "step_name": _text(data, "name"),
        "trigger": "eval" if any(item.kind == "EVALUATOR" for item in above) else None,
    }


def _inherited(above: list[Above], name: str) -> str | None:
    return next((shown for item in reversed(above) if (shown := values.text(item.facts.get(name)))), None)
