"""What the page says of months, owners, providers, models, hours and waivers is what the JSON report says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from whowaits.model import Finding, Place, Saving, Waived
from whowaits.report import words
from whowaits.report.json import render_json
from whowaits.report.layout import Section
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report
from whowaits.report.view import page


def section(report: Report, name: str) -> Section:
    return next(s for s in page(report).sections if s.id == name)


def texts(shown: Section) -> list[list[str]]:
    assert shown.table is not None
    return [[cell.text for cell in row] for row in shown.table.rows]


def has(report: Report, name: str) -> bool:
    return name in {s.id for s in page(report).sections}


@pytest.mark.parametrize("name", ["months", "owners", "providers", "models"])
def test_a_split_shows_the_figures_of_the_json_report(newsroom: Report, name: str) -> None:
    told = json.loads(render_json(newsroom))[name]
    shown = texts(section(newsroom, name))
    assert [row[1:4] for row in shown] == [
        [f"{s['calls']:,}", words.usd(Decimal(s["spend_usd"])), words.usd(Decimal(s["nobody_waited_usd"]))]
        for s in told
    ]
    assert [row[6] for row in shown] == [
        words.usd_span(Decimal(s["after_usd_low"]), Decimal(s["after_usd_high"])) for s in told
    ]


def test_money_without_an_owner_is_a_row_of_its_own_and_no_owner_at_all_is_no_table(make: SimpleNamespace) -> None:
    owned = make.workload("a", "3", portions=(make.portion("2", team="desk"), make.portion("1")))
    assert [r[0] for r in texts(section(make.report_on(None, make.classified(owned)), "owners"))] == [
        "desk",
        "nobody named",
    ]
    assert not has(make.report_on(None, make.classified(make.workload("a", "3"))), "owners")


def test_the_week_has_a_row_for_each_hour_and_a_column_for_each_day(make: SimpleNamespace) -> None:
    hours = tuple(range(168))
    night = make.workload("night", "1", make.NIGHTLY, hours=hours)
    shown = section(make.report_on(None, make.classified(night)), "hours")
    rows = texts(shown)
    assert [row[0] for row in rows] == [f"{h:02}:00" for h in range(24)]
    assert rows[0] == ["00:00", "–", "24", "48", "72", "96", "120", "144"]
    assert rows[23] == ["23:00", "23", "47", "71", "95", "119", "143", "167"]
    assert shown.lead[0].endswith("The fullest hour begins on Sun at 23:00 (167); 1 hour of 168 see none.")


def test_without_times_there_is_no_week(newsroom: Report) -> None:
    assert not has(newsroom, "hours")
    assert not has(replace(newsroom, unwaited_hours=(0,) * 168), "hours")


def test_what_a_slower_tier_has_saved_is_said_by_workload_and_in_sum(newsroom: Report) -> None:
    shown = section(newsroom, "slow")
    assert texts(shown)[0] == ["eval-runs", "$100.00", "$100.00", "batch, try"]
    assert "Synchronously these calls would have cost $100.00 more" in shown.lead[0]
    told = {w["name"]: w for w in json.loads(render_json(newsroom))["workloads"]}
    assert told["eval-runs"]["realised_usd"] == "100.000000000"
    assert told["chat-copilot"]["realised_usd"] == "0.000000000"


def test_waivers_are_shown_with_reason_owner_and_money_and_those_that_are_over_say_so(make: SimpleNamespace) -> None:
    saved = Saving(Decimal(40), Decimal(45), "rates", "x", "y")
    usage = make.usage(make.LOOP, "f1", driver=Place("a.py", 3), monthly_usd=Decimal(90), saving=saved)
    site = make.site("a.py", 5, usage)
    held = Waived("moves with the new queue", "data-eng", date(2027, 3, 1), in_source=True)
    over = Waived("until <autumn>", None, date(2026, 9, 1), in_source=False)
    accepted = Finding(
        "loop-over-data", "f1", "nobody waits", site.place, site.place, "suppressed", Place("a.py", 3), waived=held
    )  # fmt: skip
    expired = Finding("expired-suppression", "f2", "held until 2026-09-01", Place("whowaits.toml", 9), waived=over)
    report = make.report_on(make.scan(site, findings=(accepted, expired)), None)
    shown = section(report, "waivers")
    assert texts(shown) == [
        ["holds", "nobody waits", "a.py:5", "moves with the new queue", "2027-03-01", "$90.00"],
        ["expired", "held until 2026-09-01", "whowaits.toml:9", "until <autumn>", "2026-09-01", "–"],
    ]
    assert shown.lead[0].startswith("2 waivers: 1 holds, 1 expired.")
    text = render_markdown(report)
    assert "| holds<br>in a comment | nobody waits<br>loop-over-data | a.py:5 |" in text
    assert "moving saves $40.00 to $45.00" in text
    assert "until &lt;autumn&gt;" in text


def test_nothing_waived_is_no_section(newsroom: Report) -> None:
    assert not has(newsroom, "waivers")
