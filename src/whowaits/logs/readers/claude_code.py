"""Claude Code: session transcripts. Only what an assistant said with a count of tokens is a call.

One answer is written as several lines, a line a block, each repeating the usage with the output so far: the largest
counts. Resumed and forked sessions copy old lines into new files. What the lines say about who started them are the
agent's own marks; a turn inherits those of the prompt above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document
from whowaits.logs.openings import openings
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import anthropic_tokens

NAME: Final = "claude_code"
TOGETHER: Final = True
SYNTHETIC: Final = "<synthetic>"
MARKS: Final = ("entrypoint", "promptSource", "origin.kind", "turnOrigin", "userType")
DEEPEST: Final = 10_000
"""More lines than this between an answer and its prompt are a loop in the data."""

Key = tuple[str, str]


def recognise(head: bytes) -> bool:
    """Whether the lines are of a transcript; its first ones may be summaries without much in them."""
    return any({"sessionId", "parentUuid", "type"} <= record.keys() for record in openings(head))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each answer, however many lines and files hold it."""
    finisher = Finisher(NAME)
    prompts = _Prompts()
    answers: dict[Key, Document] = {}
    for document in documents():
        prompts.add(document.data)
        if _is_answer(document.data):
            key = _key(document)
            before = answers.get(key)
            if before is None or _said(document) > _said(before):
                answers[key] = _without_words(document)
    for document in answers.values():
        yield _row(document, prompts.marks(document.data), Cells(document, problems), finisher)


class _Prompts:
    """Which line follows which, and the marks of the lines that have any."""

    def __init__(self) -> None:
        self._parents: dict[str, str | None] = {}
        self._marks: dict[str, dict[str, str]] = {}

    def add(self, data: Mapping[str, Any]) -> None:
        own = values.text(data.get("uuid"))
        if own is None:
            return
        self._parents[own] = values.text(data.get("parentUuid"))
        if data.get("type") == "user" and (found := _marks(data)):
            self._marks[own] = found

    def marks(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return the marks of a line and of the nearest prompt above it that says where it came from."""
        key = values.text(data.get("parentUuid"))
        for _ in range(DEEPEST):
            if key is None:
                break
            above = self._marks.get(key, {})
            if above.keys() & {"promptSource", "origin.kind", "turnOrigin"}:
                return {**above, **_marks(data)}
            key = self._parents.get(key)
        return _marks(data)


def _marks(data: Mapping[str, Any]) -> dict[str, str]:
    named = {**data, "origin.kind": values.mapping(data.get("origin")).get("kind")}
    return {name: shown for name in MARKS if (shown := values.text(named.get(name)))}


def _is_answer(data: Mapping[str, Any]) -> bool:
    message = values.mapping(data.get("message"))
    return (
        data.get("type") == "assistant" and isinstance(message.get("usage"), dict) and message.get("model") != SYNTHETIC
    )


def _without_words(document: Document) -> Document:
    """The same line without what was said in it: transcripts are large, counts are not."""
    message = {name: value for name, value in document.data["message"].items() if name != "content"}
    return document._replace(data={**document.data, "message": message})


def _key(document: Document) -> Key:
    data = document.data
    message = values.text(values.mapping(data.get("message")).get("id"))
    request = values.text(data.get("requestId"))
    if message is None and request is None:
        return values.text(data.get("uuid")) or f"{document.source}:{document.row}", ""
    return message or "", request or ""


def _said(document: Document) -> tuple[int, str]:
    """How far an answer had come: by its output, then by when it was written."""
    usage = values.mapping(values.mapping(document.data.get("message")).get("usage"))
    output = usage.get("output_tokens")
    return output if isinstance(output, int) else 0, values.text(document.data.get("timestamp")) or ""


def _row(document: Document, marks: dict[str, str], cells: Cells, finisher: Finisher) -> dict[str, Any]:
    data = document.data
    message = values.mapping(data.get("message"))
    usage = values.mapping(message.get("usage"))
    tier = values.text(usage.get("service_tier"))
    response_id = values.text(message.get("id"))
    failed = data.get("isApiErrorMessage") is True
    labels = {**marks, **values.pairs({name: data.get(name) for name in ("agentId", "isSidechain", "version")})}
    columns = {
        "request_id": values.text(data.get("requestId")) or response_id,
        "provider": "anthropic",
        "model_response": values.text(message.get("model")),
        "operation": "chat",
        "service_tier_raw": "fast" if usage.get("speed") == "fast" and tier in (None, "standard") else tier,
        "is_batch": tier == "batch",
        "status": "error" if failed else "ok",
        "cost_usd": cells.read("cost_usd", values.money, data.get("costUSD")),
        "session_id": values.text(data.get("sessionId")),
        "session_id_trusted": True,
        "span_id": values.text(data.get("uuid")),
        "parent_id": values.text(data.get("parentUuid")),
        "service_name": NAME.replace("_", "-"),
        "trigger": _trigger(marks),
        "metadata": sorted(labels.items()),
        **span(None, cells.read("ended_at", values.when, data.get("timestamp"))),
        **anthropic_tokens(cells, usage),
    }
    return finisher.row(document, columns, response_id=response_id)


def _trigger(marks: Mapping[str, str]) -> str | None:
    entry = marks.get("entrypoint")
    return None if entry is None else "sdk" if entry.startswith("sdk") else "cli"
