"""What the calls of a workload are like stands beside its verdict."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.logs.conftest import AS_OF, lines
from tests.logs.traffic import Row, chat, day, rows, runs
from whowaits import logs
from whowaits.config import Config


def judged(folder: Path, *calls: Row) -> dict[str, Any]:
    with logs.classify([lines(folder / "calls.jsonl", calls)], Config(), AS_OF) as session:
        session.write_workloads(folder / "workloads.parquet")
    return {row["workload"]: row for row in pq.read_table(folder / "workloads.parquet").to_pylist()}


def test_runs_are_counted_with_their_days_and_sizes(tmp_path: Path) -> None:
    starts = [day(0, 3), day(0, 15), day(1, 3)]
    found = judged(tmp_path, *runs(starts, 40, "n", service="copy"), *runs([day(2, 3)], 7, "m", service="copy"))["copy"]
    assert [found[name] for name in ("run_count", "run_days", "smallest_run", "largest_run")] == [4, 3, 7, 40]


def test_pauses_of_more_than_one_minute_and_of_more_than_two_are_told_apart(tmp_path: Path) -> None:
    gaps = (30, 90, 150, 90)
    moments = [day(0, 9) + timedelta(seconds=sum(gaps[:n])) for n in range(len(gaps) + 1)]
    found = judged(tmp_path, *rows(moments, "t", service="desk", session_id="s"))["desk"]
    assert [found[name] for name in ("gap_count", "pause_count", "long_pause_count")] == [4, 3, 1]


def test_shares_are_counts_of_the_same_calls(tmp_path: Path) -> None:
    calls = rows([day(0, 9, n) for n in range(8)], "c", service="a", input_tokens=1_000, cached_tokens=250)
    calls[0] |= {"status": 500}
    calls[1] |= {"tags": ["queue=bulk"], "service": "b"}
    calls[2] |= {"user": "u", "stream": True}
    found = judged(tmp_path, *calls)
    assert [found["a"][n] for n in ("rows", "failed", "with_user", "streamed", "with_statement")] == [7, 1, 1, 1, 0]
    assert [found["a"][n] for n in ("input_tokens", "cache_read_tokens")] == [7_000, 1_750]
    assert found["b"]["with_statement"] == 1


def test_calls_that_run_at_once_and_the_hours_of_the_week_are_seen(tmp_path: Path) -> None:
    together = [day(0, 9)] * 5  # a Monday
    found = judged(tmp_path, *rows(together, "c", service="a", latency_ms=60_000), *chat())
    assert found["a"]["in_flight"] == 5
    assert found["a"]["hours"][9] == sum(found["a"]["hours"]) == 5
    assert [n for n, calls in enumerate(found["desk"]["hours"]) if calls and n % 24 not in range(8, 18)] == []
