from decimal import Decimal

import pytest

from whowaits.report import words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "not known"),
        ("0", "$0.00"),
        ("0.004", "< $0.01"),
        ("-0.004", "> −$0.01"),
        ("1234.565", "$1,234.56"),
        ("-1.2", "−$1.20"),
        ("999999999.999", "$1,000,000,000.00"),
    ],
)
def test_dollars_never_read_as_nothing_when_they_are_something(amount: str | None, text: str) -> None:
    assert words.usd(None if amount is None else Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "text"), [("99.99", "$99.99"), ("100.4", "$100"), ("-2500.6", "−$2,501")])
def test_a_headline_has_no_cents_from_a_hundred_dollars_on(amount: str, text: str) -> None:
    assert words.big_usd(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [("0.3", "30 %"), ("0.314159", "31.4 %"), ("0", "0 %"), ("0.0001", "< 0.1 %"), ("1", "100 %"), ("-0.02", "−2 %")],
)
def test_shares_read_as_per_cent(share: str, text: str) -> None:
    assert words.percent(Decimal(share)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "not known"),
        (30, "30 s"),
        (90, "90 s"),
        (1500, "25 min"),
        (3600, "1 h"),
        (5400, "1.5 h"),
        (14_400, "4 h"),
        (86_400, "24 h"),
        (604_800, "7 d"),
    ],
)
def test_durations_use_the_unit_that_reads_best(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


def test_control_and_direction_characters_are_spelled_out_and_letters_of_all_scripts_stay() -> None:
    assert words.clean("a\nb\x1b[31m\u202ec\u2028\ud800 שלום é") == "a\\nb\\x1b[31m\\u202ec\\u2028\\ud800 שלום é"


def test_long_names_are_cut_and_say_so() -> None:
    assert words.clean("x" * 1_000_000) == "x" * (words.LONGEST - 1) + "…"
    assert words.clean("x" * words.LONGEST) == "x" * words.LONGEST


def test_a_range_of_one_value_is_that_value() -> None:
    assert words.usd_span(Decimal(5), Decimal(5)) == "$5.00"
    assert words.usd_span(Decimal(5), Decimal("5.004"), short=True) == "$5.00"
    assert words.usd_span(Decimal(500), Decimal(600), short=True) == "$500–$600"


def test_a_note_that_has_no_sentence_is_shown_by_its_name() -> None:
    assert words.note("brand-new-note") == "brand-new-note"
