"""OpenAI: bodies of chat, responses, completions and embeddings calls, as programs log them themselves.

A streamed answer may be logged piece by piece: the pieces are put together by their id. A background response is
logged when it is handed in and again when it is fetched: the two are one call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from whowaits.logs import values
from whowaits.logs.bodies import MILLISECONDS, SECONDS, Exchange, exchange, headers, times, who
from whowaits.logs.cells import Cells, first
from whowaits.logs.documents import Document
from whowaits.logs.openings import openings
from whowaits.logs.problems import Problems
from whowaits.logs.records import Finisher, by_http, http_status, metadata, named
from whowaits.logs.registry import Documents
from whowaits.logs.usage import openai_tokens

NAME: Final = "openai_bodies"
TOGETHER: Final = True
OBJECTS: Final = {
    "chat.completion": "chat",
    "chat.completion.chunk": "chat",
    "text_completion": "completion",
    "response": "responses",
    "list": "embedding",
}
"""What an answer calls itself -> kind of call."""
UNFINISHED: Final = ("queued", "in_progress")
STATUS: Final = {
    "completed": "ok", "incomplete": "ok", "failed": "error", "cancelled": "cancelled", "queued": "pending",
    "in_progress": "pending",
}  # fmt: skip


class Logged(NamedTuple):
    """One record with the bodies it holds."""

    document: Document
    bodies: Exchange


def recognise(head: bytes) -> bool:
    """Whether the records hold answers of OpenAI's API, whole or in pieces."""
    return any(_is_openai(exchange(record)) for record in openings(head))


def rows(documents: Documents, problems: Problems) -> Iterator[dict[str, Any]]:
    """Yield one canonical row for each call."""
    finisher = Finisher(NAME)
    for logged in _calls(documents()):
        yield _row(logged, Cells(logged.document, problems), finisher)


def _is_openai(bodies: Exchange | None) -> bool:
    if bodies is None:
        return False
    answer = _settled(bodies).answer
    if "custom_id" in bodies.wrapper or str(answer.get("object")) not in OBJECTS:
        return _refused(bodies)
    return "usage" in answer or "choices" in answer or "output" in answer


def _refused(bodies: Exchange) -> bool:
    """A call that failed: OpenAI's error object for a request to a path of its API."""
    path = values.text(first(bodies.wrapper, "endpoint", "url", "path")) or ""
    paths = ("/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions")
    return path.endswith(paths) and isinstance(bodies.answer.get("error"), dict) and "model" in bodies.request


def _settled(bodies: Exchange) -> Exchange:
    """Put a list of streamed pieces together."""
    return bodies._replace(answer=_joined(bodies.events)) if bodies.events else bodies


