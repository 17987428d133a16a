"""Cron expressions: the shortest gap between two runs on the wall clock."""

from __future__ import annotations

import pytest

from whowaits.deadlines import cron
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.written import systemd
from whowaits.deadlines.written.systemd import calendar_cron
from whowaits.model import Place


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("*/5 * * * *", 300),
        ("0 * * * *", 3600),
        ("0 2 * * *", 86400),
        ("30 2 * * *", 86400),  # 02:30 does not exist on one day of spring: a daily job stays daily
        ("30 22 * * 1-5", 86400),
        ("0 6,18 * * *", 43200),
        ("0 6 * * 0", 604800),
        ("0 6 * * SUN", 604800),
        ("0 0 1 * *", 28 * 86400),
        ("0 9-17 * * 1-5", 3600),
        ("@daily", 86400),
        ("@yearly", 365 * 86400),
    ],
)
def test_the_shortest_gap(expression: str, seconds: float) -> None:
    assert cron.shortest_gap_s(expression) == seconds


@pytest.mark.parametrize("expression", ["", "* * *", "99 * * * *", "0 0 31 2 *", "@sometimes", "0 0 * * * *"])
def test_what_never_runs_is_refused(expression: str) -> None:
    with pytest.raises(cron.NotACronError):
        cron.shortest_gap_s(expression)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (60, "every minute"),
        (300, "every 5 minutes"),
        (86400, "every day"),
        (604800, "every week"),
        (90, "every 90 seconds"),
    ],
)
def test_a_period_is_said_in_its_largest_whole_unit(seconds: float, text: str) -> None:
    assert cron.say_period(seconds) == text


@pytest.mark.parametrize(
    ("event", "expression"),
    [
        ("daily", "0 0 * * *"),
        ("*-*-* 02:00:00", "0 2 * * *"),
        ("Mon..Fri 22:30", "30 22 * * 1-5"),
        ("Sun *-*-* 06:00", "0 6 * * 0"),
        ("*:0/15", "0-59/15 * * * *"),
        ("*-*-01 04:00:00", "0 4 1 * *"),
        ("whenever", None),
    ],
)
def test_a_calendar_event_is_read_as_cron(event: str, expression: str | None) -> None:
    assert calendar_cron(event) == expression


@pytest.mark.parametrize(
    ("text", "seconds"), [("15min", 900), ("1h 30min", 5400), ("45", 45), ("1day", 86400), ("x", None)]
)
def test_a_timer_runs_again_after_its_span_or_is_skipped(text: str, seconds: float | None) -> None:
    [found] = systemd.in_text(
        "deploy/poll.timer", f"[Timer]\nOnUnitActiveSec={text}\n", Texts([], lambda path, most: b"")
    )
    assert found.place == Place("deploy/poll.timer", 2)
    assert (found.period_s if isinstance(found, Schedule) else None) == seconds
