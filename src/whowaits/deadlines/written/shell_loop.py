"""Loops in shell that never end and sleep: in scripts, Procfiles, supervisord programs, images, containers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import targets
from whowaits.deadlines.formats import shell
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import MINUTE_S, Place, Skipped

KIND: Final = "a loop in shell"
WORDS: Final = ("sleep", "watch ")
FILES: Final = (
    ("", r".*\.(sh|bash)|Dockerfile.*|.*\.Dockerfile|Makefile|.*compose.*\.ya?ml|Procfile|.*supervisor.*\.(conf|ini)"),
    (r"supervisor[^/]*/", r".*\.(conf|ini)"),
)


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield what such loops start. Sleeping for less than a minute restarts what has ended, and is no schedule."""
    for loop in shell.loops(text):
        if loop.seconds is None or loop.seconds >= MINUTE_S:
            yield from starting(Place(path, loop.line), KIND, partial(_moment, loop), targets(loop.body))


def _moment(loop: shell.Loop) -> When:
    return when.ELSEWHERE if loop.seconds is None else when.of_span(loop.seconds)
