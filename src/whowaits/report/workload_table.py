"""The workloads of a report as a table, and how a workload's saving and call sites are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whowaits.model import Place, Usage, Workload
from whowaits.report import sentences, words
from whowaits.report.layout import (
    ROWS,
    Cell,
    Column,
    Section,
    Table,
    deadline_cell,
    left_out,
    place,
    route_cell,
    waiter_cell,
)
from whowaits.report.values import WorkloadLine, is_dearer


def section(lines: Sequence[WorkloadLine]) -> Section | None:
    """Return the section of all workloads; None without any."""
    if not lines:
        return None
    columns = (
        Column("Workload"),
        Column("Calls", numeric=True),
        Column("Spend", numeric=True),
        Column("Who waits"),
        Column("Deadline"),
        Column("Belongs on"),
        Column("Saving", numeric=True),
        Column("In code", code=True),
    )
    table = Table(columns, tuple(_workload_row(line) for line in lines[:ROWS]))
    return Section("workloads", "Workloads by money", table=table, after=left_out(len(lines)))


def _workload_row(line: WorkloadLine) -> tuple[Cell, ...]:
    workload = line.workload
    verdict = workload.verdict
    return (
        Cell(words.clean(workload.name), _about(line)),
        Cell(f"{workload.calls:,}", _unpriced(workload)),
        Cell(words.usd(workload.spend_usd), () if line.share is None else (words.percent(line.share),)),
        waiter_cell(verdict.waiter),
        deadline_cell(verdict),
        _workload_route(workload),
        Cell(saving_text(line), sentences.saving_note(line)),
        _code_cell(line),
    )


def _about(line: WorkloadLine) -> tuple[str, ...]:
    workload = line.workload
    models = ", ".join(workload.models[:3]) + (" …" if len(workload.models) > 3 else "")
    parts = [line.owner or "", " ".join(p for p in (workload.provider, models) if p)]
    return tuple(words.clean(p) for p in parts if p)


def _unpriced(workload: Workload) -> tuple[str, ...]:
    return (f"{workload.unpriced_calls:,} without a price",) if workload.unpriced_calls else ()


def _workload_route(workload: Workload) -> Cell:
    verdict = workload.verdict
    cell = route_cell(verdict.route, verdict.urgency)
    if not workload.slow_usd or workload.spend_usd is None:
        return cell
    where = "all of it there already" if workload.slow_usd == workload.spend_usd else "partly there already"
    return Cell(cell.text, (where,), cell.kind)


def saving_text(line: WorkloadLine, *, short: bool = False) -> str:
    """Return the saving of a move in the period; a dash where no move is proposed."""
    saving = line.workload.saving
    if line.movable_usd is None:
        moves = line.workload.verdict.route in ("batch", "flex") and line.workload.spend_usd is None
        return words.NOT_KNOWN if moves else "–"
    if saving is None:
        return "none claimed"
    if is_dearer(line.workload):
        return f"costs {words.usd_span(-saving.high_usd, -saving.low_usd, short=short)} more"
    return words.usd_span(saving.low_usd, saving.high_usd, short=short)


def saving_said(line: WorkloadLine) -> str:
    """Return the saving of a move as it stands without a heading."""
    text = saving_text(line)
    return text if line.workload.saving is None or is_dearer(line.workload) else f"saves {text}"


def _code_cell(line: WorkloadLine) -> Cell:
    if not line.links:
        return Cell("–")
    by = sentences.JOINED_BY[line.links[0].by]
    shared = ("shared by these call sites",) if line.links[0].shared else ()
    first, *more = places(line)
    return Cell(first, (*more, by, *shared))


def places(line: WorkloadLine) -> tuple[str, ...]:
    """Return the first call sites of a workload, and how many more there are."""
    shown = tuple(place(link.site) for link in line.links[:3])
    more = len(line.links) - len(shown)
    return (*shown, f"and {more} more") if more else shown


def ways(line: WorkloadLine, usages: Mapping[tuple[Place, str], Usage]) -> tuple[str, ...]:
    """Return the call sites of a workload, each with the driver it is called by where that is certain."""
    drivers = [usages[k.site, k.usage].driver if k.usage is not None else None for k in line.links]
    shown = places(line)
    told = [
        text if driver is None else f"{text}, called many times by {place(driver)}"
        for text, driver in zip(shown, drivers, strict=False)
    ]
    return (*told, *shown[len(told) :])
