"""What a day of the quarter is like, for every workload."""

from __future__ import annotations

from datetime import date
from random import Random

from generator.calls import base36
from generator.company import BY_NAME, WORKLOADS

FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2026, 9, 30)
FULL_DAY = date(2026, 9, 15)
"""The day whose logs are kept in full."""
INCIDENT = (date(2026, 8, 10), date(2026, 8, 16))
"""A week in which the providers were slow and often busy."""
OFFICE = (1, 1, 1, 1, 2, 6, 14, 40, 80, 95, 100, 90, 60, 85, 100, 95, 80, 50, 25, 15, 12, 8, 4, 2)
READERS = (12, 8, 6, 5, 6, 14, 40, 70, 75, 65, 60, 60, 70, 65, 60, 60, 65, 75, 85, 95, 100, 90, 60, 30)
DESK = (2, 1, 1, 1, 2, 4, 15, 50, 90, 100, 90, 80, 75, 80, 80, 70, 60, 40, 25, 20, 15, 10, 6, 4)
"""How busy each hour of the day is for editors, readers and the service desk."""


def in_incident(day: date) -> bool:
    return INCIDENT[0] <= day <= INCIDENT[1]


def busy_factor(day: date, weekend: float) -> float:
    """People are fewer at weekends and in July."""
    factor = weekend if day.weekday() >= 5 else 1.0
    return factor * (0.8 if day.month == 7 else 1.0)


def name_of(workload: str, day: date, number: int, rng: Random) -> str:
    """An id as the provider gives it: rising through the day, with holes."""
    index = [w.name for w in WORKLOADS].index(workload)
    provider = BY_NAME[workload].provider
    stem = base36(index, 1) + base36((day - FIRST_DAY).days, 2) + base36(number * 3 + rng.randrange(3), 5)
    return f"msg_01Q{stem}" if provider == "anthropic" else f"chatcmpl-D{stem}"
