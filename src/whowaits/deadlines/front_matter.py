"""What the front matter of a Markdown document says about a job: its names, and by when it is needed.

Values are read as text: YAML takes 16:30 for a number. What is no such front matter says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import TYPE_CHECKING, Final, NamedTuple

from whowaits.config import seconds_between
from whowaits.deadlines import durations
from whowaits.deadlines.clock_times import ClockTime, is_zone
from whowaits.deadlines.formats.yaml_nodes import UnreadableError, documents, items, pairs, text_of

if TYPE_CHECKING:
    from yaml import Node

_BLOCK: Final = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_SPANS: Final = ("deadline", "sla", "slo", "turnaround", "due_within", "needed_within")
_STARTS: Final = ("start", "starts", "starts_at", "start_time", "runs_at")
_DUES: Final = ("due", "due_by", "due_at", "needed_by", "ready_by", "deadline")
_ZONES: Final = ("timezone", "time_zone", "tz")
_SUBJECTS: Final = (
    "job", "jobs", "cronjob", "task", "dag", "dag_id", "workload", "workloads", "service", "services", "script", "name",
    "title",
)  # fmt: skip
_CLOCK: Final = r"([01]?\d|2[0-3]):([0-5]\d)"
_WINDOW: Final = re.compile(rf"({_CLOCK})\s*(?:-|–|to)\s*({_CLOCK})")


class Stated(NamedTuple):
    """One deadline or due time; `line` counts from the top of the document."""

    line: int
    subjects: tuple[str, ...]
    due: float | ClockTime
    """Seconds, or a time of day where nothing says when the job starts."""
    quote: str


def without(text: str) -> str:
    """Return the document with its front matter blank, so that lines keep their numbers."""
    block = _BLOCK.match(text)
    return text if block is None else "\n" * block[0].count("\n") + text[block.end() :]


def read(text: str) -> Stated | None:
    """Return the deadline that the front matter gives, a span before two times of day before one; None without one."""
    block = _BLOCK.match(text)
    fields = {} if block is None else _fields(block[1])
    subjects = tuple(word for key in _SUBJECTS for word in fields.get(key, ()))
    for keys, due in _deadlines(fields):
        line = _line(text, keys[-1])
        return Stated(line, subjects, due, ", ".join(f"{key}: {fields[key][0]}" for key in keys))
    return None


def _fields(block: str) -> Mapping[str, tuple[str, ...]]:
    """Scalars and lists of them by their keys, "Due by" as due_by."""
    try:
        root = next(documents(block), None)
    except UnreadableError:
        return {}
    found = {re.sub(r"[\s-]+", "_", key.strip().lower()): _texts(node) for key, node in pairs(root)}
    return {key: texts for key, texts in found.items() if texts}


def _texts(node: Node) -> tuple[str, ...]:
    shown = (text_of(item) for item in items(node) or [node])
    return tuple(text.strip() for text in shown if text and text.strip())


def _deadlines(fields: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], float | ClockTime]]:
    for key in _SPANS:
        if key in fields and (seconds := durations.parse(fields[key][0])) and not _is_bare(fields[key][0]):
            yield (key,), seconds
    if "window" in fields and (window := _WINDOW.fullmatch(fields["window"][0])) is not None:
        yield ("window",), seconds_between(_time(window[1]), _time(window[4]))
    start = next((key for key in _STARTS if key in fields and _is_clock(fields[key][0])), None)
    due = next((key for key in _DUES if key in fields and _is_clock(fields[key][0])), None)
    if start is not None and due is not None:
        yield (start, due), seconds_between(_time(fields[start][0]), _time(fields[due][0]))
    zone = next((key for key in _ZONES if key in fields), None)
    if due is not None and not any(key in fields for key in _STARTS) and (zone is None or is_zone(fields[zone][0])):
        at = ClockTime(_time(fields[due][0]), fields[zone][0] if zone else None)
        yield (due, zone) if zone else (due,), at


def _is_bare(text: str) -> bool:
    """A number alone has no unit: `sla: 99.9` is no time."""
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def _is_clock(text: str) -> bool:
    return re.fullmatch(_CLOCK, text) is not None


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _line(text: str, key: str) -> int:
    """The line on which a key of the front matter stands."""
    words = re.escape(key).replace("_", r"[\s_-]")
    found = re.search(rf"^[\"']?{words}[\"']?\s*:", text, re.MULTILINE | re.IGNORECASE)
    return 1 if found is None else 1 + text.count("\n", 0, found.start())
