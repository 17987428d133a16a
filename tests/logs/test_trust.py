"""What a log is worth: sums beside calls, costs beside the price list, evidence that is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.logs.conftest import Classify, call, lines
from tests.logs.formats import log
from whowaits.model import Aggregate, Coverage, PriceDoubt

START = datetime(2026, 9, 1, tzinfo=UTC)
DAY = int(START.timestamp())
LISTED = Decimal("0.00021")
"""1,000 tokens in and 100 out of gpt-4o-mini, by the price list."""


def usage(day: int, requests: int, tokens: int, *, batch: bool = False, width_s: int = 86_400) -> dict[str, Any]:
    """A bucket of OpenAI's usage report, `day` days after START."""
    result = {
        "object": "organization.usage.completions.result", "num_model_requests": requests, "input_tokens": tokens,
        "output_tokens": 0, "model": "gpt-4o-mini-2024-07-18", "batch": batch,
    }  # fmt: skip
    return _bucket(day, width_s, result)


def cost(day: int, usd: str) -> dict[str, Any]:
    amount = {"value": usd, "currency": "usd"}
    return _bucket(day, 86_400, {"object": "organization.costs.result", "amount": amount, "line_item": "all"})


def _bucket(day: int, width_s: int, result: dict[str, Any]) -> dict[str, Any]:
    start = DAY + day * 86_400
    return {"object": "bucket", "start_time": start, "end_time": start + width_s, "results": [result]}


def report(folder: Path, *buckets: dict[str, Any], name: str = "usage.json") -> Path:
    return log(folder, [{"object": "page", "data": list(buckets)}], name)


def calls(*numbers: int, **fields: Any) -> list[dict[str, Any]]:
    return [call(n, service="desk", **fields) for n in numbers]


def test_sums_are_records_of_their_own_by_source_model_tier_and_length(tmp_path: Path, classify: Classify) -> None:
    buckets = [usage(0, 3, 900), usage(1, 4, 100), usage(1, 5, 70, batch=True), usage(1, 4, 100, width_s=3600)]
    found = classify(report(tmp_path, *buckets))
    assert (found.workloads, found.coverage) == ((), ())
    model, none = "gpt-4o-mini-2024-07-18", None
    at = [START.replace(day=day) for day in (1, 2, 3)]
    assert set(found.aggregates) == {
        Aggregate("openai_usage", "openai", model, "standard", 86_400, at[0], at[2], 7, 1000, 0, none, 2),
        Aggregate("openai_usage", "openai", model, "batch", 86_400, at[1], at[2], 5, 70, 0, none, 1),
        Aggregate("openai_usage", "openai", model, "standard", 3600, at[1], at[1].replace(hour=1), 4, 100, 0, none, 1),
    }


def test_logged_calls_are_compared_with_what_their_provider_sums_up_for_the_same_days(
    tmp_path: Path, classify: Classify
) -> None:
    page = report(tmp_path, usage(0, 8, 8800), cost(0, "0.002"), usage(5, 100, 10**6), cost(5, "9"))
    found = classify(page, *calls(1, 2))
    assert found.coverage == (
        Coverage(
            "openai_usage", "openai", 86_400, START, START.replace(day=2), requests_logged=2, requests=8,
            tokens_logged=2200, tokens=8800, usd_logged=LISTED * 2, usd=Decimal("0.002"),
        ),
    )  # fmt: skip


def test_calls_of_another_provider_and_answers_of_a_cache_are_not_what_was_billed(
    tmp_path: Path, classify: Classify
) -> None:
    other = {"provider": "anthropic", "model": "claude-haiku-4-5"}
    found = classify(report(tmp_path, usage(0, 8, 8800)), *calls(1), *calls(2, cache_hit=True), *calls(3, **other))
    assert [(c.provider, c.requests_logged, c.tokens_logged) for c in found.coverage] == [("openai", 1, 1100)]


def test_sums_never_change_what_calls_come_to(tmp_path: Path, classify: Classify) -> None:
    alone = classify(*calls(*range(5)))
    beside = classify(report(tmp_path, usage(0, 900, 10**7), cost(0, "500")), *calls(*range(5)))
    assert beside.workloads == alone.workloads
    assert (beside.started_at, beside.ended_at) == (alone.started_at, alone.ended_at)


