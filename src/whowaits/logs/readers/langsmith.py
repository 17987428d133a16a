"""LangSmith: runs as the SDK lists them (JSON) or as the bulk export writes them (Parquet with JSON in its cells).

Runs of models are calls. Every run above them repeats the sum of their tokens and costs, so it is kept as a
container and never counted. What the runs above say (tags, metadata, the example of an evaluation) is said of the
call too, so the files are read twice. `session_id` of a run is its project; a conversation stands in the metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.callers import attached, between, response_id
from whowaits.logs.cells import Cells, first, split_input
from whowaits.logs.documents import LISTS, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span, unpacked
from whowaits.logs.registry import Documents

NAME: Final = "langsmith"
TOGETHER: Final = True
CALLS: Final = ("llm", "embedding")
_EVALUATION: Final = ("reference_example_id", "reference_dataset_id")
_GONE: Final = re.compile(r"\b(499|cancell?ed(error)?|aborted|keyboardinterrupt|clientdisconnect)\b", re.IGNORECASE)
_CLASS: Final = re.compile(r"([A-Z]\w{2,60}(?:Error|Exception|Interrupt))\b")
_DEEPEST: Final = 64


class Run(NamedTuple):
    """What the calls below a run may need to know of it."""

    parent: str
    name: str | None
    tags: tuple[str, ...]
    facts: dict[str, str]


def recognise(head: bytes) -> bool:
    """Whether the first record is a run."""
    keys = keys_of(head)
    return keys >= {"dotted_order", "run_type"} or keys >= {"id", "name", "run_type", "start_time"}


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each run: a call, or a container of calls."""
    runs = {_text(d.data, "id"): _run(d.data) for d in unpacked(documents(), *LISTS) if _kind(d.data) not in CALLS}
    finish = Finisher(NAME)
    for document in unpacked(documents(), *LISTS):
        data = document.data
        known = response_id(*_ids(data)) if _kind(data) in CALLS else None
        yield finish.row(document, _columns(data, runs, Cells(document, problems)), response_id=known)


def _ids(data: Mapping[str, Any]) -> Iterator[Any]:
    """Where a provider's answer, or what LangChain keeps of it, has its id."""
    answer = values.mapping(data.get("outputs"))
    yield answer.get("id")
    yield values.mapping(answer.get("llm_output")).get("id")


def _text(data: Mapping[str, Any], name: str) -> str:
    return values.text(data.get(name)) or ""


def _kind(data: Mapping[str, Any]) -> str:
    return _text(data, "run_type").lower()


def _run(data: Mapping[str, Any]) -> Run:
    name = _text(data, "name") or None
    return Run(_text(data, "parent_run_id"), name, tuple(values.labels(data.get("tags"))), _facts(data))


def _facts(data: Mapping[str, Any]) -> dict[str, str]:
    own = values.pairs(values.mapping(data.get("extra")).get("metadata"))
    said = {key: value for key, value in own.items() if not key.startswith("ls_")}
    return said | {name: _text(data, name) for name in _EVALUATION if _text(data, name)}


def _above(data: Mapping[str, Any], runs: Mapping[str, Run]) -> list[Run]:
    found: list[Run] = []
    key = _text(data, "parent_run_id")
    while len(found) < _DEEPEST and (run := runs.get(key)) is not None:
        found.append(run)
        key = run.parent
    root = runs.get(_text(data, "trace_id"))
    return [*found, root] if root is not None and root not in found and key else found


def _columns(data: Mapping[str, Any], runs: Mapping[str, Run], cells: Cells) -> dict[str, Any]:
    extra = values.mapping(data.get("extra"))
    meta, params = values.mapping(extra.get("metadata")), values.mapping(extra.get("invocation_params"))
    call = _kind(data) in CALLS
    return (
        {
            "request_id": _text(data, "id") or None,
            "record_kind": "call" if call else "container",
            "provider": values.text(meta.get("ls_provider")),
            "model_requested": values.text(first(meta, "ls_model_name")) or values.text(first(params, "model")),
            "operation": "embedding" if _kind(data) == "embedding" else "chat" if call else None,
            "service_tier_raw": values.text(params.get("service_tier")),
            "cost_usd": cells.read("cost_usd", values.money, data.get("total_cost")),
            "trace_id": _text(data, "trace_id") or None,
            "span_id": _text(data, "id") or None,
            "parent_id": _text(data, "parent_run_id") or None,
            "project": _text(data, "session_id") or None,
        }
        | _times(data, params, cells)
        | _outcome(data)
        | _tokens(data, cells)
        | _who(data, _above(data, runs))
    )


