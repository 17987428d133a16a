"""Sentences of a runbook that give a deadline -> proposals, tied to the job they speak of.

A sentence is not a declaration: nobody said it to us. So a proposal may shorten a deadline that was inferred or
assumed and never lengthens one (judge sees to that). Conservative: two clock times or one span with a word that
says what is due, no negation, no question; and a subject that names the job. One clock time alone says by when it is
needed, and a schedule may say when it starts (due_times.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import time
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from whowaits.deadlines import durations, front_matter
from whowaits.deadlines.clock_times import ClockTime, UnclearError, from_to, zone_after
from whowaits.deadlines.due_times import DueTime
from whowaits.deadlines.proposals import Proposal
from whowaits.model import Place

MAX_BYTES: Final = 1_000_000
LONGEST_QUOTE: Final = 160
SUFFIXES: Final = (".md", ".markdown", ".rst")

_CLOCK: Final = r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\b\.?)?|(?P<word>midnight|noon))"
_START: Final = re.compile(
    r"\b(?:starts?|started|begins?|runs?|kicks? off|launched|launches|fires)\b[^.;]{0,60}?\b(?:at|from)\s+" + _CLOCK
)
_DONE: Final = r"\b(?:done|ready|finish|finished|completed?|needed|required|due|delivered|available|in place"
_DUE: Final = re.compile(_DONE + r")\b[^.;]{0,60}?\b(?:by|before|until|no later than)\s+" + _CLOCK)
_WITHIN: Final = re.compile(
    _DONE
    + r"|triaged|answered|expected|used|read)\b[^.;]{0,40}?\b(?:within|inside|in under|no later than)\s+"
    + rf"(?P<span>(?:\d+(?:\.\d+)?|{'|'.join(durations.NUMBER_WORDS)})"
    + r"[\s-]*(?:minutes?|min|hours?|hrs?|h|days?|weeks?)\b)"
)
_LABELLED: Final = re.compile(
    r"\b(?:sla|slo|deadline|turnaround)(?: time)?\b\s*(?:is|of|are|:|=)?\s*(?:within|under|at most)?\s*"
    rf"(?P<span>(?:\d+(?:\.\d+)?|{'|'.join(durations.NUMBER_WORDS)})"
    + r"[\s-]*(?:minutes?|min|hours?|hrs?|h|days?|weeks?)\b)"
)
_WINDOW: Final = re.compile(
    r"(?:^|\b(?:batch|run|job|processing|nightly) )window\b[^.;]{0,30}?"
    r"(?P<start>(?:[01]?\d|2[0-3]):[0-5]\d)\s*(?:-|–|to|until|and)\s*(?P<end>(?:[01]?\d|2[0-3]):[0-5]\d)\b"
)
_DENIED: Final = re.compile(r"\bnot\b|n't\b|\bno longer\b|\bnever\b|\bused to\b|\bformerly\b|\bexcept\b|\bif\b|\?\s*$")
_NEXT_DAY: Final = re.compile(r"\b(?:day after|next day|following day|tomorrow|next morning)\b")
_NAMED: Final = re.compile(r"`+([^`\n]+)`+")


class Sentence(NamedTuple):
    """One sentence of a document, or its part up to a semicolon, with the heading it stands under."""

    text: str
    line: int
    heading: str


def find(root: Path, paths: Iterable[str]) -> list[Proposal | DueTime]:
    """Return what all documents among the files at `paths` below `root` propose, in the order of their places."""
    found: list[Proposal | DueTime] = []
    for path in sorted((p for p in paths if p.lower().endswith(SUFFIXES)), key=lambda p: p.split("/")):
        try:
            with (root / path).open("rb") as stream:
                text = stream.read(MAX_BYTES + 1)
        except OSError:
            continue  # a document is no input that anybody asked to have read
        if len(text) <= MAX_BYTES:
            found.extend(read(path, text.decode("utf-8", errors="replace")))
    return found


def read(path: str, text: str) -> Iterator[Proposal | DueTime]:
    """Yield what the sentences of one document propose; a start time holds until the next heading."""
    if (stated := front_matter.read(text)) is not None:
        subjects = stated.subjects or (PurePosixPath(path).stem,)
        place, says = Place(path, stated.line), f'the front matter of a runbook says: "{stated.quote}"'
        if isinstance(stated.due, ClockTime):
            yield DueTime(place, subjects, stated.due, next_day=False, says=says)
        else:
            yield Proposal(place, subjects, stated.due, says)
    start: ClockTime | None = None
    heading = ""
    for sentence in sentences(front_matter.without(text)):
        if sentence.heading != heading:
            start, heading = None, sentence.heading
        try:
            start, proposed = _proposed(path, sentence, start)
        except UnclearError:
            continue  # a time whose zone is a riddle gives no deadline
        if proposed is not None:
            yield proposed


def _proposed(
    path: str, sentence: Sentence, start: ClockTime | None
) -> tuple[ClockTime | None, Proposal | DueTime | None]:
    """The start time that holds from this sentence on, and what it proposes."""
    shown = re.sub(r"[*\s]+", " ", sentence.text).strip()
    plain = shown.lower()
    if _DENIED.search(plain):
        return start, None
    start = _clock(_START.search(plain), shown) or start
    named = (*_NAMED.findall(sentence.text), sentence.heading)
    subjects, place = tuple(s for s in named if s), Place(path, sentence.line)
    said = _deadline(plain, shown, start)
    if said is not None:
        return start, Proposal(place, subjects, said[0], f"{said[1]}: {_quote(sentence.text)}")
    due = _clock(_DUE.search(plain), shown)
    if due is None or _START.search(plain):
        return start, None
    says = f"a runbook says that it is needed by {due}: {_quote(sentence.text)}"
    return start, DueTime(place, subjects, due, _is_next_day(plain), says)


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of the prose of a Markdown text: no code blocks, no tables, lines joined to paragraphs."""
    heading, fenced, paragraph = "", False, list[tuple[int, str]]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        stripped = line.strip()
        ends = not stripped or stripped.startswith(("```", "~~~", "#", "|", "- ", "* ", ">"))
        if ends and paragraph:
            yield from _split(paragraph, heading)
            paragraph = []
        if stripped.startswith(("```", "~~~")):
            fenced = not fenced
        elif stripped.startswith("#") and not fenced:
            heading = stripped.strip("# ")
        elif stripped and not fenced and not stripped.startswith("|"):
            paragraph.append((number, stripped.lstrip("-*> ")))


