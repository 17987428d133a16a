"""The worked examples, from a log file to the figures of the report."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from whowaits import logs as log_half
from whowaits.config import Config, read
from whowaits.join import join
from whowaits.report.build import build
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report


def calls(service: str, count: int, **more: Any) -> Iterable[dict[str, Any]]:
    """`count` logged calls at a cent, each standing for 10,000."""
    for number in range(count):
        yield {
            "request_id": f"{service}-{number}",
            "ts": f"2026-09-{1 + number % 30:02}T0{number % 10}:00:00Z",
            "provider": "openai",
            "model": "gpt-4o-mini",
            "service": service,
            "cost_usd": 0.01,
            "sampling_rate": 0.0001,
            "input_tokens": 100,
            "output_tokens": 10,
            **more,
        }


def audited(folder: Path, rows: Iterable[Mapping[str, Any]], config: Config | None = None) -> Report:
    log = folder / "calls.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    settings = config or Config()
    with log_half.classify([log], settings, date(2026, 10, 1), mapping=None) as session:
        return build(join(None, session.classified, settings), name="x", as_of=date(2026, 10, 1), version="1")


@pytest.mark.parametrize(
    ("batchable", "saving", "after", "share"), [(60, 3000, 7000, "0.300000"), (80, 4000, 6000, "0.400000")]
)
def test_a_million_calls_at_a_cent(tmp_path: Path, batchable: int, saving: int, after: int, share: str) -> None:
    rows = [*calls("nightly", batchable, tags={"deadline": "24h"}), *calls("chat", 100 - batchable)]
    head = json.loads(render_json(audited(tmp_path, rows)))["headline"]
    assert float(head["bill_usd"]) == 10_000
    assert float(head["batchable_usd"]) == batchable * 100
    assert float(head["saving_usd_low"]) == float(head["saving_usd_high"]) == saving
    assert float(head["after_usd_low"]) == float(head["after_usd_high"]) == after
    assert head["saving_share_low"] == share


def test_an_embedding_job_at_4000_dollars_a_month_with_a_day_to_go(tmp_path: Path) -> None:
    rows = calls(
        "embeddings",
        40,
        model="text-embedding-3-small",
        output_tokens=0,
        endpoint="/v1/embeddings",
        tags={"deadline": "24h"},
    )
    [move] = audited(tmp_path, rows).moves
    assert (move.workload.spend_usd, move.workload.verdict.urgency) == (4_000, "required")
    assert move.workload.saving is not None
    assert (move.workload.saving.low_usd, move.workload.saving.high_usd) == (2_000, 2_000)


def test_a_job_from_two_to_six_may_go_to_batch_with_a_way_back(tmp_path: Path) -> None:
    settings = tmp_path / "whowaits.toml"
    settings.write_text(
        '[[workload]]\nname = "tagger"\nmatch = { service = "tagger" }\nwaiter = "nobody"\n'
        'start = "02:00"\ndue = "06:00"\n',
        encoding="utf-8",
    )
    report = audited(tmp_path, calls("tagger", 10), read(settings))
    verdict = report.workloads[0].workload.verdict
    assert (verdict.route, verdict.urgency, verdict.deadline_s) == ("batch", "try", 14_400)
    assert "window-longer-than-deadline" in report.notes
    assert "keep a synchronous fallback" in render_markdown(report)
