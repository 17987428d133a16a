"""The money of a workload by month, model, team and tier: parts that sum to the whole, to the nano-dollar."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, Classify, call, lines, named, only
from whowaits import logs
from whowaits.config import Config
from whowaits.model import Classified, Portion, Workload

MODELS = (("openai", "gpt-4o-mini"), ("openai", "gpt-5"), ("anthropic", "claude-haiku-4-5"), ("nobody", "ours-1"))
some_calls = st.lists(
    st.builds(
        dict,
        who=st.sampled_from(MODELS),
        ts=st.sampled_from(["2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z", "2026-09-30T12:00:00Z"]),
        service=st.sampled_from(["a", "b"]),
        team=st.none() | st.sampled_from(["desk", "web"]),
        service_tier=st.sampled_from([None, "batch", "flex", "priority"]),
        tags=st.sampled_from([[], ["deadline=24h"], ["sla=interactive"]]),
        cost_usd=st.none() | st.decimals(0, 3, places=9).map(str),
        sampling_rate=st.none() | st.sampled_from([0.3, 0.07, 0.9]),
        cached_input_tokens=st.integers(0, 1000),
        status=st.sampled_from([200, 200, 500]),
    ),
    min_size=1,
    max_size=25,
)


def _row(number: int, fields: dict[str, Any]) -> dict[str, Any]:
    provider, model = fields.pop("who")
    return call(number, provider=provider, model=model, **fields)


def _total(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((a for a in amounts if a is not None), Decimal(0))


@settings(max_examples=25, deadline=None)
@given(some_calls)
def test_portions_sum_to_their_workload_to_the_nano_dollar(some: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = lines(Path(folder) / "calls.jsonl", [_row(n, dict(fields)) for n, fields in enumerate(some)])
        with logs.classify([file], Config(), AS_OF) as session:
            found = session.classified
    for workload in found.workloads:
        parts = workload.portions
        assert len({(p.month, p.provider, p.model, p.team, p.tier) for p in parts}) == len(parts)
        assert _total(p.spend_usd for p in parts) == (workload.spend_usd or 0)
        assert _total(p.spend_usd for p in parts if p.tier in ("batch", "flex")) == workload.slow_usd
        assert sum(p.calls for p in parts) == workload.calls
        assert sum(p.unpriced_calls for p in parts) == workload.unpriced_calls
        if (saving := workload.saving) is not None:
            low, high = _savings(workload)
            assert (low, high) == (saving.low_usd, saving.high_usd)


def _savings(workload: Workload) -> tuple[Decimal, Decimal]:
    if workload.verdict.route == "flex":
        return (_total(p.flex_usd for p in workload.portions),) * 2
    return _total(p.batch_low_usd for p in workload.portions), _total(p.batch_high_usd for p in workload.portions)


def _months(found: Classified) -> dict[date | None, Portion]:
    return {p.month: p for p in only(found).portions}


def test_a_price_that_changes_inside_the_quarter_counts_on_each_side_of_its_day(classify: Classify) -> None:
    own = "".join(
        f'[[price]]\nprovider = "openai"\nmodel = "gpt-4o-mini"\nfrom = "{day}"\ninput = "{usd}"\noutput = "0"\n'
        f'batch = {{ input = "{half}", output = "0" }}\n'
        for day, usd, half in (("2026-01-01", "2", "1"), ("2026-08-15", "1", "0.25"))
    )
    each = {"service": "a", "tags": ["deadline=24h"], "input_tokens": 1_000_000, "output_tokens": 0}
    times = ("2026-07-01T00:00:00Z", "2026-08-14T23:59:59Z", "2026-08-15T00:00:00Z", "2026-09-01T00:00:00Z")
    found = _months(classify(*(call(n, ts=ts, **each) for n, ts in enumerate(times)), register=own))
    assert {m: p.spend_usd for m, p in found.items()} == {
        date(2026, 7, 1): 2, date(2026, 8, 1): 3, date(2026, 9, 1): 1,
    }  # fmt: skip
    assert [p.batch_high_usd for p in found.values()] == [Decimal("1.5"), Decimal("2.25"), Decimal("0.75")]


def test_a_call_on_a_batch_tier_says_what_it_would_have_cost_synchronously(classify: Classify) -> None:
    (part,) = only(classify(call(service="a", service_tier="batch", output_tokens=0))).portions
    assert (part.tier, part.spend_usd, part.sync_usd) == ("batch", Decimal("0.000075"), Decimal("0.00015"))
    (part,) = only(
        classify(call(service="a", model="grok-4.3", provider="xai", service_tier="batch", cost_usd="8"))
    ).portions
    assert (part.spend_usd, part.sync_usd) == (8, 10)


def test_the_hours_of_a_week_begin_on_monday_in_utc(classify: Classify) -> None:
    found = classify(call(0, service="a", ts="2026-08-31T00:10:00Z"), call(1, service="b", ts="2026-09-06T23:50:00Z"))
    assert [named(found, name).hours.index(1) for name in "ab"] == [0, 167]
    assert len(found.workloads[0].hours) == 168


def test_what_is_known_of_other_tiers_is_said_whatever_the_verdict(classify: Classify) -> None:
    (part,) = only(classify(call(service="a", tags=["sla=interactive"], model="gpt-5", output_tokens=0))).portions
    assert (part.batch_low_usd, part.flex_usd) == (Decimal("0.000625"), Decimal("0.000625"))
    (part,) = only(classify(call(service="a", provider="nobody", model="ours-1", cost_usd="1"))).portions
    assert (part.spend_usd, part.batch_high_usd, part.flex_usd) == (1, None, None)
