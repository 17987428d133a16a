"""Runs that do not belong to a workload's clock: one by hand, one cut short. Their calls are judged apart.

They hide no clock then, and what is said of the job is not said of them: whoever starts a job by hand may wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import Any, Final

from whowaits.logs.clocks import by_the_clock
from whowaits.logs.engine import Engine
from whowaits.logs.units import STRAY, Unit
from whowaits.model import DAY_S

SECOND_US: Final = 1_000_000
FEW: Final = 4
"""One run in so many may be a stray; with more of them there is no clock."""
SHORT: Final = 10
"""A run with less than a tenth of the usual calls was cut short, or was a trial."""
Row = Mapping[str, Any]
Strays = dict[int, tuple[tuple[int, int], ...]]
"""Unit -> first and last start, in microseconds, of each of its stray runs."""
CALLS: Final = f"""
SELECT c.* EXCLUDE (statement, form),
  CASE WHEN s.statement IS NULL THEN c.statement ELSE -1 - c.statement END AS statement,
  CASE WHEN s.statement IS NULL THEN c.form ELSE {STRAY} END AS form
FROM calls AS c
LEFT JOIN strays AS s ON c.statement = s.statement AND c.start_us >= s.first_us AND c.start_us <= s.last_us
"""


def split(rows: Sequence[Row]) -> tuple[Sequence[Row], tuple[tuple[int, int], ...]]:
    """Return the runs of one unit without its strays, and when those were; all runs where they are too many."""
    if len(rows) * (FEW - 1) > days(rows) * FEW:
        return rows, ()
    usual = median_low([row["row_count"] for row in rows])
    whole = [row for row in rows if row["row_count"] * SHORT >= usual]
    kept = [whole[i] for i in by_the_clock([row["first_us"] // SECOND_US for row in whole])]
    own = {row["run"] for row in kept}
    others = tuple((row["first_us"], row["last_us"]) for row in rows if row["run"] not in own)
    return (kept, others) if len(others) * FEW <= len(rows) else (rows, ())


def days(rows: Sequence[Row]) -> int:
    """Return the most days that these runs can lie on."""
    return (int(rows[-1]["first_us"]) - int(rows[0]["first_us"])) // (SECOND_US * DAY_S) + 2


def set_apart(engine: Engine, found: Sequence[Unit], strays: Strays) -> None:
    """Give the calls of stray runs statements and a form of their own."""
    import pyarrow as pa

    schema = pa.schema([(name, pa.int64()) for name in ("statement", "first_us", "last_us")])
    rows = [(statement, *run) for unit in found for run in strays.get(unit.number, ()) for statement in unit.statements]
    columns = [pa.array([row[i] for row in rows], pa.int64()) for i in range(len(schema))]
    engine.store("strays", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)
    engine.define("calls", CALLS)
