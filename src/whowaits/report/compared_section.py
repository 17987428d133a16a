"""Quarter over quarter in words: the figures in a row, and what became of each move that was proposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from whowaits.report import words
from whowaits.report.changes import Change, ChangeState, Comparison, Quarter
from whowaits.report.layout import ROWS, Cell, Column, Section, Table, left_out, place

STATES: Final[Mapping[ChangeState, str]] = {
    "found": "found",
    "open": "still to move",
    "moved": "moved",
    "partly-moved": "moved in part",
    "regressed": "came back to real time",
    "judged-otherwise": "judged otherwise now",
    "gone": "no call since",
}
_KINDS: Final[Mapping[ChangeState, str]] = {
    "found": "route-batch",
    "open": "route-batch",
    "moved": "route-sync",
    "partly-moved": "route-flex",
    "regressed": "route-unknown",
    "judged-otherwise": "route-sync",
    "gone": "route-sync",
}
DASH: Final = "–"


def sections(compared: Comparison | None) -> tuple[Section, ...]:
    """Return the sections about former reports; none without any."""
    if compared is None:
        return ()
    return (_quarters(compared), _changes(compared), *_waived(compared))


def lead(compared: Comparison) -> tuple[str, ...]:
    """Return the promises beside what came of them."""
    promised, left = compared.promised, compared.outstanding
    said = []
    if any(c.realised_usd is not None for c in compared.changes):
        said.append(
            f"Moves that were made have saved {words.usd(compared.realised_usd)}; former reports promised "
            f"{words.usd_span(*promised)} of them, over as many days."
        )
    else:
        said.append("None of the moves that former reports proposed was made.")
    if any(left):
        said.append(f"{words.usd_span(*left)} of what was promised is still to be had.")
    back = sum(c.state == "regressed" for c in compared.changes)
    if back:
        said.append(f"{words.count(back, 'workload')} came back from a slower tier.")
    return tuple(said)


def _quarters(compared: Comparison) -> Section:
    columns = (
        Column("Report"),
        Column("Bill", numeric=True),
        Column("On a slower tier", numeric=True),
        Column("Can wait", numeric=True),
        Column("Saving", numeric=True),
        Column("Saved already", numeric=True),
    )
    rows = tuple(_quarter_row(q) for q in compared.quarters)
    return Section("quarters", "Quarter over quarter", lead(compared), Table(columns, rows))


def _quarter_row(quarter: Quarter) -> tuple[Cell, ...]:
    days = () if quarter.days is None else (words.count(quarter.days, "day"),)
    period = (f"{words.minute(quarter.started_at)} to {words.minute(quarter.ended_at)}", *days)
    return (
        Cell(words.clean(quarter.name), period),
        Cell(words.usd(quarter.bill_usd)),
        Cell(words.usd(quarter.slow_usd)),
        Cell(words.usd(quarter.batchable_usd)),
        Cell(words.usd_span(quarter.saving_low_usd, quarter.saving_high_usd)),
        Cell(words.NOT_KNOWN if quarter.realised_usd is None else words.usd(quarter.realised_usd)),
    )


def _changes(compared: Comparison) -> Section:
    columns = (
        Column("Workload"),
        Column("What became of it"),
        Column("Promised", numeric=True),
        Column("Saved", numeric=True),
        Column("To move now", numeric=True),
    )
    rows = tuple(_change_row(c) for c in compared.changes[:ROWS])
    told = "Promised is what a former report said, over as many days as this one covers. Saved: by the tier in its log."
    table = Table(columns, rows) if rows else None
    return Section("changes", "What became of the moves", (told,), table, after=left_out(len(compared.changes)))


def _change_row(change: Change) -> tuple[Cell, ...]:
    owner = () if change.owner is None else (words.clean(change.owner),)
    by = () if change.promise is None else (f"by {words.clean(change.promise.report)}",)
    return (
        Cell(words.clean(change.workload), owner),
        Cell(STATES[change.state], kind=_KINDS[change.state]),
        Cell(promised_text(change), by),
        Cell(DASH if change.realised_usd is None else words.usd(change.realised_usd)),
        Cell(DASH if change.movable_usd is None else words.usd(change.movable_usd)),
    )


def promised_text(change: Change) -> str:
    """Return what was promised of a move over as many days as the report covers; a dash where nothing was."""
    if change.promised_low_usd is None or change.promised_high_usd is None:
        return DASH
    return words.usd_span(change.promised_low_usd, change.promised_high_usd)


def _waived(compared: Comparison) -> tuple[Section, ...]:
    if not compared.waived:
        return ()
    columns = (Column("Accepted"), Column("Reason"), Column("In 30 days", numeric=True), Column("Where", code=True))
    rows = tuple(
        (
            Cell(words.clean(w.message, 400), () if w.owner is None else (words.clean(w.owner),)),
            Cell(words.clean(w.reason or DASH, 400), () if w.until is None else (f"until {w.until.isoformat()}",)),
            Cell(DASH if w.monthly_usd is None else words.usd(w.monthly_usd)),
            Cell(place(w.place)),
        )
        for w in compared.waived[:ROWS]
    )
    after = left_out(len(compared.waived))
    return (Section("waived-since", "Accepted since the last report", table=Table(columns, rows), after=after),)
