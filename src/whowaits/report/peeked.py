"""What `classify --peek` says: for each file the format, the columns found in it, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whowaits.report import words
from whowaits.report.layout import place
from whowaits.report.screen import Head, Screen, Text

if TYPE_CHECKING:
    from whowaits.logs.peeking import Peek


def render_peek(peeks: Sequence[Peek], *, width: int, color: bool = False) -> str:
    """Return one block for each file, in the order given."""
    screen = Screen(width, color=color)
    for number, peek in enumerate(peeks):
        if number:
            screen.gap()
        _file(screen, peek)
    return screen.text()


def _file(screen: Screen, peek: Peek) -> None:
    name = words.clean(peek.file)
    if peek.reader is None:
        screen.line(f"{name}: not recognised; name its columns with --map FIELD=PATH", "bold")
    else:
        looked = words.count(peek.rows_sampled, "record")
        screen.line(f"{name}: {words.clean(peek.reader)}, {looked} looked at", "bold")
    if peek.found:
        rows = [(Text(column), Text(words.clean(field or "as the format has it"))) for column, field in peek.found]
        screen.rows((Head("column", least=20), Head("read from", "name")), rows)
    if peek.guesses:
        rows = [(Text(words.clean(name)), Text(" or ".join(could_be) or "–")) for name, could_be in peek.guesses]
        screen.rows((Head("its columns", "name", least=20), Head("could be", "name")), rows)
    if peek.missing:
        screen.line(f"not found: {', '.join(peek.missing)}", "yellow")
    for skipped in peek.skipped:
        reason = words.clean(skipped.reason, 400)
        screen.line(f"skipped {skipped.count:,}: {reason} (first at {place(skipped.place)})")
