"""Sentences of a runbook that give a deadline -> proposals, tied to the job they speak of.

A sentence is not a declaration: nobody said it to us. So a proposal may shorten a deadline that was inferred or
assumed and never lengthens one (judge sees to that). Conservative: two clock times or one span with a word that
says what is due, no negation, no question; and a subject that names the job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import time
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from whowaits.config import seconds_between
from whowaits.deadlines import durations, front_matter
from whowaits.frozen import dataclass
from whowaits.model import DAY_S, Basis, Evidence, Place

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
_EMPTY_WORDS: Final = frozenset(
    {"the", "a", "an", "of", "and", "for", "job", "jobs", "run", "task", "runbook", "service", "nightly", "daily"}
)


class Sentence(NamedTuple):
    """One sentence of a document, or its part up to a semicolon, with the heading it stands under."""

    text: str
    line: int
    heading: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deadline that a document speaks of. `subjects` are the names it could mean, most telling first."""

    place: Place
    subjects: tuple[str, ...]
    deadline_s: float
    says: str

    @property
    def evidence(self) -> Evidence:
        """The claim, marked as a proposal."""
        return Evidence("runbook", self.says, Basis.INFERRED, self.place, proposal=True, deadline_s=self.deadline_s)

    def speaks_of(self, names: Iterable[str]) -> bool:
        """Whether a subject names one of `names`: paths, modules, keys, services. Every word of it must be there."""
        given = list(names)
        return any(is_named(subject, name) for subject in self.subjects for name in given)


def find(root: Path, paths: Iterable[str]) -> list[Proposal]:
    """Return the proposals of all documents among the files at `paths` below `root`, in the order of their places."""
    found: list[Proposal] = []
    for path in sorted((p for p in paths if p.lower().endswith(SUFFIXES)), key=lambda p: p.split("/")):
        try:
            with (root / path).open("rb") as stream:
                text = stream.read(MAX_BYTES + 1)
        except OSError:
            continue  # a document is no input that anybody asked to have read
        if len(text) <= MAX_BYTES:
            found.extend(read(path, text.decode("utf-8", errors="replace")))
    return found


def read(path: str, text: str) -> Iterator[Proposal]:
    """Yield what the sentences of one document propose; a start time holds until the next heading."""
    if (stated := front_matter.read(text)) is not None:
        subjects = stated.subjects or (PurePosixPath(path).stem,)
        says = f'the front matter of a runbook says: "{stated.quote}"'
        yield Proposal(Place(path, stated.line), subjects, stated.deadline_s, says)
    start: time | None = None
    heading = ""
    for sentence in sentences(front_matter.without(text)):
        if sentence.heading != heading:
            start, heading = None, sentence.heading
        plain = re.sub(r"[*\s]+", " ", sentence.text).strip().lower()
        if _DENIED.search(plain):
            continue
        begins = _START.search(plain)
        start = (_clock(begins) if begins else None) or start
        proposed = _deadline(plain, start)
        if proposed is not None:
            subjects = (*_NAMED.findall(sentence.text), sentence.heading)
            seconds, says = proposed
            yield Proposal(
                Place(path, sentence.line), tuple(s for s in subjects if s), seconds, f"{says}: {_quote(sentence.text)}"
            )


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


def _deadline(plain: str, start: time | None) -> tuple[float, str] | None:
    """Return (seconds, what the sentence says) of one sentence in lower case."""
    within, due_text = _WITHIN.search(plain) or _LABELLED.search(plain), _DUE.search(plain)
    if (window := _WINDOW.search(plain)) is not None:
        begins, ends = time.fromisoformat(window["start"].zfill(5)), time.fromisoformat(window["end"].zfill(5))
        return seconds_between(begins, ends), _between(begins, ends)
    seconds = durations.parse(within["span"]) if within else None
    if seconds:
        return seconds, f"a runbook says that it is needed within {durations.say(seconds)}"
    due = _clock(due_text) if due_text else None
    if start is None or due is None:
        return None
    seconds = seconds_between(start, due)
    if _NEXT_DAY.search(plain) and due > start:
        seconds += DAY_S
    return seconds, _between(start, due)


def _between(start: time, due: time) -> str:
    return f"a runbook says that it starts at {start:%H:%M} and is needed by {due:%H:%M}"


def _quote(text: str) -> str:
    """The sentence as it stands there, on one line."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[: LONGEST_QUOTE - 1]}…"'


def _clock(found: re.Match[str]) -> time | None:
    """A bare number is no time of day: it needs minutes or am/pm."""
    if found["word"]:
        return time(12 if found["word"] == "noon" else 0)
    hour, half = int(found["hour"]), (found["half"] or "")[:1]
    if not found["minute"] and not half:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    minute = int(found["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def is_named(subject: str, name: str) -> bool:
    """Whether a subject means what goes by `name`.

    A path or module must be the end of the name; other words must all be in it, a single word must be all of it.
    """
    if re.fullmatch(r"\w+([./]\w+)+", subject):
        return f"/{_slashed(name)}".endswith(f"/{_slashed(subject)}")
    wanted, given = frozenset(_words(subject)), frozenset(_words(name))
    return bool(wanted) and (wanted == given or (len(wanted) > 1 and wanted <= given))


def _slashed(name: str) -> str:
    return re.sub(r"\.(py|sh|ipynb)$", "", name).replace(".", "/")


def _words(name: str) -> Iterator[str]:
    """The telling words of a name, plural folded: "articles/tagger.py" -> article, tagger."""
    name = re.sub(r"\.(py|sh|ipynb)$", "", name.strip())
    for word in re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()):
        if word not in _EMPTY_WORDS:
            yield word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
