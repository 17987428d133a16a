"""The money of a report as tables: before and after, by month, by who waits and who pays, and what is saved already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.report import sentences, words
from whowaits.report.layout import (
    ROWS,
    Cell,
    Column,
    Section,
    Table,
    left_out,
    place,
    route_cell,
    waiter_cell,
)
from whowaits.report.values import Headline, Part, Report, Split

_PART_COLUMNS: Final = (
    Column("Workloads", numeric=True),
    Column("Calls", numeric=True),
    Column("Spend", numeric=True),
    Column("Share", numeric=True),
    Column("Slow already", numeric=True),
    Column("Saving", numeric=True),
)
_SPLIT_COLUMNS: Final = (
    Column("Calls", numeric=True),
    Column("Spend", numeric=True),
    Column("Nobody waited for", numeric=True),
    Column("Not known", numeric=True),
    Column("Saving", numeric=True),
    Column("Spend after", numeric=True),
)
NOBODY: Final = "nobody named"


def bill(headline: Headline | None) -> Section | None:
    """Return the section of the bill before and after; None without logs."""
    if headline is None:
        return None
    saving = words.usd_span(headline.saving_low_usd, headline.saving_high_usd)
    after = words.usd_span(headline.after_low_usd, headline.after_high_usd)
    shares = words.percent_span(headline.share(headline.after_low_usd), headline.share(headline.after_high_usd))
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
        ("Bill after", after, shares),
        *_invoice(headline),
    )
    columns = (Column("What"), Column("USD", numeric=True), Column("Share of the bill", numeric=True))
    table = Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))
    return Section("bill", "The bill, before and after", sentences.saving_basis(headline), table)


def _invoice(headline: Headline) -> list[tuple[str, str, str]]:
    """What the invoice says beside it, where one is given: the difference is shown, not spread over anything."""
    if headline.invoice_usd is None or headline.unlogged_usd is None:
        return []
    return [
        ("Invoice", words.usd(headline.invoice_usd), words.percent(headline.share(headline.invoice_usd))),
        (
            "Of the invoice in no log",
            words.usd(headline.unlogged_usd),
            words.percent(headline.share(headline.unlogged_usd)),
        ),
    ]


def waiters(parts: Sequence[Part]) -> Section | None:
    """Return the section of the money by who waits."""
    if not parts:
        return None
    rows = tuple((waiter_cell(p.waiter or "unknown"), *_part(p)) for p in parts)
    return Section("waiters", "Who waits", table=Table((Column("Who waits"), *_PART_COLUMNS), rows))


def routes(parts: Sequence[Part]) -> Section | None:
    """Return the section of the money by where the calls belong."""
    if not parts:
        return None
    rows = tuple((route_cell(p.route or "unknown", p.urgency), *_part(p)) for p in parts)
    lead = (
        "Synchronous is for somebody waiting. With an hour or more to go batch is worth a try, with a day or more "
        "it is required.",
    )
    return Section("routes", "Where the calls belong", lead, Table((Column("Belongs on"), *_PART_COLUMNS), rows))


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


def months(splits: Sequence[Split]) -> Section | None:
    """Return the section of the bill month by month, before and after."""
    lead = ("Each month as it was and with every proposed move made, by calendar month in UTC.",)
    return _split_section("months", "Month by month", "Month", "without a time", splits, lead)


def owners(splits: Sequence[Split]) -> Section | None:
    """Return the section of the bill by who answers for it; None where nobody is named anywhere."""
    lead = ("The register names the owner of a workload, else the log the team of a call.",)
    named = splits if any(s.name is not None for s in splits) else ()
    return _split_section("owners", "By owner", "Owner", NOBODY, named, lead)


def providers(splits: Sequence[Split]) -> Section | None:
    """Return the section of the bill by provider."""
    return _split_section("providers", "By provider", "Provider", words.NOT_KNOWN, splits)


def models(splits: Sequence[Split]) -> Section | None:
    """Return the section of the bill by model."""
    return _split_section("models", "By model", "Model", words.NOT_KNOWN, splits)


def _split_section(
    id: str, title: str, column: str, unnamed: str, splits: Sequence[Split], lead: tuple[str, ...] = ()
) -> Section | None:
    if not splits:
        return None
    rows = tuple((Cell(unnamed if s.name is None else words.clean(s.name)), *_split(s)) for s in splits[:ROWS])
    return Section(id, title, lead, Table((Column(column), *_SPLIT_COLUMNS), rows), after=left_out(len(splits)))


def _split(split: Split) -> tuple[Cell, ...]:
    unpriced = (f"{split.unpriced_calls:,} without a price",) if split.unpriced_calls else ()
    slow = (f"{words.usd(split.slow_usd)} slow already",) if split.slow_usd else ()
    saves = split.saving_low_usd or split.saving_high_usd
    return (
        Cell(f"{split.calls:,}", unpriced),
        Cell(words.usd(split.spend_usd), slow),
        Cell(words.usd(split.unwaited_usd) if split.unwaited_usd else "–"),
        Cell(words.usd(split.unknown_usd) if split.unknown_usd else "–"),
        Cell(words.usd_span(split.saving_low_usd, split.saving_high_usd) if saves else "–"),
        Cell(words.usd_span(split.after_low_usd, split.after_high_usd)),
    )


def slow(report: Report) -> Section | None:
    """Return the section of what runs on a slower tier already, and what that has saved."""
    columns = (
        Column("What"),
        Column("Spend on a slower tier", numeric=True),
        Column("Saved by it", numeric=True),
        Column("Belongs on"),
    )
    rows = [
        (
            Cell(words.clean(w.workload.name), ("in the logs",)),
            Cell(words.usd(w.workload.slow_usd)),
            Cell(words.usd(w.realised_usd)),
            route_cell(w.workload.verdict.route, w.workload.verdict.urgency),
        )
        for w in report.workloads
        if w.workload.slow_usd
    ]
    rows += [
        (
            Cell(place(s.site.place), (words.clean(s.site.call),)),
            Cell("–"),
            Cell("–"),
            route_cell(s.site.deciding.verdict.route, s.site.deciding.verdict.urgency),
        )
        for s in report.sites
        if s.site.tier in ("batch", "flex")
    ]
    if not rows:
        return None
    table = Table(columns, tuple(rows[:ROWS]))
    lead = sentences.realised(report)
    return Section("slow", "On a slower tier already", lead, table, after=left_out(len(rows)))
