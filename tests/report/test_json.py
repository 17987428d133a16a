"""The report as JSON: the same figures as the values, and nothing that only this run knows."""

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from whowaits.report.json import render_json
from whowaits.report.values import Report


def read(report: Report) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render_json(report))
    return loaded


def test_the_worked_example_stands_in_the_headline(make: SimpleNamespace) -> None:
    report = make.report_on(
        None,
        make.classified(
            make.workload("nightly", "6000", make.WEEKLY, saving=make.saving("3000", basis="factor")),
            make.workload("chat", "4000", make.PERSON),
        ),
    )
    head = read(report)["headline"]
    assert (head["bill_usd"], head["after_usd_low"], head["after_usd_high"]) == (
        "10000.000000000",
        "7000.000000000",
        "7000.000000000",
    )
    assert (head["saving_usd_low"], head["saving_share_low"]) == ("3000.000000000", "0.300000")
    assert head["flat_half"] is True


def test_parts_sum_to_the_whole_in_nano_dollars(newsroom: Report) -> None:
    document = read(newsroom)
    for parts in ("waiters", "routes", "workloads"):
        assert sum(Decimal(p["spend_usd"]) for p in document[parts]) == Decimal(document["headline"]["bill_usd"])


def test_every_section_is_there_even_when_it_is_empty(make: SimpleNamespace) -> None:
    document = read(make.report_on(None, None))
    assert list(document) == [
        "format",
        "tool",
        "name",
        "as_of",
        "headline",
        "waiters",
        "routes",
        "workloads",
        "decisions",
        "months",
        "owners",
        "providers",
        "models",
        "unwaited_hours",
        "call_sites",
        "questions",
        "conflicts",
        "findings",
        "waivers",
        "compared",
        "notes",
        "aggregates",
        "coverage",
        "price_doubts",
        "missing_evidence",
        "skipped",
        "basis",
    ]
    assert document["headline"] is None
    assert document["basis"] == {"code": None, "logs": None, "assumed_deadline_s": 86_400}


def test_a_workload_carries_its_verdict_money_places_and_evidence(newsroom: Report) -> None:
    tagger = read(newsroom)["workloads"][0]
    assert (tagger["name"], tagger["owner"], tagger["route"], tagger["deadline_s"]) == (
        "article-tagger",
        "data-eng",
        "batch",
        14_400,
    )
    assert (tagger["deadline_basis"], tagger["notes"]) == ("declared", ["window-longer-than-deadline"])
    assert tagger["call_sites"] == [
        {
            "path": "newsroom/tagger.py",
            "cell": None,
            "line": 41,
            "usage": "f-tagger",
            "joined_by": "register",
            "says": "whowaits.toml:4 names this code",
            "shared": False,
        }
    ]
    assert tagger["evidence"][0]["path"] == "whowaits.toml"
    assert tagger["first_at"] == "2026-07-01T00:00:00Z"


def test_a_call_site_shows_its_money_for_thirty_days(newsroom: Report) -> None:
    site = read(newsroom)["call_sites"][0]
    assert Decimal(site["monthly_usd"]) == (Decimal(5200) * 30 / 92).quantize(Decimal("1e-9"))
    assert site["usages"][0]["monthly_usd"] == site["monthly_usd"]
    assert site["monthly_saving_usd_low"] == "782.608695652"


def test_every_figure_has_its_basis(newsroom: Report) -> None:
    logs = read(newsroom)["basis"]["logs"]
    assert logs["sources"] == [{"file": "logs/calls.jsonl", "reader": "plain", "rows": 4000}]
    assert (logs["rows_read"], logs["calls"], logs["rows_judged"], logs["days"]) == (4000, 18_004_000, 384_000, 92)
    assert (logs["price_source"], logs["price_date"]) == ("genai-prices 0.2.3", "2026-10-01")


def test_hostile_text_is_kept_as_it_is_and_the_document_stays_valid(make: SimpleNamespace) -> None:
    document = read(make.hostile_report())
    assert document["name"] == make.HOSTILE.replace("\udc80", "?")


def test_the_folder_of_this_machine_is_not_in_the_report(make: SimpleNamespace) -> None:
    text = render_json(make.report_on(make.scan(root="/home/somebody/newsroom"), None))
    assert "somebody" not in text
