"""Cron expressions and spans of time -> the shortest gap between two runs, on the wall clock."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Final

from whowaits.deadlines.durations import say

PRESETS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_HORIZON: Final = timedelta(days=800)
"""Two years and a bit: every month length is met, and a yearly job runs twice."""
_ENOUGH_RUNS: Final = 120
"""More than one day of anything that runs several times a day at the same minutes every hour it runs in."""
_ANCHOR: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - wall clock: a daily job stays daily when clocks change


class NotACronError(ValueError):
    """The text is no cron expression that ever runs again."""


@functools.lru_cache(maxsize=4096)
def shortest_gap_s(expression: str) -> float:
    """Return the shortest time between two runs of a five-field cron expression or preset, in whole seconds."""
    from croniter import CroniterError, croniter  # loaded on use: most trees hold no schedule

    fields = normal(expression)
    try:
        runs = croniter(fields, _ANCHOR, ret_type=datetime)
        previous: datetime = runs.get_next()
        gaps = []
        for _ in range(_ENOUGH_RUNS):
            following: datetime = runs.get_next()
            gaps.append((following - previous).total_seconds())
            previous = following
            if following - _ANCHOR > _HORIZON:
                break
    except (CroniterError, ValueError, OverflowError) as error:
        raise NotACronError(f"`{expression}` is no cron expression that runs twice: {error}") from None
    return min(gaps)


def normal(expression: str) -> str:
    """Return the five fields that a preset stands for, and the fields of anything else with single spaces."""
    fields = expression.split()
    if len(fields) == 1 and fields[0].lower() in PRESETS:
        return PRESETS[fields[0].lower()]
    if len(fields) != 5:
        raise NotACronError(f"`{expression}` has {len(fields)} fields, a cron expression has 5")
    return " ".join(fields)


def say_period(seconds: float) -> str:
    """Return "every day", "every 5 minutes" and the like."""
    return f"every {say(seconds).removeprefix('1 ')}"
