"""Whatever the logs hold: every split of a report sums to its bill and its saving, to the nano-dollar."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, call, lines
from whowaits import logs
from whowaits.config import Config
from whowaits.join import join
from whowaits.report.build import build
from whowaits.report.focus import left_out, render_focus
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report

MODELS = (
    ("openai", "gpt-4.1"), ("openai", "gpt-6-sol"), ("anthropic", "claude-haiku-4-5"), ("google", "gemini-2.5-pro"),
    ("xai", "grok-4.3"), ("bedrock", "amazon.nova-micro-v1:0"), ("cohere", "command-a-03-2025"), ("nobody", "ours-1"),
    (None, None),
)  # fmt: skip
calls = st.lists(
    st.builds(
        dict,
        who=st.sampled_from(MODELS),
        ts=st.sampled_from(["2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z", "2026-10-20T12:00:00Z", None]),
        service=st.sampled_from(["a", "b", "c"]),
        team=st.none() | st.sampled_from(["desk", "web"]),
        service_tier=st.sampled_from([None, None, "batch", "flex", "priority"]),
        tags=st.sampled_from([[], ["deadline=24h"], ["queue=bulk"], ["sla=interactive"]]),
        cost_usd=st.none() | st.decimals(0, 3, places=9).map(str),
        sampling_rate=st.none() | st.sampled_from([0.3, 0.07]),
        input_tokens=st.sampled_from([1000, 100_000, 300_000]),
        cached_input_tokens=st.integers(0, 1000),
        web_search_requests=st.sampled_from([None, 0, 3]),
        status=st.sampled_from([200, 200, 500]),
    ),
    min_size=1,
    max_size=30,
)


def report_on(rows: Iterable[dict[str, Any]]) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        file = lines(Path(folder) / "calls.jsonl", rows)
        with logs.classify([file], Config(), AS_OF) as session:
            joined = join(None, session.classified, Config())
    return build(joined, name="r", as_of=AS_OF, version="0")


def _row(number: int, who: tuple[str | None, str | None], **fields: Any) -> dict[str, Any]:
    return call(number, provider=who[0], model=who[1], **fields)


@settings(max_examples=25, deadline=None)
@given(calls)
def test_every_split_sums_to_the_whole(some: list[dict[str, Any]]) -> None:
    report = report_on(_row(n, **fields) for n, fields in enumerate(some))
    head = report.headline
    assert head is not None
    for split in (report.months, report.owners, report.providers, report.models):
        assert sum(s.spend_usd for s in split) == head.bill_usd
        assert sum(s.slow_usd for s in split) == head.slow_usd
        assert sum(s.movable_usd for s in split) == head.batchable_usd
        assert sum(s.saving_low_usd for s in split) == head.saving_low_usd
        assert sum(s.saving_high_usd for s in split) == head.saving_high_usd
        assert sum(s.calls for s in split) == sum(w.workload.calls for w in report.workloads)
    rows = list(csv.DictReader(io.StringIO(render_focus(report))))
    assert sum((Decimal(row["BilledCost"]) for row in rows), left_out(report).spend_usd) == head.bill_usd
    for parts in (report.waiters, report.routes):
        assert sum(p.spend_usd or 0 for p in parts) == head.bill_usd
        assert sum(p.saving_low_usd or 0 for p in parts) == head.saving_low_usd
        assert sum(p.saving_high_usd or 0 for p in parts) == head.saving_high_usd


JOB = {"service": "a", "tags": ["queue=bulk"], "input_tokens": 1_000_000, "output_tokens": 0}


def test_a_cache_that_makes_batch_dearer_is_said() -> None:
    """gpt-4.1: $2 a million fresh tokens, $0.50 cached; $1 for both in a batch, which has no cache before GPT-5."""
    report = report_on([call(**JOB, model="gpt-4.1", cached_input_tokens=900_000)])
    work = report.workloads[0].workload
    assert work.saving is not None
    assert (work.spend_usd, work.saving.high_usd) == (Decimal("0.65"), Decimal("-0.35"))
    said = render_markdown(report)
    assert "On the slower tier these would cost more: a" in said
    assert "The slower tier would cost more than these calls do now" in said


def test_a_cache_that_may_make_batch_dearer_is_said_with_the_dollars() -> None:
    """gpt-6-sol: $2 and $0.20 a million, in a batch $1 and $0.10 as long as hits are kept."""
    each = {**JOB, "model": "gpt-6-sol", "input_tokens": 100_000, "cached_input_tokens": 90_000}
    said = render_markdown(report_on(call(n, **each) for n in range(10)))
    assert "the slower tier costs $0.62 more than these calls do now" in said
    assert "costs more if its cache hits are lost" in said
