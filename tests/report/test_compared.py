"""Quarter over quarter: what was found, moved, came back and was waived; what of the promises came true."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whowaits.model import Finding, Place, Waived, WrongUse
from whowaits.report import former
from whowaits.report.compared import with_former
from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.terminal import render_text
from whowaits.report.values import Report

Q2 = {"started_at": datetime(2026, 4, 1, tzinfo=UTC), "ended_at": datetime(2026, 6, 30, tzinfo=UTC)}
"""91 days; the quarter after it has 92."""


def written(report: Report, folder: Path, name: str = "q2") -> Path:
    path = folder / f"{name}.json"
    path.write_text(render_json(replace(report, name=name)), encoding="utf-8")
    return path


def then(make: SimpleNamespace, *workloads: Any, **more: Any) -> Report:
    report: Report = make.report_on(more.pop("scan", None), make.classified(*workloads, **{**Q2, **more}))
    return report


def compared(report: Report, *paths: Path) -> dict[str, Any]:
    shown = with_former(report, [former.read(path) for path in paths])
    found: dict[str, Any] = json.loads(render_json(shown))["compared"]
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {c["workload"]: c["state"] for c in found["changes"]}


def job(make: SimpleNamespace, name: str, spend: str, slow: str = "0", saving: str | None = None) -> Any:
    left = Decimal(spend) - Decimal(slow)
    saved = make.saving(saving or str(left / 2))
    return make.workload(name, spend, make.WEEKLY, saving=saved, slow_usd=Decimal(slow))


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (("100", "0"), ("50", "50"), "moved"),
        (("100", "0"), ("80", "30"), "partly-moved"),
        (("100", "0"), ("100", "0"), "open"),
        (("100", "20"), ("100", "20"), "open"),
        (("100", "100"), ("100", "40"), "regressed"),
        (("100", "60"), ("100", "40"), "regressed"),
        (("100", "100"), ("100", "100"), None),
        (None, ("100", "0"), "found"),
        (None, ("100", "100"), None),
        (("100", "0"), None, "gone"),
        (("100", "100"), None, None),
    ],
)
def test_what_became_of_a_move(
    make: SimpleNamespace,
    tmp_path: Path,
    before: tuple[str, str] | None,
    after: tuple[str, str] | None,
    state: str | None,
) -> None:
    old = then(make, *([job(make, "tags", *before)] if before else [make.workload("chat", "5", make.PERSON)]))
    new = make.report_on(None, make.classified(*([job(make, "tags", *after)] if after else [])))
    assert states(compared(new, written(old, tmp_path))).get("tags") == state


def test_what_is_found_to_be_waited_for_is_judged_otherwise(make: SimpleNamespace, tmp_path: Path) -> None:
    old = written(then(make, job(make, "tags", "100")), tmp_path)
    new = make.report_on(None, make.classified(make.workload("tags", "100", make.PERSON)))
    assert states(compared(new, old)) == {"tags": "judged-otherwise"}


def test_realised_savings_stand_beside_what_was_promised_of_them(make: SimpleNamespace, tmp_path: Path) -> None:
    """Two moves were promised for 91 days, one was made: $50 on batch that had cost $100 synchronously."""
    old = written(then(make, job(make, "tags", "100", saving="45.5"), job(make, "rank", "200", saving="91")), tmp_path)
    new = make.report_on(None, make.classified(job(make, "tags", "50", slow="50"), job(make, "rank", "210")))
    found = compared(new, old)
    assert states(found) == {"tags": "moved", "rank": "open"}
    assert (found["promised_usd_low"], found["realised_usd"]) == ("46.000000000", "50.000000000")
    assert (found["outstanding_usd_low"], found["outstanding_usd_high"]) == ("92.000000000", "92.000000000")
    assert found["changes"][0]["promise"] == {
        "report": "q2", "days": 91, "saving_usd_low": "45.500000000", "saving_usd_high": "45.500000000",
    }  # fmt: skip


def test_what_was_saved_before_the_promise_is_not_counted_as_its_saving(make: SimpleNamespace, tmp_path: Path) -> None:
    """A part on batch had saved $9.10 in 91 days: of what is saved now, $9.20 in 92 days is no news."""
    old = written(then(make, job(make, "tags", "100", slow="9.1")), tmp_path)
    new = make.report_on(None, make.classified(job(make, "tags", "60", slow="60")))
    assert compared(new, old)["realised_usd"] == str(Decimal("60.000000000") - Decimal("9.2"))


def test_a_program_is_known_again_when_a_part_of_it_has_a_tier_of_its_own(
    make: SimpleNamespace, tmp_path: Path
) -> None:
    old = written(then(make, job(make, "tags", "100")), tmp_path)
    parts = (job(make, "tags [unmarked]", "40"), job(make, "tags [on-batch-tier]", "30", slow="30"))
    found = compared(make.report_on(None, make.classified(*parts)), old)
    assert states(found) == {"tags": "partly-moved"}
    assert (found["realised_usd"], found["changes"][0]["movable_usd"]) == ("30.000000000", "40.000000000")


def test_a_move_that_costs_more_was_never_promised(make: SimpleNamespace, tmp_path: Path) -> None:
    dearer = make.workload("cached", "10", make.WEEKLY, saving=make.saving("-3", "-1"))
    old = written(then(make, dearer), tmp_path)
    assert compared(make.report_on(None, make.classified(dearer)), old)["changes"] == []


def test_the_last_report_that_knew_a_program_is_the_one_that_counts(make: SimpleNamespace, tmp_path: Path) -> None:
    q1 = {"started_at": datetime(2026, 1, 1, tzinfo=UTC), "ended_at": datetime(2026, 3, 31, tzinfo=UTC)}
    first = written(then(make, job(make, "tags", "100"), job(make, "rank", "10"), **q1), tmp_path, "q1")
    second = written(then(make, job(make, "rank", "10", slow="10")), tmp_path, "q2")
    new = make.report_on(None, make.classified(job(make, "tags", "50", slow="50"), job(make, "rank", "10")))
    found = compared(new, second, first)
    assert [q["name"] for q in found["reports"]] == ["q1", "q2", "newsroom"]
    assert states(found) == {"tags": "moved", "rank": "regressed"}
    assert found["changes"][1]["promise"]["report"] == "q1"


def test_waivers_since_the_last_report_are_listed(make: SimpleNamespace, tmp_path: Path) -> None:
    def scan(*reasons: str) -> Any:
        waived = [
            Finding("loop-over-data", f"f{n}", "nobody waits", Place("a.py", 5 + n), state="suppressed",
                    waived=Waived(reason, "desk", date(2027, 1, 1), True))
            for n, reason in enumerate(reasons)
        ]  # fmt: skip
        return make.scan(findings=tuple(waived))

    old = written(then(make, job(make, "a", "1"), scan=scan("too small")), tmp_path)
    new = make.report_on(scan("too small", "moves in May"), make.classified(job(make, "a", "1")))
    found = compared(new, old)
    assert [(w["reason"], w["line"], w["owner"], w["until"]) for w in found["waived"]] == [
        ("moves in May", 6, "desk", "2027-01-01")
    ]
    assert "moves in May" in render_markdown(with_former(new, [former.read(old)]))


def test_every_format_says_it(make: SimpleNamespace, newsroom: Report, tmp_path: Path) -> None:
    old = written(then(make, job(make, "eval-runs", "300"), job(make, "article-tagger", "9")), tmp_path)
    shown = with_former(newsroom, [former.read(old)])
    for text in (render_html(shown), render_markdown(shown), render_text(shown, width=120)):
        assert "Moves that were made have saved $100.00; former reports promised $151.65 of them" in text
        assert "moved in part" in text
        assert "still to move" in text
    assert "Quarter over quarter" in render_markdown(shown)
    assert "Quarter over quarter" not in render_markdown(newsroom)


FOREIGN = [
    (b"{not json", "is no report"),
    (b"[]", "is no report"),
    (b'{"format": 1, "tool": {"name": "ruff"}, "workloads": []}', "is no report"),
    (b'{"format": 1, "tool": {"name": "whowaits"}, "call_sites": [], "findings": []}', "is no report"),
    (b'{"format": 2, "tool": {"name": "whowaits"}, "workloads": []}', "is of format 2, and this whowaits knows 1"),
    (b'{"format": 1, "tool": {"name": "whowaits"}, "workloads": [{"name": 3}]}', "is no report"),
]


@pytest.mark.parametrize(("content", "message"), FOREIGN)
def test_a_foreign_or_newer_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "odd.json").write_bytes(content)
    with pytest.raises(WrongUse, match=rf"odd\.json: {message}"):
        former.read(tmp_path / "odd.json")
    with pytest.raises(WrongUse, match=r"none\.json: cannot be read"):
        former.read(tmp_path / "none.json")


def test_only_an_older_report_with_money_can_be_compared_with(make: SimpleNamespace, tmp_path: Path) -> None:
    new = make.report_on(None, make.classified(job(make, "tags", "1")))
    with pytest.raises(WrongUse, match="has calls until 2026-09-30"):
        with_former(new, [former.read(written(new, tmp_path))])
    with pytest.raises(WrongUse, match="without logs"):
        former.read(written(make.report_on(make.scan(), None), tmp_path))
    with pytest.raises(WrongUse, match="without logs"):
        with_former(make.report_on(make.scan(), None), [])


def test_money_of_a_former_report_is_read_to_the_nano_dollar_or_not_at_all(
    make: SimpleNamespace, tmp_path: Path
) -> None:
    path = written(then(make, job(make, "tags", "0.000000001")), tmp_path)
    assert former.read(path).workloads[0].spend_usd == Decimal("0.000000001")
    path.write_text(path.read_text().replace('"0.000000001"', '"NaN"'))
    with pytest.raises(WrongUse, match="an amount expected"):
        former.read(path)
