"""The call sites of a report as tables: a row for each driver with the path from it to the call, its entry points
and its money; then those that stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.model import CallSite, Frame, Usage
from whowaits.report import sentences, words
from whowaits.report.layout import (
    ROWS,
    Cell,
    Column,
    Section,
    Step,
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


def stays(report: Report) -> Section | None:
    """Return the section of the call sites that stay as they are, by the usage that decides; None without any."""
    shown = [s.site for s in report.sites if not s.moves]
    if not shown:
        return None
    columns = (
        Column("Call site", code=True),
        Column("Way to the call", code=True),
        Column("Who waits"),
        Column("Deadline"),
        Column("Belongs on"),
    )
    table = Table(columns, tuple(_stays_row(site) for site in shown[:ROWS]))
    folded = words.count(len(shown), "call site")
    after = left_out(len(shown))
    return Section("stays", "Call sites that stay as they are", table=table, after=after, folded=folded)


def _stays_row(site: CallSite) -> tuple[Cell, ...]:
    usage = site.deciding
    verdict = usage.verdict
    slow = (f"on {site.tier} already",) if site.tier in ("batch", "flex") else ()
    route = route_cell(verdict.route, verdict.urgency)
    return (
        Cell(place(site.place), (words.clean(site.function), _model(site))),
        Cell(_driver(usage), (*_shape(usage), _entry(usage)), path=_path(usage)),
        waiter_cell(verdict.waiter),
        deadline_cell(verdict),
        Cell(route.text, slow, route.kind),
    )


def _path(usage: Usage) -> tuple[Step, ...]:
    """The functions from the driver down to the call, or from the entry point where there is no driver among them."""
    return tuple(Step(words.clean(f.function), place(f.place)) for f in from_driver(usage))


def from_driver(usage: Usage) -> tuple[Frame, ...]:
    """Return the part of the way that the driver repeats: it stands in the first function shown."""
    driver, frames = usage.driver, usage.via
    if driver is None or driver.line is None:
        return frames
    below = [
        (frame.place.line - driver.line, n)
        for n, frame in enumerate(frames)
        if (frame.place.path, frame.place.cell) == (driver.path, driver.cell)
        and frame.place.line is not None
        and frame.place.line >= driver.line
    ]
    return frames[min(below)[1] :] if below else frames


def _usages_row(line: SiteLine, usages: Sequence[Usage]) -> tuple[Cell, ...]:
    """A row for the usages of one driver: they have all but their entry points in common."""
    site, first = line.site, usages[0]
    also = ("on another path somebody waits",) if site.also_waited else ()
    return (
        Cell(place(site.place), (words.clean(site.function), _model(site))),
        Cell(_driver(first), (*_shape(first), *_entries(usages)), path=_path(first)),
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
