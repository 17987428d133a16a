"""What the report says of the logs themselves, alike in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from whowaits.model import Aggregate, Coverage, Missing, PriceDoubt
from whowaits.report import trust
from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.terminal import render_text
from whowaits.report.values import Report

FIRST, LAST = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 8, tzinfo=UTC)
SUM = Aggregate("usage", "openai", "gpt-5", "batch", 3600, FIRST, LAST, 7, 9000, 12, Decimal("1.5"), 3)
PART = Coverage("usage", "openai", 86_400, FIRST, LAST, 41, 100, 5, 10, Decimal("2"), Decimal("8"))
OFF = PriceDoubt("gateway", "gpt-5", "standard", Decimal("0.5"), 8, 10, Decimal("0.5001"))
UNSAID = Missing("gateway", "user", 12, 12)


@pytest.fixture
def report(make: SimpleNamespace) -> Report:
    found: Report = make.newsroom_report()
    return replace(found, aggregates=(SUM,), coverage=(PART,), price_doubts=(OFF,), missing=(UNSAID,))


def test_a_gap_is_said_as_what_cannot_be_judged_and_what_no_column_says() -> None:
    assert trust.not_said(UNSAID) == "cannot judge the pauses of people by user: no column says the user"
    some = trust.not_said(Missing("gateway", "model", 1, 1200))
    assert some == "cannot judge which offer and price apply: 1 of 1,200 calls do not say the model"


def test_coverage_says_which_part_of_what_was_billed_is_logged() -> None:
    assert trust.covered(PART) == (
        "The logged calls of openai are 41 % of the requests and 50 % of the tokens and 25 % of the dollars "
        "that usage has for 2026-09-01 00:00 to 2026-09-08 00:00 UTC."
    )


def test_a_cost_that_is_off_names_the_factor_the_counts_and_a_cause() -> None:
    assert trust.off_price(OFF).startswith("gpt-5: cost is 0.5 x list price on 8 of 10 calls compared; the batch")
    own = trust.off_price(replace(OFF, factor=None, ratio=Decimal("0.8500"), tier="batch"))
    assert own.startswith("gpt-5 on batch: cost is 0.85 x list price on 8 of 10 calls compared; own rates")


@pytest.mark.parametrize("what", sorted(trust.MISSING))
def test_every_kind_of_missing_evidence_has_a_sentence(what: str) -> None:
    assert trust.not_said(Missing("gateway", what, 1, 1)).startswith("cannot judge ")


@pytest.mark.parametrize("render", [render_html, render_markdown, render_text])
def test_written_reports_and_the_terminal_show_sums_gaps_and_doubts(
    report: Report, render: Callable[[Report], str]
) -> None:
    text = " ".join(render(report).split())
    assert "How complete the logs are" in text
    assert "9,000" in text and "41 %" in text and "$1.50" in text
    assert "0.5 x list price on 8 of 10 calls" in text
    if render is not render_text:
        assert "no column says the user" in text


def test_the_json_report_has_them_as_values(report: Report) -> None:
    document = json.loads(render_json(report))
    assert document["aggregates"] == [
        {
            "source": "usage", "provider": "openai", "model": "gpt-5", "tier": "batch",
            "first_at": "2026-09-01T00:00:00Z", "last_at": "2026-09-08T00:00:00Z", "span_s": 3600, "requests": 7,
            "input_tokens": 9000, "output_tokens": 12, "cost_usd": "1.500000000", "rows": 3,
        }
    ]  # fmt: skip
    assert document["coverage"][0]["tokens_logged"] == 5
    assert document["price_doubts"][0]["factor"] == "0.5"
    assert document["missing_evidence"] == [{"source": "gateway", "what": "user", "calls": 12, "of": 12}]
