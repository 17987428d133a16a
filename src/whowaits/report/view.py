"""Report -> Page: the report in words, once, for Markdown and HTML alike.

Every string from outside is cleaned here (one line, no control characters, cut to a length); escaping for its
own syntax is each format's business.
"""

from __future__ import annotations

from collections.abc import Iterable

from whowaits.report import (
    compared_section,
    decision_table,
    hours_table,
    money_tables,
    sentences,
    site_table,
    trust,
    waiver_table,
    words,
    workload_table,
)
from whowaits.report.layout import (
    ROWS,
    SEEN,
    Cell,
    Column,
    Figure,
    Item,
    Page,
    Section,
    Table,
    left_out,
    place,
    route_cell,
    waiter_cell,
)
from whowaits.report.values import Headline, OpenQuestion, Report
from whowaits.report.workload_table import saving_said, ways


def page(report: Report) -> Page:
    """Return the report in words; sections with nothing to say are left out, except those whose emptiness is news."""
    sections = (
        _first(report),
        money_tables.bill(report.headline),
        money_tables.months(report.months),
        money_tables.waiters(report.waiters),
        money_tables.routes(report.routes),
        workload_table.section(report.workloads),
        *compared_section.sections(report.compared),
        decision_table.section(report.workloads),
        decision_table.choices(report.choices),
        money_tables.owners(report.owners),
        money_tables.providers(report.providers),
        money_tables.models(report.models),
        hours_table.section(report.unwaited_hours),
        site_table.section(report),
        site_table.stays(report),
        _questions(report),
        money_tables.slow(report),
        waiver_table.section(report.waivers),
        _others(report),
        _conflicts(report),
        _reasons(report),
        trust.coverage(report.coverage),
        trust.aggregates(report.aggregates),
        trust.doubts(report.price_doubts),
        trust.missing(report.missing),
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
            "Can wait",
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
            aside=saving_said(line),
            lines=tuple(sentences.what_to_do(line)),
            places=ways(line, usages),
            kind=line.workload.verdict.route,
        )
        for line in moves[:5]
    )
    rest = len(moves) - len(items)
    after = (f"{words.count(rest, 'more workload')} to move: see the workloads below.",) if rest else ()
    return Section("first", "What to do first", items=items, after=after, ordered=True)


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
    table, after = Table(columns, rows), left_out(len(report.questions))
    return Section("questions", "What is not known yet", (sentences.ANSWERS,), table, after=after)


def _question_row(asked: OpenQuestion) -> tuple[Cell, ...]:
    stands = "stands on an assumed deadline" if asked.assumed else "unknown"
    where = () if asked.place is None else (place(asked.place),)
    in_code = [] if asked.in_code is None else [f"in the code {words.WAITER_WORDS[asked.in_code]}"]
    seen = _some([*in_code, *asked.seen])
    return (
        Cell(words.clean(asked.subject), where),
        Cell(words.clean(asked.question, 400), (stands,), "route-batch" if asked.assumed else "route-unknown"),
        Cell("depends on volume" if asked.usage is not None else words.usd(asked.spend_usd)),
        Cell(seen[0] if seen else "nothing that speaks of waiting", seen[1:]),
    )


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
    return Section("findings", "Other findings", table=Table(columns, rows), after=left_out(len(report.others)))


def _conflicts(report: Report) -> Section | None:
    if not report.conflicts:
        return None
    columns = (Column("Workload"), Column("In the logs"), Column("In the code"), Column("Where", code=True))
    rows = tuple(
        (
            Cell(words.clean(c.workload)),
            waiter_cell(c.in_log),
            waiter_cell(c.in_code),
            Cell(place(c.site), (sentences.JOINED_BY[c.by],)),
        )
        for c in report.conflicts[:ROWS]
    )
    lead = ("Code and logs disagree about who waits. The money follows the logs; an entry in the register settles it.",)
    table = Table(columns, rows)
    return Section("conflicts", "Where code and logs disagree", lead, table, after=left_out(len(report.conflicts)))


def _reasons(report: Report) -> Section | None:
    judged = [w for w in report.workloads if w.workload.evidence or w.workload.verdict.notes]
    if not judged:
        return None
    items = tuple(
        Item(
            title=words.clean(line.workload.name),
            aside=route_cell(line.workload.verdict.route, line.workload.verdict.urgency).text,
            lines=tuple(sentences.reasons(line.workload, SEEN)),
            kind=line.workload.verdict.route,
        )
        for line in judged[:ROWS]
    )
    lead = ("What was observed about each workload. A hint is shown and never decides.",)
    return Section("reasons", "Why", lead, items=items, after=left_out(len(judged)))


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
    return Section("skipped", "Skipped", lead, Table(columns, rows), after=left_out(len(report.skipped)))


def _basis(report: Report) -> Section:
    rows = tuple((Cell(k), Cell(v[0], tuple(v[1:]))) for k, v in sentences.basis(report))
    table = Table((Column("What"), Column("Basis")), rows)
    return Section("basis", "What the figures rest on", table=table)


def _some(seen: Iterable[str]) -> tuple[str, ...]:
    cleaned = [words.clean(s, 400) for s in seen]
    more = len(cleaned) - SEEN
    return (*cleaned[:SEEN], f"and {more} more") if more > 0 else tuple(cleaned)
