"""Small logs with the shapes of people and of jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.logs.conftest import CALL

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
DAY = timedelta(days=1)
Row = dict[str, Any]


def day(number: int, hour: int = 0, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=number, hours=hour, minutes=minute)


def rows(moments: Iterable[datetime], prefix: str, **fields: Any) -> list[Row]:
    """One call at each moment; prompts grow and shrink without order."""
    return [
        {**CALL, "ts": at.isoformat(), "request_id": f"{prefix}-{n}", "input_tokens": 500 + 7919 * n % 1000, **fields}
        for n, at in enumerate(moments)
    ]


def run(start: datetime, calls: int, every_s: float = 1.0) -> Iterator[datetime]:
    """Calls one after another, from the first to the last at the same rate."""
    return (start + timedelta(seconds=every_s * n) for n in range(calls))


def runs(starts: Iterable[datetime], calls: int, prefix: str, every_s: float = 1.0, **fields: Any) -> list[Row]:
    return rows((at for start in starts for at in run(start, calls, every_s)), prefix, **fields)


def ebbing(start: datetime, calls: int, half_life_s: float = 300.0) -> Iterator[datetime]:
    """People who come after a reminder: fewer and fewer."""
    at = start
    for n in range(calls):
        yield at
        at += timedelta(seconds=half_life_s / (0.7 * (calls - n)))


def chat(days: int = 21, hours: range = range(8, 18), prefix: str = "talk", **fields: Any) -> list[Row]:
    """An office that chats on every working day: four turns in each hour, with some minutes to read each."""
    named, found = count(), []
    for number in range(days):
        if number % 7 < 5:
            for hour in hours:
                session = next(named)
                turns = (day(number, hour, 7) + timedelta(seconds=150 * turn) for turn in range(4))
                said = {"service": "desk", "session_id": f"{prefix}-{session}", "stream": True, **fields}
                found += rows(turns, f"{prefix}-{session}", **said)
    return found
