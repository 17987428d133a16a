"""Amazon Bedrock: the model invocation log (files in S3, events of CloudWatch), and what batch jobs leave behind.

One record of the log is one attempt; it carries one time, and how long the call took only where a Converse answer
says so. Input counts stand beside what caches gave and took. A batch job writes one line for each record, and a
manifest with the sums of all of them, which is an aggregate and never added to the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from whowaits.logs import values, whole_batches
from whowaits.logs.callers import attached
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document, keys_of
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import additive_tokens, inclusive_tokens
from whowaits.model import Place

NAME: Final = "bedrock"
NEEDED: Final = ("input", "output", "message", "@message")
EVENTS: Final = ("message", "@message")
"""Fields in which CloudWatch wraps a record."""
MANIFEST: Final = {"totalRecordCount", "processedRecordCount", "successRecordCount"}
_WRAPPED: Final = re.compile(rb'\\*"+schemaType\\*"+\s*:\s*\\*"+ModelInvocationLog')
_ROLE: Final = re.compile(r"(arn:[\w-]*:sts::\d*:assumed-role/([^/]+))/(.+)")
_JOB: Final = re.compile(r"[a-z0-9]{12}")
_USER: Final = re.compile(r"arn:[\w-]*:iam::\d*:(?:user|role)/(?:.*/)?([^/]+)")


def recognise(head: bytes) -> bool:
    """Whether the first record is one of the invocation log, of the output of a batch job, or its manifest."""
    keys = keys_of(head)
    if keys >= {"schemaType", "modelId"} or keys >= MANIFEST or keys >= {"recordId", "modelInput"}:
        return True
    return bool(keys.intersection(EVENTS)) and _WRAPPED.search(head) is not None


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one row for each call, each record of a batch job, and each manifest."""
    finish = Finisher(NAME)
    for document in documents():
        data, cells = _unwrapped(document.data), Cells(document, problems)
        if "recordId" in data:
            yield finish.row(document, _item(data, document, cells))
        elif set(data) >= MANIFEST:
            yield finish.row(document, _manifest(data, document, cells))
        elif data.get("schemaType") == "ModelInvocationLog":
            yield finish.row(document, _call(data, cells))
        else:
            problems.add(Place(document.source, document.row), "no record of a model call")


def _unwrapped(data: dict[str, Any]) -> dict[str, Any]:
    inner = next((found for key in EVENTS if (found := values.mapping(data.get(key)))), None)
    return inner or data


