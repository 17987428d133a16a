"""What `ingest` says of a run: what is in the file now, what came new, what was known, what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from whowaits.report import words
from whowaits.report.layout import place
from whowaits.report.screen import Screen

if TYPE_CHECKING:
    from whowaits.logs.keeping import Kept

MOST: Final = 40


def render_kept(kept: Kept, file: str, *, width: int, color: bool = False) -> str:
    """Return a few lines about one run."""
    screen = Screen(width, color=color)
    screen.line(f"{words.clean(file)}: {words.count(kept.calls, 'call')}, {kept.added:,} of them new.", "bold")
    read = f"{words.count(kept.records, 'record')} read from {words.count(len(kept.read), 'log')}"
    known = f"; {words.count(kept.known, 'log')} read before" if kept.known else ""
    screen.line(f"{read}{known}.")
    if kept.sums:
        screen.line(f"{words.count(kept.sums, 'sum')} over many calls: kept beside them, never added to them.")
    if kept.twice:
        screen.line(f"{words.count(kept.twice, 'record')} of calls that another record tells of: counted once.")
    for skipped in kept.skipped[:MOST]:
        reason = words.clean(skipped.reason, 400)
        screen.line(f"skipped {skipped.count:,}: {reason} (first at {place(skipped.place)})")
    if len(kept.skipped) > MOST:
        screen.line(f"… and {len(kept.skipped) - MOST:,} more", "dim")
    return screen.text()
