"""Models that are shut down soon: said beside the move, and no part of a verdict."""

from __future__ import annotations

from datetime import date

import pytest

from tests.logs.conftest import Classify, call, only
from whowaits.config import Config
from whowaits.join import join
from whowaits.report.build import build
from whowaits.report.markdown import render_markdown
from whowaits.rules import load_offers

SAYS = "gpt-5-mini is shut down on 2026-12-11 (litellm price list 1.109.1): choose its successor before the move"


def test_every_ending_is_a_day_with_its_source() -> None:
    endings = [e for offer in load_offers().by_provider.values() for e in offer.endings]
    assert endings
    assert all(date.fromisoformat(e.on) and date.fromisoformat(e.checked) and e.source for e in endings)


@pytest.mark.parametrize(("model", "told"), [("gpt-5-mini", [SAYS]), ("gpt-5.4-mini", []), ("gpt-4o-mini", [])])
def test_a_move_says_when_its_model_ends(classify: Classify, model: str, told: list[str]) -> None:
    found = classify(call(service="a", tags=["queue=bulk"], model=model))
    work = only(found)
    assert [e.says for e in work.evidence if e.rule == "model-ends"] == told
    assert (work.verdict.route, work.saving is not None) == ("batch", True)
    report = build(join(None, found, Config()), name="r", as_of=date(2026, 11, 20), version="0")
    first = render_markdown(report).partition("## What to do first")[2].partition("## ")[0]
    assert ("is shut down on 2026-12-11" in first) == bool(told)


def test_what_stays_is_not_told_about_its_model(classify: Classify) -> None:
    work = only(classify(call(service="a", tags=["sla=interactive"], model="gpt-5-mini")))
    assert "model-ends" not in {e.rule for e in work.evidence}
