"""Every log rule speaks of the rows that its own cases name, and of no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from whowaits.config import Config
from whowaits.logs.statements import Statements, speaks
from whowaits.rules import LogCase, LogRule, load_log_rules

CASES = [(rule, case) for rule in load_log_rules() for case in rule.cases]


def fires(rule: LogRule, row: dict[str, Any]) -> bool:
    if rule.when.value == "clock":
        due = Statements(Config()).due({"stated": json.dumps(list(row.items()))})
        return due is not None and due.rule == rule.id
    if not rule.when.field:
        return rule.when.holds(row)
    return any(speaks(rule, key, str(value)) for key, value in row.items() if value is not None)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{r.id}: {c.name}" for r, c in CASES])
def test_a_rule_speaks_of_its_cases(rule: LogRule, case: LogCase) -> None:
    assert fires(rule, dict(case.row)) is case.fires
    if case.deadline_s is not None:
        [(key, value)] = case.row.items()
        found = speaks(rule, key, str(value))
        assert found is not None and found.deadline_s == case.deadline_s


@pytest.mark.parametrize("rule", load_log_rules(), ids=lambda rule: rule.id)
def test_a_rule_shows_when_it_speaks_and_when_not(rule: LogRule) -> None:
    assert {case.fires for case in rule.cases} == {True, False}


@pytest.mark.parametrize("rule", load_log_rules(), ids=lambda rule: rule.id)
def test_names_triggers_streams_and_ids_are_hints_only(rule: LogRule) -> None:
    weak = {"trigger", "streamed", "session_id", "end_user_id", "api_key_alias", "service_name", "job_name"}
    if weak & set(rule.when.field):
        assert rule.says.hint
        assert (rule.says.waiter, rule.says.deadline_s, rule.says.bulk) == (None, None, False)
