"""What can be done with each workload, and what each choice means, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from whowaits.report import words
from whowaits.report.layout import ROWS, Cell, Column, Section, Table, left_out, route_cell
from whowaits.report.values import Decision, WorkloadLine
from whowaits.rules.decisions import DecisionRule


def section(lines: Sequence[WorkloadLine]) -> Section | None:
    """Return the section of the choices for each workload; None without any."""
    if not any(line.decisions for line in lines):
        return None
    columns = (
        Column("Workload"),
        Column("Spend", numeric=True),
        Column("Belongs on"),
        Column("First choice"),
        Column("Also possible"),
    )
    lead = ("What fits the verdict and the figures of each workload, with what makes it weak there.",)
    table = Table(columns, tuple(_row(line) for line in lines[:ROWS]))
    return Section("decisions", "What to do with each workload", lead, table, after=left_out(len(lines)))


def _row(line: WorkloadLine) -> tuple[Cell, ...]:
    workload = line.workload
    first, *others = line.decisions or (None,)
    return (
        Cell(words.clean(workload.name)),
        Cell(words.usd(workload.spend_usd)),
        route_cell(workload.verdict.route, workload.verdict.urgency),
        Cell("–") if first is None else Cell(first.rule.title, tuple(f"but {why}" for why in first.weak)),
        _others([other for other in others if other is not None]),
    )


def _others(decisions: Sequence[Decision]) -> Cell:
    if not decisions:
        return Cell("–")
    told = [f"{d.rule.title}, but {'; '.join(d.weak)}" if d.weak else d.rule.title for d in decisions]
    return Cell(told[0], tuple(told[1:]))


def choices(rules: Sequence[DecisionRule]) -> Section | None:
    """Return the section that says what each choice means and when it is weak; None without any."""
    if not rules:
        return None
    columns = (Column("Choice"), Column("How"), Column("When it is weak"))
    rows = tuple((Cell(r.title, (r.what,)), Cell(r.fix, (r.why,)), Cell(r.limits)) for r in rules)
    return Section("choices", "The choices, and when each is weak", table=Table(columns, rows))
