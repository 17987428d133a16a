"""The invoice beside the logs: the difference is shown, whichever way it goes."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from whowaits.config import Config
from whowaits.join import join
from whowaits.report import words
from whowaits.report.build import build
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report


def billed(make: SimpleNamespace, invoice: str | None) -> Report:
    joined = join(None, make.classified(make.workload("chat", "4000", make.PERSON)), Config())
    amount = None if invoice is None else Decimal(invoice)
    return build(joined, name="r", as_of=date(2026, 11, 20), version="1", invoice=amount)


@pytest.mark.parametrize(
    ("invoice", "gap", "told"),
    [
        ("5000", "1000.000000000", "$1,000.00 of it (20 %) is in no log that was read"),
        ("4000", "0.000000000", "the logs explain all of it"),
        ("3500.50", "-499.500000000", "$499.50 less than the logs add up to"),
        ("0", "-4000.000000000", "$4,000.00 less than the logs add up to"),
    ],
)
def test_what_the_logs_do_not_explain_is_said(make: SimpleNamespace, invoice: str, gap: str, told: str) -> None:
    report = billed(make, invoice)
    assert json.loads(render_json(report))["headline"]["invoice_not_logged_usd"] == gap
    assert told in render_markdown(report).replace("\\", "")


def test_without_an_invoice_nothing_is_said_of_one(make: SimpleNamespace) -> None:
    report = billed(make, None)
    assert json.loads(render_json(report))["headline"]["invoice_usd"] is None
    assert "nvoice" not in render_markdown(report)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("0.278", "0.28", "27.8 to 28.0 %"),
        ("0.28", "0.30", "28 to 30 %"),
        ("0.3", "0.3", "30 %"),
        ("0", "0.00001", "0 % to < 0.1 %"),
        ("-0.05", "0.021", "−5.0 to 2.1 %"),
    ],
)
def test_a_range_of_shares_has_as_many_digits_on_either_side(low: str, high: str, said: str) -> None:
    assert words.percent_span(Decimal(low), Decimal(high)) == said
