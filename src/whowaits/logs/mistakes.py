"""What goes wrong the other way round: refusals that a batch would end, answers paid twice, batches that got worse.

Each is a rule of rules/findings with bounds; here are the figures that those bounds speak of, by workload.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from whowaits.deadlines.durations import say
from whowaits.judge import is_out_of_time
from whowaits.logs import whole_batches
from whowaits.logs.engine import Engine, features
from whowaits.logs.units import Unit
from whowaits.model import NANO_USD, Verdict
from whowaits.rules import load_findings

STORM: Final = 10
"""So many refused calls in ten minutes are a storm."""
Row = Mapping[str, Any]
Figures = dict[str, Any]


class Mistake(NamedTuple):
    rule: str
    says: str


def figures(engine: Engine, measured: Mapping[int, Row]) -> dict[int, Figures]:
    """Return what was refused, answered before or lost in batches, for each unit."""
    found: dict[int, Figures] = {number: {"rows": row["row_count"]} for number, row in measured.items()}
    for number, rows in _by_unit(engine.rows(features()["limited"])).items():
        found[number] |= _refused(rows, found[number]["rows"])
    for row in engine.rows(features()["repeats"]):
        found[row["unit"]] |= _repeated(row)
    for number, rows in _by_unit(engine.rows(features()["batch_results"])).items():
        found[number] |= _worst_batch(rows)
    return found


def of(unit: Unit, verdict: Verdict, seen: Figures) -> list[Mistake]:
    """Return the mistakes that the figures of a unit and its verdict show, in the order of their rules."""
    judged = {**seen, **_judged(unit, verdict)}
    return [Mistake(rule.id, rule.says.format_map(judged)) for rule in load_findings() if rule.when.holds(judged)]


def of_whole_batches(engine: Engine) -> list[tuple[str, str, Mistake]]:
    """Return (what the batches are, file, mistake) where a batch lost more of its requests than its like."""
    groups = [(name, file, _worst_batch(rows)) for name, file, rows in whole_batches.read(engine)]
    return [
        (name, file, Mistake(rule.id, rule.says.format_map(seen)))
        for name, file, seen in groups
        for rule in load_findings()
        if rule.when.holds(seen)
    ]


def _judged(unit: Unit, verdict: Verdict) -> Figures:
    """The verdict as figures, 1 for yes and 0 for no."""
    sold = unit.offer.sold
    return {
        "waited_for": int(verdict.waiter in ("person", "program")),
        "batch_is_sold": int(sold in ("batch", "both")),
        "out_of_time": int(is_out_of_time(verdict, unit.offer)),
        "deadline": say(verdict.deadline_s) if verdict.deadline_s is not None else "",
        "promised": _promised(unit),
    }


def _promised(unit: Unit) -> str:
    batch = f"a batch within {say(unit.offer.window_s)}"
    flex = f"the flex tier for deadlines from {say(unit.offer.flex_s)} on"
    return {"batch": batch, "flex": flex, "both": f"{batch}, {flex}"}.get(unit.offer.sold, "nothing")


def _refused(rows: Sequence[Row], of: int) -> Figures:
    limited = sum(row["limited"] for row in rows)
    return {
        "limited": limited,
        "limited_percent": 100 * limited / of,
        "storms": sum(row["limited"] >= STORM for row in rows),
        "worst": max(row["limited"] for row in rows),
        "retried": f", {again:,} were sent again" if (again := sum(row["retries"] for row in rows)) else "",
    }


def _repeated(row: Row) -> Figures:
    return {
        "answered": row["answered"],
        "repeats": row["repeats"],
        "repeats_percent": 100 * row["repeats"] / row["answered"],
        "repeat_usd": Decimal(int(row["repeat_nano"] or 0)) * NANO_USD,
    }


def _worst_batch(rows: Iterable[Row]) -> Figures:
    """The batch that lost most beyond the share that all others lost; of equals the first by name."""
    batches = sorted(rows, key=lambda row: str(row["batch"]))
    of, bad = sum(row["row_count"] for row in batches), sum(row["bad"] for row in batches)
    worst = max(batches, key=lambda row: row["bad"] / row["row_count"] - _base(row, of, bad))
    base = _base(worst, of, bad)
    share = worst["bad"] / worst["row_count"]
    return {
        "batches": len(batches),
        "batch": worst["batch"],
        "batch_rows": worst["row_count"],
        "bad": worst["bad"],
        "expired": worst["expired"],
        "bad_percent": 100 * share,
        "base_percent": 100 * base,
        "times_the_rest": share / max(base, 1 / max(1, of - worst["row_count"])),
    }


def _base(row: Row, of: int, bad: int) -> float:
    """The share that the other batches lost."""
    others = of - row["row_count"]
    return float(bad - row["bad"]) / others if others else 0.0


def _by_unit(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["unit"], []).append(row)
    return found
