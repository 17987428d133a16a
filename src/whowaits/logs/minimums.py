"""Runs too small for a batch: a provider that asks for a minimum of requests takes no batch of fewer.

A batch holds what one run sends, and the runs after it for as long as the deadline leaves room beside the offer's
window. Calls of runs that never come to the minimum have no batch price; where no run does, there is no batch on offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from whowaits.logs import shapes
from whowaits.logs.cleaning import WEIGHT_ONE
from whowaits.logs.engine import Engine, features
from whowaits.logs.units import Unit
from whowaits.model import OFFER_NONE, Basis, Evidence, Offer, Verdict
from whowaits.money.savings import SETTLED_TIERS
from whowaits.rules import load_offers

RULE: Final = "runs-below-minimum"
SECOND_US: Final = 1_000_000
Row = Mapping[str, Any]


class Below(NamedTuple):
    """The runs of a unit that are no batch: `small` of `runs`, each as its first and last start in microseconds."""

    least: int
    largest: int
    runs: int
    small: tuple[tuple[int, int], ...]

    @property
    def evidence(self) -> Evidence:
        """What a report says of it."""
        which = f"{len(self.small)} of {self.runs} runs have" if self.runs > 1 else "its run has"
        says = f"a batch takes at least {self.least:,} requests; {which} fewer, at most {self.largest:,}"
        return Evidence(RULE, says, Basis.STATED, hint=True)

    def left_of(self, offer: Offer) -> Offer:
        """What is on offer for these runs."""
        if len(self.small) < self.runs:
            return offer
        return replace(offer, sold="flex") if offer.sold == "both" else OFFER_NONE


def find(
    engine: Engine, found: Sequence[Unit], verdicts: Mapping[int, Verdict], measured: Mapping[int, Row]
) -> dict[int, Below]:
    """Return the units that belong in a batch and have runs that are too small for one."""
    least = {u.number: n for u in found if verdicts[u.number].route == "batch" and (n := _least(u)) is not None}
    if not least:
        return {}
    shapes.ask(engine, least)
    asked = f"SELECT r.* FROM ({features()['runs']}) AS r JOIN asked AS a ON r.unit = a.unit ORDER BY r.unit, r.run"
    units = {unit.number: unit for unit in found}
    below = {
        number: _below(least[number], _sized(rows, measured[number]), _room_us(units[number], verdicts[number]))
        for number, rows in shapes.grouped(engine.rows(asked)).items()
    }
    return {number: one for number, one in below.items() if one.small}


def leave_out(engine: Engine, below: Mapping[int, Below]) -> None:
    """Take the batch price from the calls of runs that are too small for a batch."""
    import pyarrow as pa

    rows = [(number, *run) for number, one in sorted(below.items()) for run in one.small]
    schema = pa.schema([(name, pa.int64()) for name in ("unit", "first_us", "last_us")])
    columns = [pa.array([row[i] for row in rows], pa.int64()) for i in range(len(schema))]
    engine.store("small_runs", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)
    engine.define("priced", PRICED)


PRICED: Final = """
SELECT p.* EXCLUDE (lost_nano, kept_nano),
  CASE WHEN s.unit IS NULL OR p.billed = 0 OR p.settled = 1 THEN p.lost_nano END AS lost_nano,
  CASE WHEN s.unit IS NULL OR p.billed = 0 OR p.settled = 1 THEN p.kept_nano END AS kept_nano
FROM priced AS p
JOIN calls AS c ON p.position = c.position
LEFT JOIN unit_of AS u ON c.statement = u.statement
LEFT JOIN small_runs AS s ON u.unit = s.unit AND c.start_us >= s.first_us AND c.start_us <= s.last_us
"""


def _least(unit: Unit) -> int | None:
    known = load_offers().of(unit.provider)
    if unit.tier in SETTLED_TIERS or known is None or known.batch is None:
        return None
    return known.batch.limits.min_requests


def _room_us(unit: Unit, verdict: Verdict) -> int:
    """How long runs can be gathered before the batch has to be sent."""
    return max(0, int((verdict.deadline_s or 0) - unit.offer.window_s)) * SECOND_US


def _sized(rows: Sequence[Row], measured: Row) -> list[tuple[int, int, int]]:
    """Calls, first and last start of each run; rows of a sample stand for more calls than they are."""
    whole = measured["row_count"] * WEIGHT_ONE
    stands_for = max(int(measured["calls_micro"]), whole)
    return [(row["row_count"] * stands_for // whole, row["first_us"], row["last_us"]) for row in rows]


def _below(least: int, runs: Sequence[tuple[int, int, int]], room_us: int) -> Below:
    small = [run for batch in _gathered(runs, least, room_us) for run in batch]
    largest = max((calls for calls, *_ in small), default=0)
    return Below(least, largest, len(runs), tuple((first, last) for _, first, last in small))


def _gathered(
    runs: Sequence[tuple[int, int, int]], least: int, room_us: int
) -> Iterator[Sequence[tuple[int, int, int]]]:
    """The runs that no batch can take, in their order: a run waits for those that start while there is room."""
    start = 0
    while start < len(runs):
        end, calls = start, 0
        while end < len(runs) and runs[end][1] - runs[start][1] <= room_us and calls < least:
            calls += runs[end][0]
            end += 1
        if calls < least:
            yield runs[start : start + 1]
            end = start + 1
        start = end
