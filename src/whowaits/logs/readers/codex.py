"""Codex CLI: rollout files. Each count of tokens belongs to the answer before it.

Totals in it are cumulative: the last usage is the call's. A count that is written again without any growth of the
total is no call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.cells import Cells
from whowaits.logs.documents import Document
from whowaits.logs.openings import openings
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, span
from whowaits.logs.registry import Documents
from whowaits.logs.usage import inclusive_tokens

NAME: Final = "codex"
TYPES: Final = ("session_meta", "turn_context", "event_msg", "response_item")
HEADLESS: Final = "exec"


@dataclass(slots=True)
class _Session:
    """What the lines of one file said so far."""

    file: str
    id: str | None = None
    model: str | None = None
    provider: str | None = None
    marks: dict[str, str] = field(default_factory=dict)
    total: Mapping[str, Any] | None = None
    counted: int = 0


def recognise(head: bytes) -> bool:
    """Whether the first lines are items of a rollout."""
    first = openings(head)[:3]
    return any(
        item.get("type") in TYPES and isinstance(item.get("payload"), dict) and "timestamp" in item for item in first
    )


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each count of tokens that is new."""
    finisher = Finisher(NAME)
    session = _Session("")
    for document in documents():
        if document.source != session.file:
            session = _Session(document.source)
        payload = values.mapping(document.data.get("payload"))
        kind = document.data.get("type")
        if kind == "session_meta":
            _begin(session, payload)
        elif kind == "turn_context":
            session.model = values.text(payload.get("model")) or session.model
        elif kind == "event_msg" and payload.get("type") == "token_count":
            info = values.mapping(payload.get("info"))
            if (usage := _new(session, info)) is not None:
                yield _row(document, session, usage, Cells(document, problems), finisher)


def _begin(session: _Session, payload: Mapping[str, Any]) -> None:
    session.id = values.text(payload.get("id"))
    session.provider = values.text(payload.get("model_provider"))
    session.marks = values.pairs({name: payload.get(name) for name in ("originator", "cli_version", "source")})


def _new(session: _Session, info: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The usage of the call that this count is about, None when it counts nothing new."""
    total, last = values.mapping(info.get("total_token_usage")), values.mapping(info.get("last_token_usage"))
    if not last or (total and total == session.total):
        return None
    session.total = total or session.total
    session.counted += 1
    return last


def _row(
    document: Document, session: _Session, usage: Mapping[str, Any], cells: Cells, finisher: Finisher
) -> dict[str, Any]:
    columns = {
        "provider": session.provider or "openai",
        "model_requested": session.model,
        "operation": "responses",
        "status": "ok",
        "session_id": session.id,
        "session_id_trusted": True if session.id else None,
        "service_name": NAME,
        "trigger": _trigger(session.marks.get("originator")),
        "metadata": sorted(session.marks.items()),
        **span(None, cells.read("ended_at", values.when, document.data.get("timestamp"))),
        **inclusive_tokens(
            cells,
            usage.get("input_tokens"),
            usage.get("output_tokens"),
            read=usage.get("cached_input_tokens"),
            reasoning=usage.get("reasoning_output_tokens"),
        ),
    }
    if session.id is not None:
        columns["dedupe_key"] = f"{NAME}:{session.id}:{session.counted}"
    return finisher.row(document, columns)


def _trigger(originator: str | None) -> str | None:
    return None if originator is None else "sdk" if HEADLESS in originator else "cli"
