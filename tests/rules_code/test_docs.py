"""docs/rules.md says what the rule files say."""

from __future__ import annotations

from pathlib import Path

from whowaits import rules
from whowaits.report.rules import render

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_the_document_is_what_the_rules_say_now() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "run: python -m whowaits.report.rules > docs/rules.md"


def test_every_rule_is_in_the_document_once() -> None:
    text = render()
    assert [rule.id for rule in rules.load_code() if text.count(f"### `{rule.id}`\n") != 1] == []
