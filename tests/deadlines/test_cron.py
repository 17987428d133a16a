"""Cron expressions: the shortest gap between two runs on the wall clock."""

from __future__ import annotations

import pytest

from whowaits.deadlines import cron, when
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


@pytest.mark.parametrize(
    ("expression", "timezone", "seconds"),
    [
        ("0 2 * * *", "Europe/Berlin", 86400),  # the day on which 02:00 is left out has 23 hours, and is a day
        ("30 2 * * *", "Europe/Berlin", 86400),
        ("0 6 * * 0", "Europe/Berlin", 604800),
        ("0 1,3 * * *", "Europe/Berlin", 3600),  # in spring 03:00 comes an hour after 01:00
        ("0 1,3 * * *", "UTC", 7200),
        ("0 0,12 * * *", "America/New_York", 11 * 3600),
        ("0 0,12 * * *", "Asia/Kolkata", 43200),  # no clock changes there
        ("0 0,2,4 * * *", "Australia/Lord_Howe", 5400),  # clocks change by half an hour
        ("0 * * * *", "Europe/Berlin", 3600),
        ("*/5 * * * *", "Europe/Berlin", 300),
        ("0 2 * * *", "Mars/Olympus", 86400),
        ("0 2 * * *", "../../etc/passwd", 86400),
    ],
)
def test_the_shortest_gap_of_a_year_knows_clock_changes(expression: str, timezone: str, seconds: float) -> None:
    assert cron.shortest_gap_s(expression, timezone) == seconds


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("0 22-2 * * *", 3600),
        ("0 0 * * fri-mon", 86400),
        ("0 0 * * Mon-Sun", 86400),
        ("0 0 ? * MON", 604800),
        ("0 0 L * *", 28 * 86400),
    ],
)
def test_ranges_that_run_past_the_end_and_names_are_read(expression: str, seconds: float) -> None:
    assert cron.shortest_gap_s(expression) == seconds


def test_a_day_of_the_month_and_of_the_week_are_alternatives_unless_both_must_fit() -> None:
    assert cron.shortest_gap_s("0 0 1-7 * mon") == 86400
    assert cron.shortest_gap_s("0 0 1-7 * mon", both_days=True) == 28 * 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("rate(1 hour)", 3600),
        ("rate(7 days)", 604800),
        ("cron(0 12 * * ? *)", 86400),
        ("cron(0 12 ? * 2-6 *)", 86400),
        ("cron(0 12 ? * 1,3 *)", 2 * 86400),  # Sunday = 1
        ("cron(0 12 ? * 6L *)", 28 * 86400),
        ("cron(0/15 * * * ? *)", 900),
        ("at(2026-12-01T00:00:00)", None),
    ],
)
def test_expressions_of_eventbridge_count_days_from_sunday(text: str, seconds: float | None) -> None:
    moment = when.of_aws(text)
    assert (moment and moment.period_s) == seconds


@pytest.mark.parametrize(
    "text", ["rate(soon)", "cron(0 12 * * *)", "every day", "rate(0 minutes)", "cron(99 * * * ? *)"]
)
def test_what_eventbridge_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(cron.NotACronError):
        when.of_aws(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0 */5 * * * *", 300),
        ("0 30 2 * * 1-5", 86400),
        ("01:30:00", 5400),
        ("24:00:00", 24 * 86400),
        ("1.12:00:00", 129600),
    ],
)
def test_six_fields_begin_with_seconds_and_hours_above_23_are_days(text: str, seconds: float) -> None:
    assert when.of_seconds_first(text).period_s == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("@every 1h30m", 5400),
        ("every 24 hours", 86400),
        ("every monday 09:00", 604800),
        ("@daily", 86400),
        ("0 2 * * *", 86400),
    ],
)
def test_words_for_times_are_read(text: str, seconds: float) -> None:
    assert when.of_words(text).period_s == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("$MINUTE $HOUR * * *", 86400),
        ("0 ${HOUR:-3} * * *", 86400),
        ("$CRON", None),
        ("*/$N * * * *", None),
        ("${CRON:-0 * * * *}", 3600),
    ],
)
def test_a_variable_for_one_field_is_one_number_and_for_all_of_them_unknown(text: str, seconds: float | None) -> None:
    assert when.of_template(text).period_s == seconds


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
