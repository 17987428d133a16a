"""Rules about code and logs: the id is the name of the file, and their expressions compile."""

from __future__ import annotations

from pathlib import Path

import pytest

from whowaits.model import Basis
from whowaits.rules import RuleError, load_code, load_log_rules
from whowaits.rules.patterns import read_code, read_logs

CODE = """
what: a handler of a web framework
why: somebody waits for the response
limits: none known
when: {decorated_by: ["fastapi.*.get"]}
says: {text: "a request waits", entry: route, waiter: person}
"""
LOG = """
what: a tag with a deadline
why: the sender wrote it down
limits: none known
when: {field: [deadline, sla], matches: '(\\d+[hm])', value: duration}
says: {text: "a deadline is stated", basis: stated}
cases:
  - {name: hours, row: {deadline: 24h}, fires: true, deadline_s: 86400}
"""


def write(tmp_path: Path, folder: str, name: str, text: str) -> Path:
    root = tmp_path / "rules"
    (root / folder).mkdir(parents=True)
    (root / folder / name).write_text(text, encoding="utf-8")
    return root


def test_the_id_of_a_code_rule_is_the_name_of_its_file(tmp_path: Path) -> None:
    (rule,) = read_code(write(tmp_path, "code", "web-route.yaml", CODE))
    assert (rule.id, rule.when.decorated_by, rule.says.waiter) == ("web-route", ("fastapi.*.get",), "person")
    assert rule.says.basis is Basis.STATED


def test_an_id_that_is_not_the_name_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"rules/code/a\.yaml:1: the id `b` is not the file's name `a`"):
        read_code(write(tmp_path, "code", "a.yaml", "id: b" + CODE))


def test_a_log_rule_carries_its_cases(tmp_path: Path) -> None:
    (rule,) = read_logs(write(tmp_path, "logs", "tag-deadline.yaml", LOG))
    assert rule.when.field == ("deadline", "sla")
    assert (rule.cases[0].row, rule.cases[0].fires, rule.cases[0].deadline_s) == ({"deadline": "24h"}, True, 86400.0)


def test_an_expression_that_does_not_compile_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"rules/logs/x\.yaml:1: `matches` is not a regular expression"):
        read_logs(write(tmp_path, "logs", "x.yaml", LOG.replace("(\\d+[hm])", "(")))


def test_the_rules_that_ship_can_be_read() -> None:
    assert [rule.id for rule in load_code()] == sorted(rule.id for rule in load_code())
    assert [rule.id for rule in load_log_rules()] == sorted(rule.id for rule in load_log_rules())
