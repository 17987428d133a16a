"""Report -> charts as plain values: lengths in per cent of the width, ready for a template to draw as inline SVG.

Drawn by a small template and not by a library, on purpose: the bars must follow the width of the page without
shrinking their text, take their colours from the page (light, dark, paper), and come out byte for byte the same.
pygal 3.1 writes today's date, a script and unscoped styles into each SVG and scales text with the drawing;
matplotlib and altair with vl-convert fix fonts and colours, weigh 30 to 60 MB and change their bytes between releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from whowaits.report import words
from whowaits.report.values import Headline, Part, Report, WorkloadLine

TOP: Final = 10
LABEL: Final = 28
"""Characters of a label; a longer name is cut, the table beside the chart has it in full."""
ROW_PX: Final = 46
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: from `x` on, `width` long, both in per cent; `kind` names its look."""

    x: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label to the left above it and its value to the right; `y` in pixels."""

    label: str
    value: str
    pieces: tuple[Piece, ...]
    y: int


@dataclass(frozen=True, slots=True)
class Key:
    """What a look means; `value` is the figure behind it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`summary` says in words what the picture shows, for those who do not see it."""

    id: str
    title: str
    summary: str
    bars: tuple[Bar, ...]
    keys: tuple[Key, ...]
    height: int


def charts(report: Report) -> dict[str, Chart]:
    """Return the charts by the id of the section whose table holds their data; no chart without money."""
    if report.headline is None or report.headline.bill_usd <= 0:
        return {}
    drawn = (
        _bill(report.headline, report.routes),
        _waiters(report.waiters),
        _workloads(report.workloads),
    )
    return {chart.id: chart for chart in drawn}


def _bill(head: Headline, routes: Iterable[Part]) -> Chart:
    """Before: the bill by where it belongs. After: the moved part at its new price, the saving from low to high."""
    whole = max(head.bill_usd, head.after_high_usd)
    unknown = sum((p.spend_usd - p.slow_usd for p in routes if p.route == "unknown" and p.spend_usd), Decimal(0))
    waited = head.bill_usd - head.slow_usd - head.batchable_usd - unknown
    stays = ((waited, "route-sync"), (unknown, "route-unknown"))
    now = _pieces(whole, *stays, (head.slow_usd, "slow"), (head.batchable_usd, "route-batch"))
    moved = head.slow_usd + head.batchable_usd - head.saving_high_usd
    unsure = head.saving_high_usd - head.saving_low_usd
    after = _pieces(whole, *stays, (moved, "slow"), (unsure, "range"), (head.saving_low_usd, "saved"))
    bill = words.big_usd(head.bill_usd)
    left = words.usd_span(head.after_low_usd, head.after_high_usd, short=True)
    amounts = {
        "route-sync": waited,
        "route-unknown": unknown,
        "route-batch": head.batchable_usd,
        "slow": moved,
        "range": unsure,
        "saved": head.saving_low_usd,
    }
    return Chart(
        id="bill",
        title="Bill before and after",
        summary=f"The bill is {bill} now and {left} after every proposed move.",
        bars=_stacked([("Now", bill, now), ("After", left, after)]),
        keys=tuple(Key(kind, _BILL_KEYS[kind]) for kind, amount in amounts.items() if amount > 0),
        height=2 * ROW_PX,
    )


_BILL_KEYS: Final = {
    "route-sync": "stays synchronous",
    "route-unknown": "not known",
    "route-batch": "batchable",
    "slow": "on a slower tier",
    "range": "saved or not, with the prompt cache",
    "saved": "saved",
}


def _waiters(parts: Sequence[Part]) -> Chart:
    largest = max((p.spend_usd or Decimal(0) for p in parts), default=Decimal(0))
    rows = [
        (
            words.WAITER_WORDS[p.waiter or "unknown"],
            f"{words.big_usd(p.spend_usd)}, {words.percent(p.share)}",
            _pieces(largest, (p.spend_usd or Decimal(0), f"waiter-{p.waiter}")),
        )
        for p in parts
    ]
    said = "; ".join(f"{label}: {value}" for label, value, _ in rows)
    return Chart("waiters", "Spend by who waits", f"{said}.", _stacked(rows), (), len(rows) * ROW_PX)


def _workloads(lines: Sequence[WorkloadLine]) -> Chart:
    shown = [line for line in lines if line.workload.spend_usd][:TOP]
    largest = max((line.workload.spend_usd or Decimal(0) for line in shown), default=Decimal(0))
    rows = [
        (
            words.clean(line.workload.name, LABEL),
            f"{words.big_usd(line.workload.spend_usd)}, {line.workload.verdict.route}",
            _pieces(largest, (line.workload.spend_usd or Decimal(0), f"route-{line.workload.verdict.route}")),
        )
        for line in shown
    ]
    routes = ("batch", "flex", "unknown", "sync")
    present = {line.workload.verdict.route for line in shown}
    return Chart(
        id="workloads",
        title=f"The {words.count(len(rows), 'workload')} that cost most, by where they belong",
        summary="; ".join(f"{label}: {value}" for label, value, _ in rows) + ".",
        bars=_stacked(rows),
        keys=tuple(Key(f"route-{route}", route) for route in routes if route in present),
        height=len(rows) * ROW_PX,
    )


def _stacked(rows: Iterable[tuple[str, str, tuple[Piece, ...]]]) -> tuple[Bar, ...]:
    return tuple(Bar(label, value, pieces, number * ROW_PX) for number, (label, value, pieces) in enumerate(rows))


def _pieces(whole: Decimal, *parts: tuple[Decimal, str]) -> tuple[Piece, ...]:
    """The parts one after the other; one of nothing is left out, none leaves the drawing."""
    pieces, x = [], Decimal(0)
    for amount, kind in parts:
        if amount <= 0 or whole <= 0:
            continue
        width = min(amount / whole * HUNDRED, HUNDRED - x)
        pieces.append(Piece(_percent(x), _percent(width), kind))
        x += width
    return tuple(pieces)


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001')).normalize():f}%"
