"""Choices: each holds on its own cases, and there is one for every verdict."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, get_args

import pytest

from whowaits.model import Route, Waiter
from whowaits.rules import RuleError, load_findings
from whowaits.rules.decisions import FIGURES, DecisionCase, DecisionRule, WorkloadFacts, load_decisions, read_decisions

RULES = load_decisions()
GOOD = """
title: A thing
what: a thing
why: it pays
limits: never
fix: do it
rank: 10
when: [{route: batch, at_least: {monthly_usd: 5}}]
weak:
  - {when: {at_most: {monthly_usd: 9}}, says: "only ${monthly_usd:,.2f}"}
"""


def facts(row: Any) -> WorkloadFacts:
    words = {"route", "waiter", "note", "finding"}
    return WorkloadFacts(
        route=row["route"],
        waiter=row["waiter"],
        notes=frozenset({row["note"]} if "note" in row else ()),
        findings=frozenset({row["finding"]} if "finding" in row else ()),
        figures={name: float(value) for name, value in row.items() if name not in words},
    )


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "thing.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("rule", "case"), [(r, c) for r in RULES for c in r.cases], ids=lambda x: getattr(x, "name", getattr(x, "id", ""))
)
def test_a_choice_is_for_the_workloads_of_its_cases(rule: DecisionRule, case: DecisionCase) -> None:
    seen = facts(case.row)
    assert rule.is_for(seen) is case.fires
    if case.fires:
        assert len(rule.weak_for(seen)) == case.weak


def test_every_choice_has_cases_for_and_against_it() -> None:
    for rule in RULES:
        assert {case.fires for case in rule.cases} == {True, False}, rule.id


@pytest.mark.parametrize(
    ("route", "waiter"), list(itertools.product(get_args(Route), get_args(Waiter))), ids=lambda x: str(x)
)
def test_every_verdict_has_a_choice(route: Route, waiter: Waiter) -> None:
    figures = {"slow_percent": 0.0, "bulk": 0.0, "open_chain": 0.0}
    seen = WorkloadFacts(route, waiter, frozenset(), frozenset(), figures)
    assert [rule.id for rule in RULES if rule.is_for(seen)]


def test_findings_and_notes_that_choices_speak_of_exist() -> None:
    from whowaits.report.words import NOTES

    for rule in RULES:
        for when in (*rule.when, *(w.when for w in rule.weak)):
            assert set(when.note) <= set(NOTES), rule.id
            assert set(when.finding) <= {finding.id for finding in load_findings()}, rule.id


def test_a_figure_that_is_not_known_holds_no_bound(tmp_path: Path) -> None:
    (rule,) = read_decisions(write(tmp_path, GOOD))
    assert not rule.is_for(facts({"route": "batch", "waiter": "nobody"}))
    assert not rule.is_for(facts({"route": "sync", "waiter": "nobody", "monthly_usd": 7}))
    seen = facts({"route": "batch", "waiter": "nobody", "monthly_usd": 7})
    assert rule.is_for(seen)
    assert rule.weak_for(seen) == ("only $7.00",)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("monthly_usd: 5", "monthly_us: 5", "no figure is called `monthly_us`; did you mean `monthly_usd`?"),
        ("route: batch", "route: bacth", "did you mean `batch`?"),
        ("${monthly_usd:,.2f}", "${calls_a_day:,.2f}", "names a figure that its `when` does not bound"),
        ("rank: 10", "rnk: 10", "unknown key `rnk`; did you mean `rank`?"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, wrong: str, right: str, message: str) -> None:
    with pytest.raises(RuleError, match=r"^rules/decisions/thing\.yaml:") as error:
        read_decisions(write(tmp_path, GOOD.replace(wrong, right)))
    assert message in str(error.value)


def test_the_figures_are_those_that_a_report_measures() -> None:
    from whowaits.judge import judge
    from whowaits.model import Offer, Policy, Portion, Workload
    from whowaits.report.decisions import facts_of

    portion = Portion(None, "p", "m", None, "standard", 2, 0, 3000, 600, 80, None, None, None, None, None)
    verdict = judge((), Offer("both"), Policy())
    workload = Workload("a", "ollama", (), 2, 2, None, None, verdict, (), None, portions=(portion,))
    seen = facts_of(workload, 4)
    assert set(seen.figures) == FIGURES - {"monthly_usd", "deadline_s"}, "those that nobody knows are left out"
    assert seen.figures["input_tokens"] == 1500
    assert (seen.figures["cached_percent"], seen.figures["calls_a_day"], seen.figures["self_hosted"]) == (20, 0.5, 1)
