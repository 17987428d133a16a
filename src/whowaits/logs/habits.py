"""What the calls of each workload are like, beside its verdict: columns of the judged table.

Counted only when that table is written. None of it decides: what tells something is evidence by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from whowaits.logs import portions
from whowaits.logs.engine import Engine, features

MINUTE_US: Final = 60_000_000
COUNTS: Final = (
    "with_user", "with_session", "streamed", "with_statement", "failed", "retries", "answered_by_cache",
    "input_tokens", "cache_read_tokens",
)  # fmt: skip
RUNS: Final = ("run_count", "run_days", "smallest_run", "largest_run")
PAUSES: Final = ("gap_count", "pause_count", "long_pause_count")
"""Gaps inside sessions, those of more than one minute, and of more than two."""
JUDGED: Final = """
SELECT v.* EXCLUDE (unit, slow_tier), h.* EXCLUDE (unit) FROM verdicts AS v JOIN seen AS h ON v.unit = h.unit
"""


def store(engine: Engine) -> None:
    """Keep the habits of every unit as the table `seen`. `in_flight` is how many calls of the busiest minute ran at
    once on average, `hours` the calls in each hour of the week from Monday 00:00 UTC on."""
    import pyarrow as pa

    engine.view("all_runs", features()["runs"])
    found: dict[int, dict[str, Any]] = {row["unit"]: dict(row) for row in engine.rows(features()["habits"])}
    for name in ("run_habits", "pauses", "busy"):
        for row in engine.rows(features()[name]):
            found[row["unit"]].update({key: value for key, value in row.items() if key != "row_count"})
    for number, counts in portions.hours(engine).items():
        found[number]["hours"] = list(counts)
    fields = [("unit", pa.int64()), *((name, pa.int64()) for name in (*COUNTS, *RUNS, *PAUSES, "in_flight"))]
    schema = pa.schema([*fields, ("hours", pa.list_(pa.int64()))])
    rows = [_row(habits) for _, habits in sorted(found.items())]
    columns = [pa.array([row.get(field.name) for row in rows], type=field.type) for field in schema]
    engine.store("seen", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)


def _row(habits: Mapping[str, Any]) -> dict[str, Any]:
    busiest = habits.get("busiest_minute_us")
    return {**habits, "in_flight": None if busiest is None else -(-busiest // MINUTE_US)}