def _joined(pieces: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    """One answer out of its pieces; the usage stands in the last one that has any."""
    found: dict[str, Any] = {}
    for piece in pieces:
        whole = piece.get("response") if isinstance(piece.get("response"), dict) else piece
        found |= {key: value for key, value in (whole or {}).items() if value not in (None, [])}
    return found


def _calls(documents: Iterator[Document]) -> Iterator[Logged]:
    """Yield every call once it is complete, those that never are at the end."""
    pieces: dict[str, Logged] = {}
    waiting: dict[str, Logged] = {}
    fetched: set[str] = set()
    for document in documents:
        bodies = exchange(document.data)
        if not _is_openai(bodies) or bodies is None:
            continue
        logged = Logged(document, _settled(bodies))
        answer = logged.bodies.answer
        own = values.text(answer.get("id"))
        if own is not None and answer.get("object") == "chat.completion.chunk" and not bodies.events:
            pieces[own] = _with_piece(pieces.get(own), logged)
        elif own is not None and answer.get("status") in UNFINISHED:
            waiting.setdefault(own, logged)
        elif own is not None and own in waiting:
            fetched.add(own)
            yield _fetched(waiting.pop(own), logged)
        else:
            if own is not None and answer.get("background"):
                fetched.add(own)
            yield logged
    yield from pieces.values()
    yield from (logged for own, logged in waiting.items() if own not in fetched)


def _with_piece(before: Logged | None, piece: Logged) -> Logged:
    if before is None:
        return piece
    answer = _joined((before.bodies.answer, piece.bodies.answer))
    request = before.bodies.request or piece.bodies.request
    return before._replace(bodies=before.bodies._replace(answer=answer, request=request))


def _fetched(handed_in: Logged, fetched: Logged) -> Logged:
    """What was asked is known from the handing in, what came of it from the fetching."""
    wrapper = {**fetched.bodies.wrapper, **handed_in.bodies.wrapper}
    for name in (*MILLISECONDS, *SECONDS):
        wrapper.pop(name, None)  # how long handing in and fetching took says nothing about the answer
    bodies = fetched.bodies._replace(wrapper=wrapper, request=handed_in.bodies.request or fetched.bodies.request)
    return Logged(handed_in.document, bodies)


def _row(logged: Logged, cells: Cells, finisher: Finisher) -> dict[str, Any]:
    wrapper, request, answer, events = logged.bodies
    sent = headers(wrapper)
    response_id = values.text(answer.get("id"))
    labels = metadata(request.get("metadata"), answer.get("metadata"), wrapper.get("metadata"))
    conversation = answer.get("conversation") or request.get("conversation")
    session = values.text(values.mapping(conversation).get("id")) or values.text(conversation)
    identity = who(wrapper, sent)
    columns = {
        "request_id": response_id or values.text(first(wrapper, "request_id")) or sent.get("x-request-id"),
        "provider": "openai",
        "model_requested": values.text(request.get("model")),
        "model_response": values.text(answer.get("model")),
        "operation": values.text(first(wrapper, "endpoint", "url", "path")) or OBJECTS.get(str(answer.get("object"))),
        "service_tier_raw": _tier(request, answer),
        "is_batch": False,
        "streamed": cells.read("streamed", values.flag, request.get("stream"), _streamed(request, answer, events)),
        "background": cells.read("background", values.flag, answer.get("background"), request.get("background")),
        "end_user_id": values.text(first(request, "safety_identifier", "user"))
        or values.text(first(wrapper, "user_id", "end_user")),
        "attempt_no": cells.read("attempt_no", values.whole, sent.get("x-stainless-retry-count")),
        "ttft_ms": cells.read("ttft_ms", values.milliseconds, first(wrapper, "ttft_ms", "first_token_ms")),
        **times(wrapper, cells, first(answer, "created", "created_at"), answer.get("completed_at")),
        **_usage(answer, cells),
        **_outcome(wrapper, answer, cells),
        **_of_caller(labels),
        **{name: value for name, value in identity.items() if value is not None},
        "metadata": sorted(labels.items()),
    }
    columns["session_id"] = session or identity["session_id"]
    columns["session_id_trusted"] = True if columns["session_id"] else None
    columns["project"] = identity["project"] or sent.get("openai-project")
    return finisher.row(logged.document, columns, response_id=response_id)


def _of_caller(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in named(labels).items() if value is not None}


def _tier(request: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """The tier that was used; `auto` in a request names none."""
    asked = values.text(request.get("service_tier"))
    return values.text(answer.get("service_tier")) or (asked if asked != "auto" else None)


def _streamed(
    request: Mapping[str, Any], answer: Mapping[str, Any], events: tuple[Mapping[str, Any], ...]
) -> bool | None:
    """Pieces were streamed; a request that does not ask for a stream gets none; without either nobody knows."""
    if events or answer.get("object") == "chat.completion.chunk":
        return True
    return False if request else None


def _usage(answer: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    found = openai_tokens(cells, answer.get("usage"))
    made = answer.get("output")
    if isinstance(made, list):
        found["web_searches"] = sum(values.mapping(item).get("type") == "web_search_call" for item in made)
    if answer.get("object") == "list" and found["output_tokens_total"] is None:
        found["output_tokens_total"] = 0
    return found


def _outcome(wrapper: Mapping[str, Any], answer: Mapping[str, Any], cells: Cells) -> dict[str, Any]:
    code = http_status(cells, first(wrapper, "status_code", "http_status"))
    error = values.mapping(answer.get("error"))
    said = STATUS.get(str(answer.get("status")))
    return {
        "http_status": code,
        "status": "error" if error else said or by_http(code) or "ok",
        "error_type": values.text(first(error, "code", "type")) or values.text(first(wrapper, "error_type")),
    }
