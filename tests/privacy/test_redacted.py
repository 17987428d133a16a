"""What is shared names nobody and nothing of the company; money and verdicts are the same."""

from __future__ import annotations

import dataclasses
import json
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import AS_OF, call, config, lines
from tests.report.conftest import hostile_report, newsroom_report
from whowaits import join, logs, redacted
from whowaits.config import Config
from whowaits.model import Classified
from whowaits.pseudonyms import Pseudonyms
from whowaits.redacted import redact
from whowaits.report import build, changes, former, terminal, values
from whowaits.report.compared import with_former
from whowaits.report.focus import render_focus
from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report

SHARED = (
    "Öldugata-desk", "brynja@desk.example", "team-hraundal", "project-esja", "nightly-hekla", "flow-katla", "prompt-surtsey",
    "srv/askja/jobs.py", "key-glym", "ws-skogar", "agent-dyngja", "user-17", "chat-17", "queue=hengill", "cust-2026-77",
    "house-llm-of-vatna",
)  # fmt: skip
"""Names in the log below; none may be in what is shared."""


def rows() -> list[dict[str, Any]]:
    names = {
        "service": SHARED[0], "team": SHARED[2], "project": SHARED[3], "job": SHARED[4], "workflow": SHARED[5],
        "prompt_name": SHARED[6], "code_file": SHARED[7], "key": SHARED[8], "workspace": SHARED[9],
        "user_agent": SHARED[10], "user_id": SHARED[11], "session_id": SHARED[12], "tags": [SHARED[13], "deadline=24h"],
        "custom_id": SHARED[14], "metadata": {"owner": SHARED[1]},
    }  # fmt: skip
    return [call(1, **names), call(2, **names, model=SHARED[15], provider="acme", cost_usd="1"), call(3, key=SHARED[1])]


def shared(folder: Path, *, hide: Any) -> tuple[Classified, list[dict[str, Any]]]:
    log = lines(folder / "calls-of-myvatn.jsonl", rows())
    with logs.classify([log], Config(), AS_OF, pseudonyms=Pseudonyms(folder, hide)) as session:
        session.write_tagged(folder / "t.parquet")
        return session.classified, pq.read_table(folder / "t.parquet").to_pylist()


def test_a_shared_table_has_pseudonyms_for_names_and_nothing_that_tells_a_call_apart(tmp_path: Path) -> None:
    _, written = shared(tmp_path, hide="names")
    held = [name for name in (*SHARED, "myvatn", "req_1") if name in repr(written)]
    assert held == []
    first = written[0]
    assert re.fullmatch("key-[0-9a-f]{10}", first["api_key_alias"])
    assert (first["model_response"] or first["model_requested"], first["tags"]) == ("gpt-4o-mini", None)
    assert re.fullmatch("model-[0-9a-f]{10}", written[1]["model_canonical"])


def test_money_and_verdicts_of_a_shared_table_are_the_same(tmp_path: Path) -> None:
    found, plain = shared(tmp_path, hide="people")
    _, written = shared(tmp_path, hide="names")
    same = ("waiter", "deadline_s", "route", "urgency", "basis", "evidence", "spend_usd", "batch_usd_low", "batch_usd_high",
            "started_at", "input_tokens_total", "cost_usd", "provider", "status")  # fmt: skip
    assert [[row[name] for name in same] for row in written] == [[row[name] for name in same] for row in plain]
    assert len({row["workload"] for row in written}) == len({row["workload"] for row in plain}) == len(found.workloads)


def test_the_same_name_has_the_same_pseudonym_in_table_and_report(tmp_path: Path) -> None:
    found, _ = shared(tmp_path, hide="people")
    _, written = shared(tmp_path, hide="names")
    report = redact(_report(found), Pseudonyms(tmp_path, "names"))
    assert {line.workload.name for line in report.workloads} == {row["workload"] for row in written}


def _report(found: Classified) -> Report:
    return build.build(join.join(None, found, Config()), name="myvatn", as_of=AS_OF, version="0")


@pytest.mark.parametrize("render", [render_html, render_markdown, render_json, terminal.render_text, render_focus])
def test_a_shared_report_names_nothing(tmp_path: Path, render: Any) -> None:
    found, _ = shared(tmp_path, hide="people")
    text = render(redact(_report(found), Pseudonyms(tmp_path, "names")))
    assert [name for name in (*SHARED, "myvatn") if name in text] == []
    assert "Does anybody wait for this" in text or render in (terminal.render_text, render_focus)