def _times(data: Mapping[str, Any], params: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    start = cells.read("started_at", values.when, data.get("start_time"))
    shown = cells.read("ttft_ms", values.when, data.get("first_token_time"))
    streamed = cells.read("streamed", values.flag, params.get("stream"))
    return span(start, cells.read("ended_at", values.when, data.get("end_time"))) | {
        "ttft_ms": between(start, shown),
        "streamed": True if shown is not None else streamed,
    }


def _outcome(data: Mapping[str, Any]) -> dict[str, Any]:
    """The text of an error is somebody's; only the class that it starts with is kept."""
    said, error = _text(data, "status"), _text(data, "error")
    if said == "pending":
        return {"status": "pending"}
    if said != "error" and not error:
        return {"status": "ok"}
    named = _CLASS.match(error)
    gone = _GONE.search(error[:200]) is not None
    return {"status": "cancelled" if gone else "error", "error_type": named[1] if named else None}


def _tokens(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    """The run's own counts include cached tokens, whatever the provider's answer counted."""
    answer = values.mapping(data.get("outputs"))
    usage = values.mapping(answer.get("usage_metadata"))
    prompt = values.mapping(data.get("prompt_token_details")) or values.mapping(usage.get("input_token_details"))
    made = values.mapping(data.get("completion_token_details")) or values.mapping(usage.get("output_token_details"))
    total = cells.count("input_tokens_total", data.get("prompt_tokens"), usage.get("input_tokens"))
    output = cells.count("output_tokens_total", data.get("completion_tokens"), usage.get("output_tokens"))
    if _text(data, "status") == "error" and not total and not output:
        total = output = None
    read = cells.count("cache_read_tokens", prompt.get("cache_read"))
    short = cells.count("cache_write_5m_tokens", prompt.get("ephemeral_5m_input_tokens"))
    long = cells.count("cache_write_1h_tokens", prompt.get("ephemeral_1h_input_tokens"))
    aged = None if short is None and long is None else (short or 0) + (long or 0)
    write = max(filter(None, (cells.count("cache_write_tokens", prompt.get("cache_creation")), aged)), default=aged)
    inclusive, uncached, semantics = split_input(total, read, write)
    return {
        "input_tokens_total": inclusive,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "cache_write_5m_tokens": short,
        "cache_write_1h_tokens": long,
        "output_tokens_total": output,
        "reasoning_tokens": cells.count("reasoning_tokens", made.get("reasoning")),
        "token_semantics": semantics,
        "tokens_estimated": True if total and answer and not _reported(answer) else None,
    }


def _reported(answer: Mapping[str, Any]) -> bool:
    """Whether the provider's answer carries counts; where none does, the counts of the run are estimates."""
    return "usage_metadata" in answer or "usage" in answer or _has_usage(answer.get("llm_output"))


def _has_usage(value: Any) -> bool:
    return any("usage" in key for key in values.mapping(value))


def _who(data: Mapping[str, Any], above: list[Run]) -> dict[str, Any]:
    pairs: dict[str, str] = {}
    for facts in (*(run.facts for run in reversed(above)), _facts(data)):
        pairs |= facts
    columns = attached(pairs)
    tags = (*values.labels(data.get("tags")), *(tag for run in above for tag in run.tags))
    return columns | {
        "workflow_name": columns.get("workflow_name") or _program(data, above),
        "step_name": _text(data, "name") or None,
        "tags": list(dict.fromkeys(tag for tag in tags if not tag.startswith("seq:step:"))),
        "trigger": "eval" if "reference_example_id" in pairs else None,
    }


def _program(data: Mapping[str, Any], above: list[Run]) -> str | None:
    """The name of the outermost run. A call with nothing above it is named after the class of its model."""
    if above:
        return above[-1].name
    return None if _kind(data) in CALLS else _text(data, "name") or None
