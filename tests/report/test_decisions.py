"""What can be done with each workload, in every format."""

from __future__ import annotations

import json
from types import SimpleNamespace

from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report


def chosen(report: Report) -> dict[str, list[str]]:
    return {line.workload.name: [d.rule.id for d in line.decisions] for line in report.workloads}


def test_each_workload_has_its_choices_the_first_one_first(newsroom: Report) -> None:
    assert {name: ids[0] for name, ids in chosen(newsroom).items()} == {
        "article-tagger": "provider-batch",
        "catalogue-embeddings": "provider-batch",
        "chat-copilot": "stay-synchronous",
        "ticket-triage": "ask-first",
        "eval-runs": "provider-batch",
    }
    assert chosen(newsroom)["article-tagger"] == ["provider-batch", "worker-pool"]


def test_what_runs_slowly_already_stays_there(make: SimpleNamespace) -> None:
    there = make.workload("there", "9", make.NIGHTLY, slow_usd=make.usd("9"))
    assert chosen(make.report_on(None, make.classified(there)))["there"] == ["there-already"]


def test_a_short_deadline_goes_to_flex_and_what_is_not_sold_to_a_pool(make: SimpleNamespace) -> None:
    from whowaits.model import Basis, Evidence, Offer

    soon = (Evidence("register", "20 min", Basis.DECLARED, waiter="nobody", deadline_s=1200, bulk=True),)
    flex = make.workload("soon", "9", soon)
    none = make.workload("none", "9", make.NIGHTLY, offer=Offer("none"))
    found = chosen(make.report_on(None, make.classified(flex, none)))
    assert (found["soon"][0], found["none"]) == ("flex", ["worker-pool"])


def test_all_formats_say_the_choice_and_what_makes_it_weak(newsroom: Report) -> None:
    told = json.loads(render_json(newsroom))
    tagger = next(w for w in told["workloads"] if w["name"] == "article-tagger")
    weak = "what is guaranteed is longer than the deadline, so a synchronous way out must begin in time"
    assert tagger["decisions"][0] == {"decision": "provider-batch", "weak": [weak]}
    assert {d["decision"] for w in told["workloads"] for d in w["decisions"]} == {
        d["decision"] for d in told["decisions"]
    }
    markdown, html = render_markdown(newsroom), render_html(newsroom)
    for choice in told["decisions"]:
        assert f"| {choice['title']}<br>" in markdown
        assert choice["title"] in html
    assert f"| Provider batch<br>but {weak} | Synchronous, with a pool of workers |" in markdown
    assert f"but {weak}" in html


def test_a_report_without_logs_has_no_choices(make: SimpleNamespace) -> None:
    assert "the choices" not in render_markdown(make.report_on(make.newsroom_scan(), None)).lower()
