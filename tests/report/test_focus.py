"""The CSV for FinOps tools, held against the columns of FOCUS 1.2.

`data/focus_1_2.csv` is what specification/columns/*.md of FOCUS_Spec say at tag v1.2 (commit 7296e3146fb9, 2025-05-30):
feature level, whether nulls are allowed, type, and the allowed values (of subcategories those of our category).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from whowaits.report import focus
from whowaits.report.focus import left_out, render_focus
from whowaits.report.values import Report

with (Path(__file__).parent / "data" / "focus_1_2.csv").open(newline="") as file:
    SPECIFIED = {row["ColumnId"]: row for row in csv.DictReader(file)}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
CUSTOM = re.compile(r"x_[A-Z][A-Za-z]{1,47}")


def table(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_focus(report))))


def wrong(row: dict[str, str]) -> list[str]:
    """What in a row the specification forbids."""
    found = []
    for name, value in row.items():
        said = SPECIFIED.get(name)
        if said is None:
            found += [] if CUSTOM.fullmatch(name) else [f"{name}: no column of FOCUS, and not x_PascalCase"]
        elif not value:
            found += [f"{name}: null"] if said["AllowsNulls"] == "False" else []
        elif said["AllowedValues"] and value not in said["AllowedValues"].split(";"):
            found.append(f"{name}: {value} is no allowed value")
        elif said["DataType"] == "Decimal" and not NUMBER.fullmatch(value):
            found.append(f"{name}: {value} is no number")
        elif said["DataType"] == "Date/Time" and not MOMENT.fullmatch(value):
            found.append(f"{name}: {value} is no moment in UTC")
    return found + [f"{n}: missing" for n, s in SPECIFIED.items() if s["FeatureLevel"] == "Mandatory" and n not in row]


def test_every_row_conforms(newsroom: Report) -> None:
    rows = table(newsroom)
    assert rows
    assert [problem for row in rows for problem in wrong(row)] == []


def test_the_check_finds_what_is_wrong(newsroom: Report) -> None:
    (row, *_) = table(newsroom)
    spoiled = {
        **row,
        "BilledCost": "$3",
        "ChargeCategory": "Use",
        "ProviderName": "",
        "Team": "a",
        "ChargePeriodEnd": "May",
    }
    del spoiled["ListCost"]
    assert [said.partition(":")[0] for said in wrong(spoiled)] == [
        "BilledCost", "ChargeCategory", "ChargePeriodEnd", "ProviderName", "Team", "ListCost",
    ]  # fmt: skip


def test_columns_of_the_specification_stand_first_and_by_name(newsroom: Report) -> None:
    names = list(table(newsroom)[0])
    own = [name for name in names if name in SPECIFIED]
    assert names[: len(own)] == sorted(own)
    assert all(name.startswith("x_") for name in names[len(own) :])


def test_what_depends_on_the_kind_of_charge_is_there(newsroom: Report) -> None:
    """A usage has a quantity and a category of its price; a sub account has a name when it has an id."""
    for row in table(newsroom):
        assert (row["ChargeCategory"], row["ChargeClass"]) == ("Usage", "")
        assert row["PricingQuantity"]
        assert row["PricingUnit"]
        assert row["PricingCategory"]
        assert bool(row["SubAccountId"]) == bool(row["SubAccountName"])
        assert bool(row["ConsumedQuantity"]) == bool(row["ConsumedUnit"])
        assert row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]


def test_costs_and_savings_sum_to_those_of_the_report(newsroom: Report) -> None:
    rows, head = table(newsroom), newsroom.headline
    assert head is not None

    def total(name: str) -> Decimal:
        return sum((Decimal(row[name]) for row in rows if row[name]), Decimal(0))

    assert total("BilledCost") + left_out(newsroom).spend_usd == head.bill_usd
    assert total("x_MovableCost") == head.batchable_usd
    assert (total("x_SavingLow"), total("x_SavingHigh")) == (head.saving_low_usd, head.saving_high_usd)
    assert total("x_RealisedSaving") == 100


def test_what_may_not_be_null_is_left_out_and_said(make: SimpleNamespace) -> None:
    known = make.workload("a", "1", portions=(make.portion("1", calls=3), make.portion("2", provider=None, calls=5)))
    unpriced = make.workload("b", None, portions=(make.portion(None, calls=7),))
    timeless = make.workload("c", "4", portions=(replace(make.portion("4", calls=11), month=None),))
    report = make.report_on(None, make.classified(known, unpriced, timeless))
    assert [row["x_Workload"] for row in table(report)] == ["a"]
    assert left_out(report) == focus.LeftOut(23, Decimal(6))


@pytest.mark.parametrize(("month", "end"), [(7, "2026-08-01T00:00:00Z"), (12, "2027-01-01T00:00:00Z")])
def test_a_month_ends_where_the_next_begins(make: SimpleNamespace, month: int, end: str) -> None:
    work = make.workload("a", "1", portions=(make.portion("1", month),))
    (row,) = table(make.report_on(None, make.classified(work)))
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == (f"2026-{month:02}-01T00:00:00Z", end)


def test_a_name_cannot_leave_its_cell(make: SimpleNamespace) -> None:
    hostile = 'a","b\n=1'
    work = make.workload(hostile, "1", portions=(make.portion("1"),))
    (row,) = table(make.report_on(None, make.classified(work)))
    assert row["x_Workload"] == hostile
