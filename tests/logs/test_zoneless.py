"""Times without a zone: UTC, but what a logging library writes is local, and that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.logs.conftest import Classify, call


def times(classify: Classify, **fields: Any) -> list[int]:
    found = classify(*({**call(n, ts=None), **fields} for n in range(3)))
    assert sum(w.rows for w in found.workloads) == 3
    return [s.count for s in found.skipped if "local time" in s.reason]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"asctime": "2026-09-01 02:00:00,123"}, [3]),
        ({"timestamp": "2026-09-01 02:00:00,123"}, [3]),
        ({"timestamp": "2026-09-01T02:00:00.123", "level": "info"}, [3]),
        ({"timestamp": "2026-09-01T02:00:00.123Z", "level": "info"}, []),
        ({"timestamp": "2026-09-01T02:00:00+02:00", "level": "info"}, []),
        ({"timestamp": "2026-09-01 02:00:00 UTC", "level": "info"}, []),
        ({"timestamp": 1788228000.5, "level": "info"}, []),
        ({"timestamp": "2026-09-01 02:00:00"}, []),
        ({"started_at": "2026-09-01 02:00:00", "level": "info"}, []),
    ],
)
def test_a_time_without_a_zone_is_said_where_it_is_likely_local(
    classify: Classify, fields: dict[str, Any], said: list[int]
) -> None:
    assert times(classify, **fields) == said


def test_it_is_said_for_csv_too(classify: Classify, tmp_path: Path) -> None:
    log = tmp_path / "a.csv"
    log.write_text('asctime,model,input_tokens\n"2026-09-01 02:00:00,123",gpt-4o-mini,10\n', encoding="utf-8")
    assert [(s.count, s.place.line) for s in classify(log).skipped if "local time" in s.reason] == [(1, 2)]
