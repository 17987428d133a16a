"""How far the logs can be believed, in words: what they leave out, what sources sum up, costs that look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from whowaits.model import DAY_S, HOUR_S, MINUTE_S, Aggregate, Coverage, Missing, PriceDoubt
from whowaits.report import words
from whowaits.report.layout import ROWS, Cell, Column, Section, Table, left_out

MISSING: Final = {
    "time": ("when calls run", "the time"),
    "model": ("which offer and price apply", "the model"),
    "tokens": ("what calls cost by the price list", "the tokens"),
    "cost": ("what was paid but by the price list", "the cost"),
    "status": ("which calls failed (all count as answered)", "the status"),
    "waiter": ("who waits from what is stated", "who waits"),
    "deadline": ("by when an answer is needed", "a deadline"),
    "user": ("the pauses of people by user", "the user"),
    "session": ("the pauses and turns of a conversation", "the session"),
    "stream": ("whether somebody reads along", "whether the answer was streamed"),
    "job": ("which program calls", "a job, service, workflow or prompt"),
}
"""Kind of evidence -> what cannot be judged without it, and what no column says."""
CAUSES: Final = {
    Decimal("0.01"): "dollars are written where cents are read, or the reverse",
    Decimal("0.5"): "the batch discount may be in the cost already, though nothing says that these calls are batched",
    Decimal(2): "two attempts, or a parent and its child, may be in one cost",
    Decimal(100): "cents are written where dollars are read",
}
"""Factor between reported cost and list price -> what it most often is."""
_WIDTHS: Final = ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute"))


def not_said(missing: Missing) -> str:
    """Return what cannot be judged and why, in one sentence without its source."""
    judged, field = MISSING[missing.what]
    if missing.rows == missing.of:
        return f"cannot judge {judged}: no column says {field}"
    return f"cannot judge {judged}: {missing.rows:,} of {missing.of:,} calls do not say {field}"


def off_price(doubt: PriceDoubt) -> str:
    """Return by how much reported costs are off, on how many calls, and what that may mean."""
    about = f"{words.clean(doubt.model or 'calls without a model')}{_tier(doubt)}"
    calls = f"{doubt.calls:,} of {words.count(doubt.looked_at, 'call')} compared"
    if doubt.factor is None:
        return (
            f"{about}: cost is {doubt.ratio.normalize():f} x list price on {calls}; own rates or a discount may apply"
        )
    return f"{about}: cost is {doubt.factor:f} x list price on {calls}; {CAUSES[doubt.factor]}"


def _tier(doubt: PriceDoubt) -> str:
    return "" if doubt.tier == "standard" else f" on {doubt.tier}"


def covered(coverage: Coverage) -> str:
    """Return which part of what was summed up is logged, in one sentence."""
    shares = [f"{share} of the {what}" for what, share, _ in _shares(coverage)]
    about = f"The logged calls of {words.clean(coverage.provider)} are {' and '.join(shares) or 'no known part'}"
    return f"{about} that {words.clean(coverage.source)} has for {_period(coverage.first_at, coverage.last_at)}."


def _shares(coverage: Coverage) -> list[tuple[str, str, str]]:
    found = []
    if coverage.requests:
        found.append(("requests", _share(coverage.requests_logged, coverage.requests), f"{coverage.requests:,}"))
    if coverage.tokens:
        found.append(("tokens", _share(coverage.tokens_logged, coverage.tokens), f"{coverage.tokens:,}"))
    if coverage.usd and coverage.usd_logged is not None:
        found.append(("dollars", _share(coverage.usd_logged, coverage.usd), words.usd(coverage.usd)))
    return found


def _share(part: int | Decimal, whole: int | Decimal) -> str:
    return words.percent(Decimal(part) / Decimal(whole))


def _period(first: datetime | None, last: datetime | None) -> str:
    if first is None or last is None:
        return words.NOT_KNOWN
    return f"{words.minute(first).removesuffix(' UTC')} to {words.minute(last)}"


def _width(width_s: int | None) -> str:
    """Return the length of the spans that were summed."""
    if width_s is None:
        return "as a whole"
    size, unit = next(((size, unit) for size, unit in _WIDTHS if width_s % size == 0), (1, "second"))
    return f"by the {unit}" if width_s == size else f"by {words.count(width_s // size, unit)}"


_SUMS: Final = (
    Column("Source"),
    Column("Model"),
    Column("Period"),
    Column("Requests", numeric=True),
    Column("Input tokens", numeric=True),
    Column("Output tokens", numeric=True),
    Column("Cost", numeric=True),
)


def aggregates(found: Sequence[Aggregate]) -> Section | None:
    """Return the section about sums over many calls."""
    if not found:
        return None
    lead = ("Sums as their source states them, beside the calls: they are in no figure above and in no other sum.",)
    table = Table(_SUMS, tuple(_sum(a) for a in found[:ROWS]))
    return Section("aggregates", "What sources sum up", lead, table, after=left_out(len(found)))


def _sum(a: Aggregate) -> tuple[Cell, ...]:
    model = words.clean(a.model or "all models")
    return (
        Cell(words.clean(a.source), (words.clean(a.provider),) if a.provider else ()),
        Cell(model if a.tier == "standard" else f"{model}, {a.tier}"),
        Cell(_period(a.first_at, a.last_at), (f"{_width(a.width_s)}, {words.count(a.rows, 'row')}",)),
        *(Cell("–" if n is None else f"{n:,}") for n in (a.requests, a.input_tokens, a.output_tokens)),
        Cell("–" if a.cost_usd is None else words.usd(a.cost_usd)),
    )


def summed(a: Aggregate) -> str:
    """Return what a source sums up, on one line."""
    figures = (("request", a.requests), ("input token", a.input_tokens), ("output token", a.output_tokens))
    said = [words.count(n, what) for what, n in figures if n is not None]
    said += [] if a.cost_usd is None else [words.usd(a.cost_usd)]
    return f"{', '.join(said) or 'nothing'} ({_period(a.first_at, a.last_at)}, {_width(a.width_s)})"


def coverage(found: Sequence[Coverage]) -> Section | None:
    """Return the section about how much of what was billed is logged."""
    if not found:
        return None
    columns = (Column("Provider"), Column("Summed up by"), Column("Period"), Column("Logged", numeric=True))
    lead = ("Logged calls beside the sums of their provider, on days with calls. Well below 100 % the logs are part.",)
    return Section("coverage", "How complete the logs are", lead, Table(columns, tuple(map(_covered, found))))


def _covered(c: Coverage) -> tuple[Cell, ...]:
    said = [
        f"{share} of {whole} {what}" if what != "dollars" else f"{share} of {whole}"
        for what, share, whole in _shares(c)
    ]
    return (
        Cell(words.clean(c.provider)),
        Cell(words.clean(c.source), (_width(c.width_s),)),
        Cell(_period(c.first_at, c.last_at)),
        Cell(said[0] if said else words.NOT_KNOWN, tuple(said[1:])),
    )


def doubts(found: Sequence[PriceDoubt]) -> Section | None:
    """Return the section about costs that are off from the price list."""
    if not found:
        return None
    columns = (Column("Source"), Column("Costs that are not the list price"))
    rows = tuple((Cell(words.clean(d.source)), Cell(off_price(d))) for d in found[:ROWS])
    lead = ("Compared call by call, within 2 %. The costs are used as reported: nothing was corrected.",)
    return Section("doubts", "Costs to look at", lead, Table(columns, rows), after=left_out(len(found)))


def missing(found: Sequence[Missing]) -> Section | None:
    """Return the section about evidence that is not there."""
    if not found:
        return None
    columns = (Column("Source"), Column("What it does not say"))
    by_source: dict[str, list[str]] = {}
    for item in found:
        by_source.setdefault(item.source, []).append(not_said(item))
    rows = tuple((Cell(words.clean(source)), Cell(said[0], tuple(said[1:]))) for source, said in by_source.items())
    lead = ("Nothing is made up in place of what a log does not hold.",)
    return Section("missing", "What the logs do not say", lead, Table(columns, rows))
