"""The money by month, owner, provider and model, the hours nobody waits in, and what was waived."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from whowaits.model import Finding, Place, Saving, Waived
from whowaits.report.json import render_json
from whowaits.report.values import Report

SPLITS = ("months", "owners", "providers", "models")


@pytest.mark.parametrize("name", SPLITS)
def test_every_split_sums_to_the_bill_and_its_saving(newsroom: Report, name: str) -> None:
    split, head = getattr(newsroom, name), newsroom.headline
    assert head is not None and split
    assert sum(s.spend_usd for s in split) == head.bill_usd
    assert sum(s.slow_usd for s in split) == head.slow_usd
    assert sum(s.movable_usd for s in split) == head.batchable_usd
    assert (sum(s.saving_low_usd for s in split), sum(s.saving_high_usd for s in split)) == (
        head.saving_low_usd, head.saving_high_usd,
    )  # fmt: skip
    assert sum(s.unknown_usd for s in split) == Decimal(600)


def test_the_register_names_the_owner_and_else_the_log_the_team(make: SimpleNamespace) -> None:
    theirs = make.workload("ours", "5", portions=(make.portion("2", team="desk"), make.portion("3")))
    named = make.workload("article-tagger", "7", portions=(make.portion("7", team="desk"),))
    report = make.report_on(None, make.classified(theirs, named), make.newsroom_config())
    assert [(o.name, o.spend_usd) for o in report.owners] == [("data-eng", 7), (None, 3), ("desk", 2)]


def test_a_workload_that_batch_makes_dearer_has_no_saving_in_any_split(make: SimpleNamespace) -> None:
    dearer = make.workload("cached", "10", make.NIGHTLY, saving=make.saving("-3", "0"))
    (month,) = make.report_on(None, make.classified(dearer)).months
    assert (month.movable_usd, month.saving_low_usd, month.saving_high_usd, month.after_high_usd) == (10, 0, 0, 10)


def test_hours_are_those_of_workloads_that_nobody_waits_for(make: SimpleNamespace) -> None:
    night = make.workload("night", "1", make.NIGHTLY, hours=(3, *[0] * 167))
    chat = make.workload("chat", "1", make.PERSON, hours=(*[0] * 167, 9))
    bare = make.workload("bare", "1", make.NIGHTLY)
    assert make.report_on(None, make.classified(night, chat, bare)).unwaited_hours == (3, *[0] * 167)
    assert make.report_on(None, make.classified(chat, bare)).unwaited_hours == ()


def waived_scan(make: SimpleNamespace) -> object:
    usage = make.usage(
        make.LOOP,
        "f1",
        driver=Place("a.py", 3),
        monthly_usd=Decimal(90),
        saving=Saving(Decimal(40), Decimal(45), "rates", "x", "y"),
    )
    site = make.site("a.py", 5, usage)
    accepted = Finding(
        "loop-over-data", "f1", "nobody waits", site.place, site.place, "suppressed", Place("a.py", 3),
        waived=Waived("moves with the new queue", "data-eng", date(2027, 3, 1), in_source=True),
    )  # fmt: skip
    over = Finding(
        "expired-suppression", "f2", "This waiver held until 2026-09-01.", Place("whowaits.toml", 9),
        waived=Waived("until autumn", None, date(2026, 9, 1), in_source=False),
    )  # fmt: skip
    needless = Finding("unused-suppression", "f3", "No finding needs it.", Place("b.py", 2))
    return make.scan(site, findings=(needless, over, accepted))


def test_what_was_waived_is_listed_with_its_money_and_what_is_over_after_it(make: SimpleNamespace) -> None:
    lines = make.report_on(waived_scan(make), None).waivers
    assert [(w.state, w.reason, w.owner, w.until, w.in_source) for w in lines] == [
        ("active", "moves with the new queue", "data-eng", date(2027, 3, 1), True),
        ("expired", "until autumn", None, date(2026, 9, 1), False),
        ("unused", None, None, None, True),
    ]
    assert (lines[0].monthly_usd, lines[0].saving and lines[0].saving.low_usd) == (90, 40)


def test_the_json_report_has_splits_hours_and_waivers(make: SimpleNamespace) -> None:
    report = make.report_on(waived_scan(make), make.newsroom_logs(), make.newsroom_config())
    told = json.loads(render_json(replace(report, unwaited_hours=(7,) * 168)))
    assert told["unwaited_hours"] == [7] * 168
    assert [m["name"] for m in told["months"]] == ["2026-07"]
    assert sum(Decimal(m["spend_usd"]) for m in told["models"]) == Decimal(told["headline"]["bill_usd"])
    assert (
        told["waivers"][0]["until"] == "2027-03-01" and told["waivers"][0]["monthly_saving_usd_low"] == "40.000000000"
    )
