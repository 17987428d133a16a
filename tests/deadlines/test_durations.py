"""Spans of time in words and back."""

from __future__ import annotations

import pytest

from whowaits.deadlines import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", 86400), ("24 h", 86400), ("90", 90), ("1.5h", 5400), ("30min", 1800), ("30 minutes", 1800), ("1h30m", 5400),
        ("1 hour and 30 minutes", 5400), ("two hours", 7200), ("an hour", 3600), ("PT4H", 14400), ("P1D", 86400), ("P1DT12H", 129600),
        ("1 day", 86400), ("2weeks", 1209600), ("500ms", 0.5), ("4-hour", 14400),
    ],
)  # fmt: skip
def test_spans_are_read(text: str, seconds: float) -> None:
    assert durations.parse(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "h", "4 apples", "P", "PT", "4h or so", "-4h", "0h"])
def test_what_is_no_span_is_none(text: str) -> None:
    assert durations.parse(text) is None


def test_a_bare_number_counts_in_the_unit_of_its_field() -> None:
    assert (durations.parse("1500", "ms"), durations.parse("2", "h")) == (1.5, 7200)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (14400, "4 hours"),
        (3600, "1 hour"),
        (86400, "1 day"),
        (5400, "90 minutes"),
        (604800, "1 week"),
        (0.5, "0.5 seconds"),
    ],
)
def test_seconds_are_said_in_the_largest_whole_unit(seconds: float, text: str) -> None:
    assert durations.say(seconds) == text
