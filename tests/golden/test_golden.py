"""One company in every format: what is expected stands beside, and holds every verdict and every case of money."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any, get_args

import pytest

from tests.golden.made import EXPECTED, compared, rendered
from whowaits.report.changes import ChangeState
from whowaits.report.values import Report

FORMATS = ("report.html.txt", "report.md", "report.json", "report.txt", "focus.csv", "metrics.txt")
ANEW = "where the change is meant: python -m tests.golden.made"


@pytest.fixture(scope="module")
def company() -> Report:
    return compared()


@pytest.fixture(scope="module")
def texts(company: Report) -> dict[str, str]:
    return dict(rendered(company))


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_what_is_expected(texts: dict[str, str], name: str) -> None:
    assert texts[name].splitlines() == (EXPECTED / name).read_text(encoding="utf-8").splitlines(), ANEW


def test_what_is_expected_is_all_that_is_made(texts: dict[str, str]) -> None:
    assert sorted(texts) == sorted(FORMATS) == sorted(path.name for path in EXPECTED.iterdir())


def test_every_kind_of_verdict_is_there(company: Report) -> None:
    verdicts = [line.workload.verdict for line in company.workloads]
    assert len({line.workload.name for line in company.workloads}) >= 20
    in_code = {usage.verdict.row for site in company.sites for usage in site.site.usages}
    assert {v.row for v in verdicts} | in_code == set(range(1, 13))
    assert {v.route for v in verdicts} == {"sync", "flex", "batch", "unknown"}
    assert {v.urgency for v in verdicts} == {"try", "required", None}
    assert {v.waiter for v in verdicts} == {"person", "program", "nobody", "unknown"}
    assert {note for v in verdicts for note in v.notes} == {
        "prepaid", "no-offer", "offer-unknown", "window-longer-than-deadline", "declared-but-waited",
    }  # fmt: skip


def test_every_case_of_money_is_there(company: Report) -> None:
    works = {line.workload.name: line.workload for line in company.workloads}
    head = company.headline
    assert head is not None
    assert head.basis == "mixed"
    assert (head.dearer, head.unpriced_workloads) == (("cached-prompts",), ("house-model",))
    tiers = {p.tier for w in works.values() for p in w.portions}
    assert tiers >= {"standard", "batch", "priority", "provisioned"}
    risk = works["cached-answers"].saving
    assert risk is not None
    assert risk.low_usd < 0 < risk.high_usd
    hints = {e.rule for w in works.values() for e in w.evidence}
    assert {"model-ends", "runs-below-minimum"} <= hints
    assert company.compared is not None
    assert {c.state for c in company.compared.changes} == set(get_args(ChangeState))
    assert [w.reason for w in company.waivers] == ["the forum closes in spring"]


def test_all_formats_have_one_bill(texts: dict[str, str]) -> None:
    document: dict[str, Any] = json.loads(texts["report.json"])
    bill = Decimal(document["headline"]["bill_usd"])
    rows = list(csv.DictReader(io.StringIO(texts["focus.csv"])))
    nameless = next(Decimal(w["spend_usd"]) for w in document["workloads"] if w["name"] == "relay")
    assert sum(Decimal(row["BilledCost"]) for row in rows) + nameless == bill
    spend = [line for line in texts["metrics.txt"].splitlines() if line.startswith("whowaits_spend_usd{")]
    assert sum(Decimal(line.rpartition(" ")[2]) for line in spend) == bill
    for name in ("report.html.txt", "report.md", "report.txt"):
        assert f"${bill:,.2f}" in texts[name].replace("\\", "")
