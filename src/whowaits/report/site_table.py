"""The call sites of a report as a table: a row for each driver, with its entry points and its money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.model import CallSite, Usage
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
from whowaits.report.values import Report, SiteLine

ENTRIES: Final = 3
"""Entry points shown for one driver."""


def section(report: Report) -> Section | None:
    """Return the section of the call sites that can move; None where no code was read."""
    if report.code is None:
        return None
    shown = report.moving_sites
    columns = (
        Column("Call site", code=True),
        Column("Called many times by", code=True),
        Column("Who waits"),
        Column("Deadline"),
        Column("Belongs on"),
        Column("Spend in 30 days", numeric=True),
    )
    rows = tuple(_usages_row(s, u) for s, u in shown[:ROWS])
    lead = (sentences.sites(report), *sentences.volume(report)) if shown else (sentences.sites(report),)
    table = Table(columns, rows) if rows else None
    return Section("call-sites", "Call sites in the code", lead, table, after=left_out(len(shown)))


def _usages_row(line: SiteLine, usages: Sequence[Usage]) -> tuple[Cell, ...]:
    """A row for the usages of one driver: they have all but their entry points in common."""
    site, first = line.site, usages[0]
    also = ("on another path somebody waits",) if site.also_waited else ()
    return (
        Cell(place(site.place), (words.clean(site.function), _model(site))),
        Cell(_driver(first), (*_shape(first), *_entries(usages))),
        waiter_cell(first.verdict.waiter, *also),
        deadline_cell(first.verdict),
        route_cell(first.verdict.route, first.verdict.urgency),
        _usages_money(line, usages),
    )


def _model(site: CallSite) -> str:
    return words.clean(" ".join(p for p in (site.provider, site.model) if p) or site.call)


def _driver(usage: Usage) -> str:
    return "–" if usage.driver is None else place(usage.driver)


def _shape(usage: Usage) -> tuple[str, ...]:
    return () if usage.shape is None else (usage.shape.replace("_", " "),)


def _entries(usages: Sequence[Usage]) -> tuple[str, ...]:
    said = [_entry(u) for u in usages[:ENTRIES]]
    more = len(usages) - len(said)
    return (*said, f"and {more} more") if more else tuple(said)


def _entry(usage: Usage) -> str:
    if usage.entry is None or usage.entry.kind == "none":
        return "no caller found"
    where = "" if usage.entry.place is None else f" {place(usage.entry.place)}"
    return f"started by {words.clean(usage.entry.kind)}{where}"


def _usages_money(line: SiteLine, usages: Sequence[Usage]) -> Cell:
    """What this way of using the call costs in 30 days; `shared` where other call sites or usages have part in it."""
    links = line.links_of(usages)
    names = words.clean(", ".join(k.workload for k in links))
    money = line.monthly(usages)
    if money is None:
        return Cell("shared", (names,)) if links else Cell("depends on volume")
    spend, low, high = money
    said = (f"saving {words.usd_span(low, high)}",) if high else ()
    return Cell(words.usd(spend), (*said, names))
