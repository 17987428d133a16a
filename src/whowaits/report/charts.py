"""Report -> charts as plain values: what is drawn, in which order and how long, and the words that say it.

Every chart stands beside a table with its figures. How it looks is named by a kind (a route, a waiter), which the
page's style gives a colour and a pattern; `drawing.py` makes the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from whowaits.report import words
from whowaits.report.hours_table import DAYS, HOURS, clock
from whowaits.report.values import Headline, Part, Report, Split, WorkloadLine

TOP: Final = 10
"""Workloads in the chart; the table beside it has more."""
MONTHS: Final = 24
"""Months in the chart: the last ones."""
LABEL: Final = 28
"""Characters of a label; a longer name is cut, the table beside the chart has it in full."""
LEVELS: Final = 5
"""Steps of the week's chart above nothing, by the square root of the count: the quiet hours stay visible."""
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: its share of the longest bar; `kind` names its look."""

    share: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label to the left above it and its value to the right."""

    label: str
    value: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """What a look means, with the figure behind it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below one another, each in parts. `summary` says in words what they show, for those who do not see it."""

    id: str
    title: str
    summary: str
    bars: tuple[Bar, ...]
    keys: tuple[Key, ...] = ()
    beside: bool = False
    """Whether its table stands beside it, else below."""


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a week as a field of 7 x 24, each with a level from 0 (nothing) to `LEVELS`."""

    id: str
    title: str
    summary: str
    levels: tuple[int, ...]
    keys: tuple[Key, ...]
    beside: bool = False


Chart = Bars | Week


def charts(report: Report) -> dict[str, Chart]:
    """Return the charts by the id of the section whose table holds their data; no bars without money."""
    drawn: list[Chart] = [] if not any(report.unwaited_hours) else [_week(report.unwaited_hours)]
    if report.headline is not None and report.headline.bill_usd > 0:
        drawn += [
            _bill(report.headline, report.routes),
            _months(report.months),
            _waiters(report.waiters),
            _workloads(report.workloads),
        ]
    return {chart.id: chart for chart in drawn}


_KEYS: Final = {
    "route-sync": "stays synchronous",
    "route-unknown": "not known",
    "route-batch": "can wait",
    "slow": "on a slower tier",
    "range": "saved or not, with the prompt cache",
    "saved": "saved",
}
"""Look of a part of the bill -> what it means, in the order in which they are drawn."""


def _bill(head: Headline, routes: Iterable[Part]) -> Bars:
    """Before: the bill by where it belongs. After: the moved part at its new price, the saving from low to high."""
    unknown = sum((p.spend_usd - p.slow_usd for p in routes if p.route == "unknown" and p.spend_usd), NOTHING)
    stays = {"route-sync": head.bill_usd - head.slow_usd - head.batchable_usd - unknown, "route-unknown": unknown}
    now = {**stays, "slow": head.slow_usd, "route-batch": head.batchable_usd}
    after = {
        **stays,
        "slow": head.slow_usd + head.batchable_usd - head.saving_high_usd,
        "range": head.saving_high_usd - head.saving_low_usd,
        "saved": head.saving_low_usd,
    }
    whole = max(head.bill_usd, head.after_high_usd)
    bill, left = words.big_usd(head.bill_usd), words.usd_span(head.after_low_usd, head.after_high_usd, short=True)
    return Bars(
        id="bill",
        title="Bill before and after",
        summary=f"The bill is {bill} now and {left} after every proposed move.",
        bars=(Bar("Now", bill, _pieces(whole, now)), Bar("After", left, _pieces(whole, after))),
        keys=_keys({**now, **after}),
        beside=True,
    )


def _months(splits: Sequence[Split]) -> Bars:
    """A bar for each month: as long as its spend; what a move saves of it is hollow."""
    shown = splits[-MONTHS:]
    whole = max((max(s.spend_usd, s.after_high_usd) for s in shown), default=NOTHING)
    rows = [(s.name or "no time", _before_and_after(s), _parts(s)) for s in shown]
    drawn = {kind: sum((parts.get(kind, NOTHING) for _, _, parts in rows), NOTHING) for kind in _KEYS}
    return Bars(
        id="months",
        title="Spend by month; hollow is what every proposed move saves of it",
        summary="; ".join(f"{label}: {value}" for label, value, _ in rows) + ".",
        bars=tuple(Bar(label, value, _pieces(whole, parts)) for label, value, parts in rows),
        keys=_keys(drawn, amounts=False),
    )


def _before_and_after(split: Split) -> str:
    after = words.usd_span(split.after_low_usd, split.after_high_usd, short=True)
    return f"{words.big_usd(split.spend_usd)}, after {after}"


def _parts(split: Split) -> dict[str, Decimal]:
    moved = split.movable_usd - split.saving_high_usd + split.slow_usd
    unknown = min(split.unknown_usd, split.spend_usd - split.movable_usd - split.slow_usd)
    return {
        "route-sync": split.spend_usd - split.movable_usd - split.slow_usd - unknown,
        "route-unknown": unknown,
        "slow": moved,
        "range": split.saving_high_usd - split.saving_low_usd,
        "saved": split.saving_low_usd,
    }


def _waiters(parts: Sequence[Part]) -> Bars:
    largest = max((p.spend_usd or NOTHING for p in parts), default=NOTHING)
    rows = tuple(
        Bar(
            words.WAITER_WORDS[p.waiter or "unknown"],
            f"{words.big_usd(p.spend_usd)}, {words.percent(p.share)}",
            _pieces(largest, {f"waiter-{p.waiter}": p.spend_usd or NOTHING}),
        )
        for p in parts
    )
    return Bars("waiters", "Spend by who waits", _said(rows), rows, beside=True)


def _workloads(lines: Sequence[WorkloadLine]) -> Bars:
    shown = [line.workload for line in lines if line.workload.spend_usd][:TOP]
    largest = max((w.spend_usd or NOTHING for w in shown), default=NOTHING)
    rows = tuple(
        Bar(
            words.clean(w.name, LABEL),
            f"{words.big_usd(w.spend_usd)}, {w.verdict.route}",
            _pieces(largest, {f"route-{w.verdict.route}": w.spend_usd or NOTHING}),
        )
        for w in shown
    )
    title = f"The {words.count(len(rows), 'workload')} that cost most, by where they belong"
    return Bars("workloads", title, _said(rows), rows)


def _said(rows: Iterable[Bar]) -> str:
    return "; ".join(f"{row.label}: {row.value}" for row in rows) + "."


def _pieces(whole: Decimal, parts: dict[str, Decimal]) -> tuple[Piece, ...]:
    """The parts one after the other; one of nothing is left out, none leaves the drawing."""
    pieces, left = [], Decimal(1)
    for kind, amount in parts.items():
        share = min(amount / whole, left) if amount > 0 and whole > 0 else NOTHING
        if share > 0:
            pieces.append(Piece(share, kind))
            left -= share
    return tuple(pieces)


def _keys(amounts_by_kind: dict[str, Decimal], amounts: bool = True) -> tuple[Key, ...]:
    present = [(kind, amounts_by_kind.get(kind, NOTHING)) for kind in _KEYS]
    return tuple(
        Key(kind, f"{_KEYS[kind]}, {words.big_usd(amount)}" if amounts else _KEYS[kind])
        for kind, amount in present
        if amount > 0
    )


def _week(hours: Sequence[int]) -> Week:
    most = max(hours)
    levels = tuple(ceil(Decimal(count * LEVELS**2 / Decimal(most)).sqrt()) for count in hours)
    fullest = max(range(len(hours)), key=lambda at: hours[at])
    bounds = ["none", *(f"up to {most * level**2 // LEVELS**2:,}" for level in range(1, LEVELS + 1))]
    return Week(
        id="hours",
        title="Logged calls by hour of the week (UTC)",
        summary=(
            f"Most calls begin on {DAYS[fullest // HOURS]} at {clock(fullest % HOURS)}: {most:,}. "
            f"{words.count(sum(1 for c in hours if not c), 'hour')} of {len(hours)} see none."
        ),
        levels=levels,
        keys=tuple(Key(f"level-{n}", text) for n, text in enumerate(bounds) if n in levels),
    )