def _split(paragraph: list[tuple[int, str]], heading: str) -> Iterator[Sentence]:
    text = "\n".join(line for _, line in paragraph)
    first = paragraph[0][0]
    for found in re.finditer(r"\S.*?(?:[.!?](?=\s)|;|$)(?!\s*\d)", text, re.DOTALL):
        if re.search(r"\w", found[0]):
            yield Sentence(found[0], first + text.count("\n", 0, found.start()), heading)


def _deadline(plain: str, shown: str, start: ClockTime | None) -> tuple[float, str] | None:
    """Return (seconds, what the sentence says) of one sentence, in lower case and as it is shown."""
    within = _WITHIN.search(plain) or _LABELLED.search(plain)
    if (window := _WINDOW.search(plain)) is not None:
        begins, ends = (ClockTime(time.fromisoformat(window[name].zfill(5))) for name in ("start", "end"))
        return from_to(begins, ends), _between(begins, ends)
    seconds = durations.parse(within["span"]) if within else None
    if seconds:
        return seconds, f"a runbook says that it is needed within {durations.say(seconds)}"
    due = _clock(_DUE.search(plain), shown)
    if start is None or due is None:
        return None
    return from_to(start, due, next_day=_is_next_day(plain)), _between(start, due)


def _is_next_day(plain: str) -> bool:
    return _NEXT_DAY.search(plain) is not None


def _between(start: ClockTime, due: ClockTime) -> str:
    return f"a runbook says that it starts at {start} and is needed by {due}"


def _quote(text: str) -> str:
    """The sentence as it stands there, on one line."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[: LONGEST_QUOTE - 1]}…"'


def _clock(found: re.Match[str] | None, shown: str) -> ClockTime | None:
    """A bare number is no time of day: it needs minutes or am/pm."""
    if found is None:
        return None
    zone = zone_after(shown, found.end()) if len(shown) == len(found.string) else None
    if found["word"]:
        return ClockTime(time(12 if found["word"] == "noon" else 0), zone)
    hour, half = int(found["hour"]), (found["half"] or "")[:1]
    if not found["minute"] and not half:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    minute = int(found["minute"] or 0)
    return ClockTime(time(hour, minute), zone) if hour < 24 and minute < 60 else None
