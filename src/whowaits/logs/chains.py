"""Calls that must follow one another: seen in the order and sizes of the calls of one unit of work.

A call depends on the one before when it starts after that has ended and its prompt has grown. In a loop over
unrelated items the next prompt is as often shorter as longer, so the whole workload must grow in nearly every
step before any of it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from whowaits.logs.engine import Engine, features
from whowaits.model import Basis, Evidence

RULE: Final = "dependent-calls"
GROWING: Final = 0.8
"""Share of the steps that must grow; unrelated prompts grow in half of them."""
FEWEST_STEPS: Final = 10
"""Fewer steps than this grow by chance."""


def measure(engine: Engine, unwaited: Sequence[int]) -> Iterator[tuple[int, Evidence]]:
    """Yield (unit, evidence) of every unit among `unwaited` whose calls follow one another."""
    import pyarrow as pa

    schema = pa.schema([("unit", pa.int64()), ("ordered", pa.int64())])
    batch = pa.record_batch([list(unwaited), [1] * len(unwaited)], schema=schema)
    engine.store("units", [batch], schema)
    for name in ("ordered", "steps", "links", "segments"):
        engine.view(name, features()[name])
    rows = engine.rows(f"SELECT * FROM ({features()['chains']}) ORDER BY unit, by_series, length")
    for unit in sorted(set(unwaited)):
        lengths = [found for kind in (1, 0) if (found := _length(_of(rows, unit, kind), by_series=kind == 1))]
        if lengths:
            yield unit, _evidence(max(lengths))


def _of(rows: Sequence[Mapping[str, Any]], unit: int, kind: int) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["unit"] == unit and row["by_series"] == kind]


def _length(rows: Sequence[Mapping[str, Any]], *, by_series: bool) -> int | None:
    """The median length of a chain, None where steps do not grow; without sessions most calls must be steps."""
    steps = sum(row["follows"] for row in rows)
    grown = sum(row["grows"] for row in rows)
    calls = sum(row["row_count"] for row in rows)
    if steps < FEWEST_STEPS or grown < GROWING * steps or (not by_series and 2 * steps < calls):
        return None
    median = weighted_median([(row["length"], row["chain_count"]) for row in rows])
    return median if median > 1 else None


def weighted_median(lengths: Sequence[tuple[int, int]]) -> int:
    """Return the lower median of (value, how often)."""
    half, seen = sum(times for _, times in lengths), 0
    for value, times in sorted(lengths):
        seen += times
        if 2 * seen >= half:
            return value
    return 0


def _evidence(length: int) -> Evidence:
    says = f"each call starts after the last one ended, with a longer prompt: about {length} in a row"
    return Evidence(RULE, says, Basis.INFERRED, chain=length)
