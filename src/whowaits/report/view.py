"""Report -> Page: the report in words, once, for Markdown and HTML alike.

Every string from outside is cleaned here (one line, no control characters, cut to a length); escaping for its
own syntax is each format's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from whowaits.model import CallSite, Place, Usage, Verdict, Workload
from whowaits.report import sentences, words
from whowaits.report.build import is_dearer
from whowaits.report.values import (
    Headline,
    OpenQuestion,
    Part,
    Report,
    SiteLine,
    WorkloadLine,
)

ROWS: Final = 200
"""Rows of one table that a page shows; the JSON beside it has all."""
ENTRIES: Final = 3
"""Entry points shown for one driver."""
SEEN: Final = 6
"""Observations shown for one workload or question."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind` names the look (a route or a waiter); `small` are the lines below."""

    text: str
    small: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    numeric: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph with a title: a step to take, a workload with its reasons."""

    title: str
    aside: str
    lines: tuple[str, ...]
    places: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    lead: tuple[str, ...] = ()
    table: Table | None = None
    items: tuple[Item, ...] = ()
    after: tuple[str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    subtitle: str
    headline: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    footer: str


def page(report: Report) -> Page:
    """Return the report in words; sections with nothing to say are left out, except those whose emptiness is news."""
    sections = (
        _first(report),
        _bill(report.headline),
        _waiters(report.waiters),
        _routes(report.routes),
        _workloads(report.workloads),
        _sites(report),
        _questions(report),
        _slow(report),
        _others(report),
        _conflicts(report),
        _reasons(report),
        _skipped(report),
        _basis(report),
    )
    return Page(
        title=words.clean(report.name),
        subtitle=sentences.period(report),
        headline=sentences.headline(report),
        sentences=sentences.below_headline(report),
        figures=() if report.headline is None else _figures(report.headline),
        sections=tuple(s for s in sections if s is not None),
        footer=f"whowaits {words.clean(report.version)}, prices and offers as of {report.as_of.isoformat()}",
    )


def _figures(headline: Headline) -> tuple[Figure, ...]:
    share = headline.share
    return (
        Figure("Bill", words.big_usd(headline.bill_usd), f"{words.usd(headline.slow_usd)} on a slower tier already"),
        Figure(
            "Can wait an hour or more",
            words.big_usd(headline.batchable_usd),
            f"{words.percent(share(headline.batchable_usd))} of the bill, sent synchronously",
        ),
        Figure(
            "Saving",
            words.usd_span(headline.saving_low_usd, headline.saving_high_usd, short=True),
            f"{sentences.saving_share(headline)} of the bill, {sentences.BASIS_IN_SHORT[headline.basis]}",
        ),
        Figure(
            "Bill after",
            words.usd_span(headline.after_low_usd, headline.after_high_usd, short=True),
            "with every proposed move made",
        ),
    )


def _first(report: Report) -> Section | None:
    moves = report.moves
    if not moves:
        return None
    usages = {(s.site.place, u.fingerprint): u for s in report.sites for u in s.site.usages}
    items = tuple(
        Item(
            title=words.clean(line.workload.name),
            aside=saving_text(line),
            lines=tuple(sentences.what_to_do(line)),
            places=_ways(line, usages),
            kind=line.workload.verdict.route,
        )
        for line in moves[:5]
    )
    rest = len(moves) - len(items)
    after = (f"{words.count(rest, 'more workload')} to move: see the workloads below.",) if rest else ()
    return Section("first", "What to do first", items=items, after=after, ordered=True)


def _bill(headline: Headline | None) -> Section | None:
    if headline is None:
        return None
    saving = words.usd_span(headline.saving_low_usd, headline.saving_high_usd)
    after = words.usd_span(headline.after_low_usd, headline.after_high_usd)
    shares = [headline.share(v) for v in (headline.after_low_usd, headline.after_high_usd)]
    rows = (
        ("Bill of the period", words.usd(headline.bill_usd), "100 %" if headline.bill_usd else words.NOT_KNOWN),
        (
            "Of it on a slower tier already",
            words.usd(headline.slow_usd),
            words.percent(headline.share(headline.slow_usd)),
        ),
        (
            "Of it batchable",
            words.usd(headline.batchable_usd),
            words.percent(headline.share(headline.batchable_usd)),
        ),
        ("Saving", saving, sentences.saving_share(headline)),
        ("Bill after", after, words.span(words.percent(shares[0]), words.percent(shares[1]))),
    )
    columns = (Column("What"), Column("USD", numeric=True), Column("Share of the bill", numeric=True))
    table = Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))
    return Section("bill", "The bill, before and after", sentences.saving_basis(headline), table)


def _waiters(parts: Sequence[Part]) -> Section | None:
    if not parts:
        return None
    rows = tuple((Cell(words.WAITER_WORDS[p.waiter or "unknown"], kind=f"waiter-{p.waiter}"), *_part(p)) for p in parts)
    return Section("waiters", "Who waits", table=Table((Column("Who waits"), *PART_COLUMNS), rows))


def _routes(parts: Sequence[Part]) -> Section | None:
    if not parts:
        return None
    rows = tuple((_route_cell(p.route or "unknown", p.urgency), *_part(p)) for p in parts)
    lead = (
        "Where the calls belong: synchronous is for somebody waiting; with an hour or more to go batch is worth a "
        "try, with a day or more it is required.",
    )
    return Section("routes", "Where the calls belong", lead, Table((Column("Belongs on"), *PART_COLUMNS), rows))


PART_COLUMNS: Final = (
    Column("Workloads", numeric=True),
    Column("Calls", numeric=True),
    Column("Spend", numeric=True),
    Column("Share", numeric=True),
    Column("Slow already", numeric=True),
    Column("Saving", numeric=True),
)


def _part(part: Part) -> tuple[Cell, ...]:
    saving = "–"
    if part.saving_low_usd is not None:
        saving = words.usd_span(part.saving_low_usd, part.saving_high_usd)
    return (
        Cell(f"{part.workloads:,}"),
        Cell(f"{part.calls:,}"),
        Cell(words.usd(part.spend_usd)),
        Cell(words.percent(part.share)),
        Cell(words.usd(part.slow_usd) if part.slow_usd else "–"),
        Cell(saving),
    )


def _workloads(lines: Sequence[WorkloadLine]) -> Section | None:
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
    return Section("workloads", "Workloads by money", table=table, after=_cut(len(lines)))


def _workload_row(line: WorkloadLine) -> tuple[Cell, ...]:
    workload = line.workload
    verdict = workload.verdict
    return (
        Cell(words.clean(workload.name), _about(line)),
        Cell(f"{workload.calls:,}", _unpriced(workload)),
        Cell(words.usd(workload.spend_usd), () if line.share is None else (words.percent(line.share),)),
        Cell(words.WAITER_WORDS[verdict.waiter], kind=f"waiter-{verdict.waiter}"),
        _deadline_cell(verdict),
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


def _deadline_cell(verdict: Verdict) -> Cell:
    """A dash where a person waits: there is no deadline to ask for."""
    if verdict.deadline_s is None:
        return Cell("–" if verdict.waiter == "person" else words.NOT_KNOWN)
    return Cell(words.duration(verdict.deadline_s), (words.basis(verdict.deadline_basis),))


def _workload_route(workload: Workload) -> Cell:
    verdict = workload.verdict
    cell = _route_cell(verdict.route, verdict.urgency)
    if not workload.slow_usd or workload.spend_usd is None:
        return cell
    where = "all of it there already" if workload.slow_usd == workload.spend_usd else "partly there already"
    return Cell(cell.text, (where,), cell.kind)


def _route_cell(route: str, urgency: str | None) -> Cell:
    return Cell(route if urgency is None else f"{route}, {urgency}", kind=f"route-{route}")


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


def _code_cell(line: WorkloadLine) -> Cell:
    if not line.links:
        return Cell("–")
    by = sentences.JOINED_BY[line.links[0].by]
    shared = ("shared by these call sites",) if line.links[0].shared else ()
    places = _places(line)
    return Cell(places[0], (*places[1:], by, *shared))


def _places(line: WorkloadLine) -> tuple[str, ...]:
    shown = tuple(place(link.site) for link in line.links[:3])
    more = len(line.links) - len(shown)
    return (*shown, f"and {more} more") if more else shown


def _ways(line: WorkloadLine, usages: Mapping[tuple[Place, str], Usage]) -> tuple[str, ...]:
    """The call sites of a workload, each with the driver it is called by where that is certain."""
    drivers = [usages[k.site, k.usage].driver if k.usage is not None else None for k in line.links]
    places = _places(line)
    told = [
        text if driver is None else f"{text}, called many times by {place(driver)}"
        for text, driver in zip(places, drivers, strict=False)
    ]
    return (*told, *places[len(told) :])


def place(where: Place) -> str:
    """Return path:line, cleaned; of a very long path the end stays, with its line."""
    text = words.clean(str(where), 10_000)
    return text if len(text) <= words.LONGEST else f"…{text[1 - words.LONGEST :]}"


def _sites(report: Report) -> Section | None:
    if report.code is None:
        return None
    shown = [(s, u) for s in report.sites for u in s.moving]
    columns = (
        Column("Call site", code=True),
        Column("Called many times by", code=True),
        Column("Who waits"),
        Column("Deadline"),
        Column("Belongs on"),
        Column("Per 30 days", numeric=True),
    )
    rows = tuple(_usages_row(s, u) for s, u in shown[:ROWS])
    lead = (sentences.sites(report), *sentences.volume(report)) if shown else (sentences.sites(report),)
    table = Table(columns, rows) if rows else None
    return Section("call-sites", "Call sites in the code", lead, table, after=_cut(len(shown)))


def _usages_row(line: SiteLine, usages: Sequence[Usage]) -> tuple[Cell, ...]:
    """A row for the usages of one driver: they have all but their entry points in common."""
    site, first = line.site, usages[0]
    also = ("on another path somebody waits",) if site.also_waited else ()
    return (
        Cell(place(site.place), (words.clean(site.function), _model(site))),
        Cell(_driver(first), (*_shape(first), *_entries(usages))),
        Cell(words.WAITER_WORDS[first.verdict.waiter], also, f"waiter-{first.verdict.waiter}"),
        _deadline_cell(first.verdict),
        _route_cell(first.verdict.route, first.verdict.urgency),
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


def _questions(report: Report) -> Section | None:
    if not report.questions:
        return None
    columns = (
        Column("About"),
        Column("Question"),
        Column("At stake", numeric=True),
        Column("Seen so far"),
    )
    rows = tuple(_question_row(q) for q in report.questions[:ROWS])
    lead = sentences.questions(report)
    return Section("questions", "What is not known yet", lead, Table(columns, rows), after=_cut(len(report.questions)))


def _question_row(asked: OpenQuestion) -> tuple[Cell, ...]:
    stands = "stands on an assumed deadline" if asked.assumed else "unknown"
    where = () if asked.place is None else (place(asked.place),)
    seen = _some(asked.seen)
    return (
        Cell(words.clean(asked.subject), where),
        Cell(words.clean(asked.question, 400), (stands,), "route-batch" if asked.assumed else "route-unknown"),
        Cell("depends on volume" if asked.usage is not None else words.usd(asked.spend_usd)),
        Cell(seen[0] if seen else "nothing that speaks of waiting", seen[1:]),
    )


def _slow(report: Report) -> Section | None:
    columns = (Column("What"), Column("Spend on a slower tier", numeric=True), Column("Belongs on"))
    rows = [
        (
            Cell(words.clean(w.workload.name), ("in the logs",)),
            Cell(words.usd(w.workload.slow_usd)),
            _route_cell(w.workload.verdict.route, w.workload.verdict.urgency),
        )
        for w in report.workloads
        if w.workload.slow_usd
    ]
    rows += [
        (
            Cell(place(s.site.place), (words.clean(s.site.call),)),
            Cell("–"),
            _route_cell(s.site.deciding.verdict.route, s.site.deciding.verdict.urgency),
        )
        for s in report.sites
        if s.site.tier in ("batch", "flex")
    ]
    if not rows:
        return None
    table = Table(columns, tuple(rows[:ROWS]))
    return Section("slow", "On a slower tier already", table=table, after=_cut(len(rows)))


def _others(report: Report) -> Section | None:
    if not report.others:
        return None
    columns = (Column("Finding"), Column("What"), Column("Where", code=True))
    rows = tuple(
        (
            Cell(words.clean(f.rule)),
            Cell(words.clean(f.message, 400), () if f.workload is None else (words.clean(f.workload),)),
            Cell(place(f.place)),
        )
        for f in report.others[:ROWS]
    )
    return Section("findings", "Other findings", table=Table(columns, rows), after=_cut(len(report.others)))


def _conflicts(report: Report) -> Section | None:
    if not report.conflicts:
        return None
    columns = (Column("Workload"), Column("In the logs"), Column("In the code"), Column("Where", code=True))
    rows = tuple(
        (
            Cell(words.clean(c.workload)),
            Cell(words.WAITER_WORDS[c.in_log], kind=f"waiter-{c.in_log}"),
            Cell(words.WAITER_WORDS[c.in_code], kind=f"waiter-{c.in_code}"),
            Cell(place(c.site), (sentences.JOINED_BY[c.by],)),
        )
        for c in report.conflicts[:ROWS]
    )
    lead = ("Code and logs disagree about who waits. The money follows the logs; an entry in the register settles it.",)
    table = Table(columns, rows)
    return Section("conflicts", "Where code and logs disagree", lead, table, after=_cut(len(report.conflicts)))


def _reasons(report: Report) -> Section | None:
    judged = [w for w in report.workloads if w.workload.evidence or w.workload.verdict.notes]
    if not judged:
        return None
    items = tuple(
        Item(
            title=words.clean(line.workload.name),
            aside=_route_cell(line.workload.verdict.route, line.workload.verdict.urgency).text,
            lines=tuple(sentences.reasons(line.workload, SEEN)),
            kind=line.workload.verdict.route,
        )
        for line in judged[:ROWS]
    )
    lead = ("What was observed about each workload. A hint is shown and never decides.",)
    return Section("reasons", "Why", lead, items=items, after=_cut(len(judged)))


def _skipped(report: Report) -> Section:
    if not report.skipped:
        return Section("skipped", "Skipped", ("Nothing was skipped: all that was given could be read.",))
    columns = (Column("Reason"), Column("How many", numeric=True), Column("First", code=True))
    rows = tuple(
        (
            Cell(words.clean(s.reason, 400), ("in the code" if s.half == "code" else "in the logs",)),
            Cell(f"{s.count:,}"),
            Cell(place(s.first)),
        )
        for s in report.skipped[:ROWS]
    )
    lead = ("What could not be read is in no figure above.",)
    return Section("skipped", "Skipped", lead, Table(columns, rows), after=_cut(len(report.skipped)))


def _basis(report: Report) -> Section:
    rows = tuple((Cell(k), Cell(v[0], tuple(v[1:]))) for k, v in sentences.basis(report))
    table = Table((Column("What"), Column("Basis")), rows)
    return Section("basis", "What the figures rest on", table=table)


def _some(seen: Iterable[str]) -> tuple[str, ...]:
    cleaned = [words.clean(s, 400) for s in seen]
    more = len(cleaned) - SEEN
    return (*cleaned[:SEEN], f"and {more} more") if more > 0 else tuple(cleaned)


def _cut(total: int) -> tuple[str, ...]:
    return (f"{total - ROWS:,} more in the JSON report.",) if total > ROWS else ()


