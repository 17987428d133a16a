"""The chance that a batch is back in time: own batches first, else what is published, and always a way out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.logs.conftest import Classify, call, named
from tests.logs.traffic import Row, day, rows, runs
from whowaits.logs.turnaround import wilson
from whowaits.model import Workload

REGISTER = '[[workload]]\nname = "copy"\nmatch = {service = "copy"}\nwaiter = "nobody"\n'
FOUR_HOURS = REGISTER + 'deadline = "4h"\n'


def turnaround(workload: Workload) -> str | None:
    return next((e.says for e in workload.evidence if e.rule == "turnaround"), None)


def copy(**fields: object) -> list[Row]:
    return rows([day(0, 3)], "copy", service="copy", **fields)


def batches(hours: list[float], **fields: object) -> list[Row]:
    """Finished batches of three requests each, one for each of these hours."""
    return [
        {
            **call(0, service="done", service_tier="batch", is_batch=True, batch_id=f"b{n}", latency_ms=None, **fields),
            "ts": None,
            "started_at": day(n).isoformat(),
            "ended_at": (day(n) + timedelta(hours=took)).isoformat(),
            "request_id": f"b{n}-{part}",
        }
        for n, took in enumerate(hours)
        for part in range(3)
    ]


def test_own_batches_say_how_often_one_was_back_in_time(classify: Classify) -> None:
    found = classify(*copy(), *batches([1.0] * 18 + [3.9, 20.0]), register=FOUR_HOURS)
    assert turnaround(named(found, "copy")) == (
        "18 of 20 finished openai batches in this log were back within 3 hours 45 minutes (90 %, with 95 % certainty at "
        "least 70 %); no promise: 3 hours 45 minutes after the start, 15 minutes before it is needed, make what is not "
        "back synchronously"
    )


def test_a_batch_that_expired_was_not_back(classify: Classify) -> None:
    gone = [{**row, "batch_id": "gone", "status": "expired", "request_id": "g"} for row in batches([1.0])[:1]]
    found = classify(*copy(), *batches([1.0] * 19), *gone, register=FOUR_HOURS)
    assert (turnaround(named(found, "copy")) or "").startswith("19 of 20 finished")


def test_batches_of_another_provider_say_nothing(classify: Classify) -> None:
    found = classify(*copy(provider="anthropic", model="claude-haiku-4-5"), *batches([1.0] * 20), register=FOUR_HOURS)
    says = turnaround(named(found, "copy")) or ""
    assert says.startswith("the provider says that most batches are back within 1 hour (its guide")


def test_what_is_not_known_is_said(classify: Classify) -> None:
    says = turnaround(named(classify(*copy(), register=FOUR_HOURS), "copy")) or ""
    assert says.startswith("the log has too few finished batches and the provider publishes no times; no promise")


def test_a_deadline_that_the_window_meets_needs_no_chance(classify: Classify) -> None:
    found = classify(*copy(), register=REGISTER + 'deadline = "24h"\n')
    assert turnaround(named(found, "copy")) is None


def test_the_fallback_leaves_time_for_the_longest_run_and_has_an_hour(classify: Classify) -> None:
    clocked = REGISTER + 'start = "02:00"\ndue = "06:00"\ntimezone = "Europe/Berlin"\n'
    job = runs([day(n, 3) for n in range(5)], 61, "copy", every_s=30, service="copy")
    says = turnaround(named(classify(*job, register=clocked), "copy")) or ""
    assert "at 05:14 Europe/Berlin, 46 minutes before it is needed" in says
    says = turnaround(named(classify(*job, register=FOUR_HOURS), "copy")) or ""
    assert "at 06:14 UTC, 46 minutes before it is needed" in says


@pytest.mark.parametrize(("hits", "of", "least"), [(20, 20, 0.839), (10, 20, 0.299), (0, 20, 0.0)])
def test_few_batches_are_little_certainty(hits: int, of: int, least: float) -> None:
    assert wilson(hits, of) == pytest.approx(least, abs=0.001)