@pytest.mark.parametrize("made", [newsroom_report, hostile_report])
def test_money_verdicts_and_order_of_a_shared_report_are_the_same(tmp_path: Path, made: Any) -> None:
    plain = made()
    report = redact(plain, Pseudonyms(tmp_path, "names"))
    assert report.headline is not None and plain.headline is not None
    assert report.headline.bill_usd == plain.headline.bill_usd
    assert [(w.workload.verdict, w.workload.spend_usd, w.workload.saving) for w in report.workloads] == [
        (w.workload.verdict, w.workload.spend_usd, w.workload.saving) for w in plain.workloads
    ]
    assert [s.site.deciding.verdict for s in report.sites] == [s.site.deciding.verdict for s in plain.sites]
    links = {k.workload for w in report.workloads for k in w.links}
    assert links <= {w.workload.name for w in report.workloads}


@pytest.mark.parametrize("made", [newsroom_report, hostile_report])
def test_no_name_of_either_half_is_in_a_shared_report(tmp_path: Path, made: Any) -> None:
    plain = made()
    names = {w.workload.name for w in plain.workloads} | {w.owner for w in plain.workloads if w.owner}
    names |= {n for s in plain.sites for n in (s.site.function, s.site.place.path, s.site.call)}
    text = render_json(redact(plain, Pseudonyms(tmp_path, "names")))
    assert sorted(name for name in names if len(name) > 4 and json.dumps(name) in text) == []


def test_a_shared_comparison_names_nothing(tmp_path: Path) -> None:
    report, then = newsroom_report(), newsroom_report()
    assert then.logs is not None
    logs_then = dataclasses.replace(then.logs, ended_at=datetime(2026, 6, 30, tzinfo=UTC))
    (tmp_path / "q2.json").write_text(
        render_json(dataclasses.replace(then, name="esja Q2", logs=logs_then)), encoding="utf-8"
    )
    shown = redact(with_former(report, [former.read(tmp_path / "q2.json")]), Pseudonyms(tmp_path, "names"))
    assert shown.compared is not None
    assert shown.compared.changes
    for text in (render_json(shown), render_markdown(shown), render_html(shown)):
        assert [name for name in ("esja", "article-tagger", "eval-runs", "data-eng") if name in text] == []
    known = {change.workload for change in shown.compared.changes}
    assert known <= {line.workload.name for line in shown.workloads}


def test_a_text_that_nobody_spoke_of_is_withheld(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class Fresh:
        words: str
        many: tuple[str, ...]
        count: int

    globals()["Fresh"] = Fresh
    shown = redact(Fresh("of Esja", ("of Esja",), 3), Pseudonyms(tmp_path, "names"))
    assert (shown.words, shown.many, shown.count) == (redacted.WITHHELD, (redacted.WITHHELD,), 3)


def test_what_is_kept_or_named_is_a_field_of_today() -> None:
    import whowaits.model as model
    from whowaits.join import links

    fields = {
        (kind.__name__, name)
        for module in (model, values, links, changes)
        for kind in vars(module).values()
        if isinstance(kind, type)
        for name in getattr(kind, "__annotations__", ())
    }
    assert {*redacted.KEPT, *redacted.NAMES, *redacted.MODELS} - fields == set()


def test_the_mapping_stays_here_for_its_owner_alone(tmp_path: Path) -> None:
    lines(tmp_path / "calls.jsonl", rows())
    config(tmp_path, "")
    command = [sys.executable, "-m", "whowaits", "classify", "calls.jsonl", "--redact", "-o", "t.parquet"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    mapping = tmp_path / ".whowaits" / "pseudonyms.json"
    assert stat.S_IMODE(mapping.stat().st_mode) == 0o600
    known = json.loads(mapping.read_text(encoding="utf-8"))
    assert SHARED[8] in known.values()
    assert not {SHARED[1], SHARED[11], SHARED[12]} & set(known.values()), "people are in no mapping"
    assert [name for name in SHARED if name in run.stdout] == []
    row = pq.read_table(tmp_path / "t.parquet").to_pylist()[0]
    assert known[row["api_key_alias"]] == SHARED[8]


def test_sharing_and_showing_people_exclude_one_another(tmp_path: Path) -> None:
    lines(tmp_path / "calls.jsonl", rows())
    command = [sys.executable, "-m", "whowaits", "classify", "calls.jsonl", "--redact", "--plain-user-ids"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, "exclude one another" in run.stderr) == (2, True)