@pytest.mark.parametrize("factor", ["0.01", "0.5", "2", "100"])
def test_a_cost_that_is_the_list_price_times_a_known_factor_is_said_and_not_corrected(
    classify: Classify, factor: str
) -> None:
    wrong = calls(*range(8), cost_usd=str(LISTED * Decimal(factor)))
    found = classify(*wrong, *calls(8, 9, cost_usd=str(LISTED)))
    assert found.price_doubts == (
        PriceDoubt(
            "plain", "gpt-4o-mini", "standard", Decimal(factor), 8, 10, Decimal(factor).quantize(Decimal("0.0001"))
        ),
    )
    assert found.workloads[0].spend_usd == LISTED * (8 * Decimal(factor) + 2)


@pytest.mark.parametrize(("off", "said"), [("1.019", False), ("0.981", False), ("1.03", True), ("0.85", True)])
def test_two_percent_off_the_list_price_is_the_list_price(classify: Classify, off: str, said: bool) -> None:
    found = classify(*calls(*range(4), cost_usd=str(LISTED * Decimal(off))))
    assert [(d.factor, d.calls) for d in found.price_doubts] == ([(None, 4)] if said else [])


def test_a_few_odd_costs_beside_right_ones_are_not_news(classify: Classify) -> None:
    odd = calls(0, cost_usd=str(LISTED * Decimal("0.7")))
    assert classify(*odd, *calls(1, 2, 3, cost_usd=str(LISTED))).price_doubts == ()


def test_what_a_batch_cost_is_compared_with_the_batch_price(classify: Classify) -> None:
    batched = calls(*range(4), cost_usd=str(LISTED / 2), service_tier="batch")
    assert classify(*batched).price_doubts == ()
    twice = classify(*calls(*range(4), cost_usd=str(LISTED / 4), service_tier="batch"))
    assert [(d.tier, d.factor) for d in twice.price_doubts] == [("batch", Decimal("0.5"))]


def test_calls_that_cost_nothing_or_have_no_price_are_not_compared(classify: Classify) -> None:
    unpriced = calls(1, model="house-model", provider="acme", cost_usd="3")
    assert classify(*calls(0, cost_usd="0"), *unpriced, *calls(2, cost_usd="9", status=500)).price_doubts == ()


FIELDS: dict[str, dict[str, Any]] = {
    "time": {"ts": "2026-09-01T00:00:00Z"},
    "tokens": {"input_tokens": 5},
    "cost": {"cost_usd": "0.1"},
    "status": {"status": 200},
    "waiter": {"interactive": "true", "tags": ["interactive"]},
    "deadline": {"deadline": "24h"},
    "user": {"user_id": "u-1"},
    "session": {"session_id": "s-1"},
    "stream": {"stream": False},
    "job": {"job_name": "nightly"},
}


@pytest.mark.parametrize("what", FIELDS)
def test_what_no_column_says_is_said_once(tmp_path: Path, classify: Classify, what: str) -> None:
    full = {"model": "gpt-4o-mini"} | {key: value for fields in FIELDS.values() for key, value in fields.items()}
    others = {"model": "gpt-4o-mini"} | {k: v for n, fields in FIELDS.items() if n != what for k, v in fields.items()}
    assert classify(log(tmp_path, [full] * 3, "full.jsonl")).missing == ()
    found = classify(log(tmp_path, [{**others, "request_id": f"r{n}"} for n in range(3)]))
    assert [(m.source, m.rows, m.of) for m in found.missing if m.what == what] == [("plain", 3, 3)]


def test_what_some_calls_lack_is_counted_where_every_call_should_have_it(classify: Classify) -> None:
    found = classify(call(1, model=None), call(2, user_id="u"), call(3))
    assert [(m.what, m.rows, m.of) for m in found.missing if m.rows < m.of] == [("model", 1, 3)]
    assert "user" not in {m.what for m in found.missing}


def test_a_failed_call_lacks_nothing(classify: Classify) -> None:
    failed = call(1, status=500, input_tokens=None, output_tokens=None)
    assert "tokens" not in {m.what for m in classify(failed, call(2)).missing}


def test_which_costs_are_looked_at_does_not_depend_on_files(
    classify: Classify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whowaits.logs.doubts.LOOKED_AT", 100)
    calls = [{**call(n, cost_usd="0.25" if n % 3 else "0.5"), "input_tokens": 1000 + n % 7} for n in range(500)]
    whole = classify(lines(tmp_path / "a.jsonl", calls)).price_doubts
    cut = classify(lines(tmp_path / "b.jsonl", calls[313:]), lines(tmp_path / "c.jsonl", calls[:313])).price_doubts
    assert whole == cut
    assert 0 < sum(doubt.calls for doubt in whole) < 200
