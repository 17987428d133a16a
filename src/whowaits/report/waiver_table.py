"""What somebody has accepted, with its reason and its money, and waivers that hold no longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.report import words
from whowaits.report.layout import ROWS, Cell, Column, Section, Table, left_out, place
from whowaits.report.values import WaiverLine, WaiverState

STATES: Final[dict[WaiverState, str]] = {
    "active": "holds",
    "expired": "expired",
    "without-reason": "no reason",
    "unused": "not needed",
}
_COLUMNS: Final = (
    Column("Waiver"),
    Column("Finding"),
    Column("Where", code=True),
    Column("Reason"),
    Column("Until"),
    Column("Spend in 30 days", numeric=True),
)


def section(lines: Sequence[WaiverLine]) -> Section | None:
    """Return the section of waivers; None where nothing was waived."""
    if not lines:
        return None
    table = Table(_COLUMNS, tuple(_row(line) for line in lines[:ROWS]))
    return Section("waivers", "Waivers", (_lead(lines),), table, after=left_out(len(lines)))


def _lead(lines: Sequence[WaiverLine]) -> str:
    counted = [(STATES[state], sum(line.state == state for line in lines)) for state in STATES]
    said = ", ".join(f"{n:,} {what}" for what, n in counted if n)
    return f"{words.count(len(lines), 'waiver')}: {said}. What is waived is in every figure above all the same."


def _row(line: WaiverLine) -> tuple[Cell, ...]:
    source = "in a comment" if line.in_source else "in the configuration"
    owner = () if line.owner is None else (f"owner: {words.clean(line.owner)}",)
    return (
        Cell(STATES[line.state], (source,), f"waiver-{line.state}"),
        Cell(words.clean(line.message, 400), (words.clean(line.rule),)),
        Cell(place(line.place)),
        Cell("none given" if line.reason is None else words.clean(line.reason, 400), owner),
        Cell("–" if line.until is None else line.until.isoformat()),
        _money(line),
    )


def _money(line: WaiverLine) -> Cell:
    if line.monthly_usd is None:
        return Cell("–")
    saving = line.saving
    left = () if saving is None else (f"moving saves {words.usd_span(saving.low_usd, saving.high_usd)}",)
    return Cell(words.usd(line.monthly_usd), left)