def _call(data: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    operation = values.text(data.get("operation")) or ""
    error = values.text(data.get("errorCode"))
    body = values.mapping(values.mapping(data.get("output")).get("outputBodyJson"))
    logged = cells.read("ended_at", values.when, data.get("timestamp"))
    took = cells.read("duration_ms", values.milliseconds, values.mapping(body.get("metrics")).get("latencyMs"))
    model = values.text(data.get("modelId"))
    tier = values.text(values.mapping(body.get("serviceTier")).get("type"))
    return (
        {
            "request_id": values.text(data.get("requestId")),
            "record_kind": "attempt",
            "provider": NAME,
            "model_requested": model,
            "operation": "embedding" if "embed" in (model or "") else operation.partition("With")[0] or None,
            "status": "error" if error else "ok",
            "error_type": error,
            "streamed": "stream" in operation.lower() if operation else None,
            "service_tier_raw": "provisioned" if "provisioned-model/" in (model or "") else tier,
            "region": values.text(first(data, "inferenceRegion", "region")),
            "project": values.text(data.get("accountId")),
        }
        | span(None, logged, took)
        | _tokens(data, body, cells, failed=error is not None)
        | _who(data)
    )


def _tokens(data: Mapping[str, Any], body: Mapping[str, Any], cells: Cells, *, failed: bool) -> dict[str, Any]:
    """Counts of the record, else of the answer. An answer whose total leaves the cache out has it in its input."""
    given, made = values.mapping(data.get("input")), values.mapping(data.get("output"))
    usage = values.mapping(body.get("usage"))
    fresh = first(given, "inputTokenCount") if given.get("inputTokenCount") is not None else usage.get("inputTokens")
    answered = (
        first(made, "outputTokenCount") if made.get("outputTokenCount") is not None else usage.get("outputTokens")
    )
    if failed and not fresh and not answered:
        return {"token_semantics": "unknown"}
    read = first({**usage, **given}, "cacheReadInputTokenCount", "cacheReadInputTokens")
    write = first({**usage, **given}, "cacheWriteInputTokenCount", "cacheWriteInputTokens")
    if (read or write) and usage.get("totalTokens") is not None and _adds_up(usage):
        return inclusive_tokens(cells, fresh, answered, read=read, write=write)
    ages = _ages(usage)
    return additive_tokens(cells, fresh, answered, read=read, write=write, short=ages.get("5m"), long=ages.get("1h"))


def _adds_up(usage: Mapping[str, Any]) -> bool:
    try:
        parts = [values.count(usage.get(key)) or 0 for key in ("inputTokens", "outputTokens")]
        return sum(parts) == values.count(usage.get("totalTokens"))
    except ValueError:
        return False


def _ages(usage: Mapping[str, Any]) -> dict[str, Any]:
    details = values.decoded(usage.get("cacheDetails"))
    found = [values.mapping(item) for item in details] if isinstance(details, list) else []
    return {values.text(item.get("ttl")) or "": item.get("inputTokens") for item in found}


def _who(data: Mapping[str, Any]) -> dict[str, Any]:
    """A role is what a key is elsewhere. The name of its session often is another for every task: a detail."""
    arn = values.text(values.mapping(data.get("identity")).get("arn")) or ""
    role, user = _ROLE.fullmatch(arn), _USER.fullmatch(arn)
    pairs = values.pairs(data.get("requestMetadata")) | ({"role_session": role[3]} if role else {})
    return attached(pairs) | {
        "caller_identity": role[1] if role else arn or None,
        "api_key_alias": role[2] if role else user[1] if user else None,
    }


def _job(document: Document) -> str | None:
    """The id of a job: it names the folder to which the job writes all its files."""
    folder = PurePosixPath(document.source).parent.name
    return folder if _JOB.fullmatch(folder) else None


def _item(data: Mapping[str, Any], document: Document, cells: Cells) -> dict[str, Any]:
    answer = values.mapping(data.get("modelOutput"))
    error = values.mapping(data.get("error"))
    usage = values.mapping(answer.get("usage"))
    record, job = values.text(data.get("recordId")), _job(document)
    tokens = additive_tokens(
        cells,
        first(usage, "input_tokens", "inputTokens", "prompt_tokens"),
        first(usage, "output_tokens", "outputTokens", "completion_tokens"),
        read=first(usage, "cache_read_input_tokens", "cacheReadInputTokens"),
        write=first(usage, "cache_creation_input_tokens", "cacheWriteInputTokens"),
    )
    return tokens | {
        "request_id": record,
        "dedupe_key": f"{NAME}:{values.text(answer.get('id')) or f'{job or document.source}:{record}'}",
        "record_kind": "batch_item",
        "provider": NAME,
        "model_requested": values.text(answer.get("model")),
        "operation": "embedding" if "embedding" in answer else "chat",
        "status": "error" if error else "ok",
        "error_type": values.text(error.get("errorCode")),
        "streamed": False,
        "is_batch": True,
        "service_tier_raw": "batch",
        "batch_id": job,
        "custom_id": record,
    }


def _manifest(data: Mapping[str, Any], document: Document, cells: Cells) -> dict[str, Any]:
    total = cells.read("input_tokens_total", values.whole, data.get("inputTokenCount"))
    return {
        "record_kind": "batch_aggregate",
        "dedupe_key": f"{NAME}:manifest:{document.source}",
        "provider": NAME,
        "status": "ok",
        "is_batch": True,
        "service_tier_raw": "batch",
        "batch_id": _job(document),
        "request_count": cells.read("request_count", values.whole, data.get("totalRecordCount")),
        "metadata": whole_batches.counted(cells.read("request_count", values.whole, data.get("errorRecordCount"))),
        "input_tokens_total": total,
        "input_tokens_uncached": total,
        "output_tokens_total": cells.read("output_tokens_total", values.whole, data.get("outputTokenCount")),
        "token_semantics": "additive",
    }
