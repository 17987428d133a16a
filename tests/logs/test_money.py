"""The bill and the saving: the examples that must come out exactly, and SQL against the reference in Python."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, Classify, call, lines, named, only
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.engine import DuckDB, features
from whowaits.money.rates import Rates, with_fees
from whowaits.money.savings import Call, CallRates, Tokens, cost, sync_nano

CENT = {"cost_usd": "0.01", "sampling_rate": 0.0001}
"""One row that stands for ten thousand calls at a cent."""


@pytest.mark.parametrize(("batchable", "after", "share"), [(60, 7_000, 30), (80, 6_000, 40)])
def test_a_million_calls_at_a_cent(classify: Classify, batchable: int, after: int, share: int) -> None:
    rows = [
        call(n, service="nightly" if n < batchable else "desk", tags=["deadline=24h"] if n < batchable else [], **CENT)
        for n in range(100)
    ]
    found = classify(*rows)
    bill = sum(w.spend_usd or 0 for w in found.workloads)
    saved = named(found, "nightly").saving
    assert sum(w.calls for w in found.workloads) == 1_000_000
    assert saved is not None and saved.low_usd == saved.high_usd
    assert (bill, bill - saved.low_usd, 100 * saved.low_usd / bill) == (10_000, after, share)
    assert saved.basis == "rates"


def test_an_embedding_job_at_four_thousand_a_month_saves_two_thousand(classify: Classify) -> None:
    row = call(
        model="text-embedding-3-large", endpoint="/v1/embeddings", service="embed", output_tokens=0,
        cost_usd="0.4", sampling_rate=0.0001, tags=["deadline=24h"],
    )  # fmt: skip
    found = only(classify(row))
    assert found.spend_usd == 4_000
    assert found.saving is not None and found.saving.low_usd == 2_000


def test_a_sampled_row_weighs_what_it_stands_for(classify: Classify) -> None:
    found = only(
        classify(call(cost_usd="0.02", service="a", sampling_rate=0.01), call(1, cost_usd="0.03", service="a"))
    )
    assert (found.calls, found.rows, found.spend_usd) == (101, 2, Decimal("2.03"))


def test_a_failed_call_costs_nothing_and_is_no_call(classify: Classify) -> None:
    found = only(classify(call(service="a", status=500, output_tokens=0), call(1, service="a", cost_usd="0.5")))
    assert (found.calls, found.rows, found.spend_usd) == (1, 2, Decimal("0.5"))


def test_calls_on_a_batch_tier_save_nothing_more(classify: Classify) -> None:
    found = only(classify(call(service="a", service_tier="batch", cost_usd="1")))
    assert (found.verdict.route, found.spend_usd, found.slow_usd) == ("batch", 1, 1)
    assert found.saving is not None and found.saving.high_usd == 0


def test_an_unknown_model_is_counted_as_unpriced_and_has_no_saving(classify: Classify) -> None:
    found = only(classify(call(service="a", model="nobody-knows-1", provider="nobody", tags=["deadline=24h"])))
    assert (found.spend_usd, found.unpriced_calls, found.saving) == (None, 1, None)
    assert (found.verdict.route, found.verdict.urgency) == ("batch", "try")
    assert "offer-unknown" in found.verdict.notes


def test_a_model_without_price_at_a_known_provider_saves_by_the_factor_of_the_offer(classify: Classify) -> None:
    found = only(classify(call(service="a", model="ours-1", cost_usd="8", tags=["deadline=24h"])))
    assert found.saving is not None
    assert (found.saving.low_usd, found.saving.high_usd, found.saving.basis) == (4, 4, "factor")


def test_calls_on_prepaid_capacity_stay_and_save_nothing(classify: Classify) -> None:
    night = {"service": "night", "tags": ["deadline=24h"], "cost_usd": "8"}
    found = classify(call(0, service_tier="provisioned", **night), call(1, service_tier="priority", **night))
    prepaid = named(found, "prepaid capacity")
    (rest,) = (w for w in found.workloads if w is not prepaid)
    assert (prepaid.verdict.route, prepaid.verdict.notes, prepaid.saving) == ("sync", ("prepaid",), None)
    assert rest.verdict.route == "batch" and rest.saving is not None and rest.saving.low_usd > 0
    assert cost(Call(Tokens(1000), 8, "provisioned"), CallRates(factor_ppm=500_000)) == (8, 8, 8)


def test_a_row_whose_saving_is_unknown_says_nothing_about_the_basis(classify: Classify) -> None:
    bare = {"service": "a", "tags": ["deadline=24h"]}
    found = only(classify(call(0, **bare), call(1, **bare | {"input_tokens": None, "output_tokens": None})))
    assert found.unpriced_calls == 1
    assert found.saving is not None and found.saving.basis == "rates"


def test_what_stays_synchronous_or_unknown_claims_no_saving(classify: Classify) -> None:
    found = classify(call(service="asked"), call(1, service="seen", tags=["sla=interactive"]))
    assert [w.saving for w in found.workloads] == [None, None]


KINDS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
FEES = ("search", "request")
rate = st.integers(0, 100_000_000_000) | st.integers(0, 15_000_000_000)
fee = st.just(0) | st.integers(0, 15_000_000_000_000)
cards = st.builds(Rates, **dict.fromkeys(KINDS, rate), **dict.fromkeys(FEES, fee))
count = st.integers(0, 2_000_000) | st.integers(0, 2_000)
"""Often small enough to be divided in 64 bits, often not."""
tokens = st.builds(Tokens, count, count, count, count, count, st.integers(0, 30))


class Case(NamedTuple):
    """One call with its rates; `lost` is what a cached token costs in a batch when its hit is lost."""

    tokens: Tokens | None
    reported: int | None
    tier: str
    ok: bool
    cached: bool
    paid: Rates | None
    slow: tuple[Rates, Rates, int] | None
    factor: int | None


cases = st.builds(
    Case,
    tokens=st.none() | tokens,
    reported=st.none() | st.integers(0, 10**12) | st.integers(0, 2**29 + 2),
    tier=st.sampled_from(["standard", "priority", "batch", "flex", "provisioned"]),
    ok=st.booleans(),
    cached=st.booleans(),
    paid=st.none() | cards,
    slow=st.none() | st.tuples(cards, cards, rate),
    factor=st.none() | st.integers(0, 1_000_000),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(cases, min_size=1, max_size=30))
def test_sql_and_reference_agree_to_the_nano_dollar(engine: DuckDB, some: list[Case]) -> None:
    computed = [(r["spend_nano"], r["lost_nano"], r["kept_nano"], r["sync_nano"]) for r in _by_sql(engine, some)]
    assert computed == [_by_reference(case) for case in some]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDB:
    return DuckDB(tmp_path_factory.mktemp("spool"))


def _by_reference(case: Case) -> tuple[int | None, ...]:
    sync, high, lost = case.slow or (None, None, None)
    high = with_fees(high, sync) if high is not None and sync is not None else None
    low = replace(high, cache_read=lost) if high is not None and lost is not None else None
    call = Call(case.tokens, case.reported, case.tier, case.ok, case.cached)  # type: ignore[arg-type]
    rates = CallRates(case.paid, sync, low, high, case.factor)
    on_flex = replace(rates, high=None, factor_ppm=None) if case.tier == "flex" else rates
    return (*cost(call, rates), sync_nano(call, on_flex))


def _by_sql(engine: DuckDB, some: list[Case]) -> list[dict[str, Any]]:
    _store(engine, "calls", [_call_row(n, case) for n, case in enumerate(some)])
    _store(engine, "prices", [_price_row(n, case) for n, case in enumerate(some)])
    for name in ("listed", "spent"):
        engine.view(name, features()[name])
    return engine.rows(f"SELECT * FROM ({features()['priced']}) ORDER BY position")


def _call_row(number: int, case: Case) -> dict[str, Any]:
    t = case.tokens or Tokens()
    return {
        "position": number, "price_key": number, "cost_nano": case.reported, "has_tokens": int(case.tokens is not None),
        "status": "ok" if case.ok else "error", "answered_by_cache": int(case.cached), "service_tier": case.tier,
        "uncached": t.uncached, "cache_read": t.cache_read, "write_5m": t.cache_write_5m, "write_1h": t.cache_write_1h,
        "output": t.output, "searches": t.searches, "input_for_price": t.input_total,
    }  # fmt: skip


def _price_row(number: int, case: Case) -> dict[str, Any]:
    sync, high, lost = case.slow or (None, None, None)
    row: dict[str, Any] = {"price_key": number, "more_than": -1, "up_to": 2**62, "batch_lost": lost}
    for name, card in (("paid", case.paid), ("list", sync), ("batch", high), ("flex", None)):
        fees = FEES if name in ("paid", "list") else ()
        row |= {f"{name}_{kind}": getattr(card, kind, None) for kind in (*KINDS, *fees)}
    return row | {"batch_factor_ppm": case.factor, "flex_factor_ppm": None}


def _store(engine: DuckDB, name: str, rows: list[dict[str, Any]]) -> None:
    texts = ("status", "service_tier")
    schema = pa.schema([(key, pa.string() if key in texts else pa.int64()) for key in rows[0]])
    engine.store(name, [pa.RecordBatch.from_pylist(rows, schema=schema)], schema)


def test_a_fee_is_paid_and_never_saved(classify: Classify) -> None:
    """claude-haiku-4-5: $1 and $5 a million tokens, half of it in a batch; $10 a thousand searches on both tiers."""
    job = {"service": "a", "tags": ["queue=bulk"], "provider": "anthropic", "model": "claude-haiku-4-5"}
    fields = {**job, "input_tokens": 1000, "output_tokens": 200}
    work = only(classify(call(**fields, web_search_requests=2)))
    assert work.spend_usd == Decimal("0.001") + Decimal("0.001") + 2 * Decimal("0.01")
    assert work.saving is not None
    assert (work.saving.low_usd, work.saving.high_usd) == (Decimal("0.001"), Decimal("0.001"))
    many = only(classify(call(**fields, web_search_requests=10**9)))
    assert many.spend_usd == Decimal("0.002")


def test_a_request_is_priced_by_the_step_its_size_lies_in(classify: Classify) -> None:
    small, large = (
        only(classify(call(service="a", model="gemini-2.5-pro", provider="google", input_tokens=n, output_tokens=0)))
        for n in (200_000, 200_001)
    )
    assert (small.spend_usd, large.spend_usd) == (Decimal("0.25"), Decimal("0.5000025"))


def test_every_call_has_the_price_of_each_tier(tmp_path: Path) -> None:
    """gpt-5-mini: $0.25 and $2 a million, half of it in a batch and on flex."""
    log = lines(
        tmp_path / "calls.jsonl",
        [
            call(service="a", model="gpt-5-mini", tags=["queue=bulk"]),
            call(1, service="a", model="gpt-5-mini", tags=["queue=bulk"], service_tier="flex"),
            call(2, service="a", model="gpt-4.1-nano", tags=["queue=bulk"]),
        ],
    )
    with logs.classify([log], Config(), AS_OF) as session:
        session.write_tagged(tmp_path / "t.parquet")
    rows = pq.read_table(tmp_path / "t.parquet").to_pylist()
    prices = [
        [row[n] for n in ("spend_usd", "sync_usd", "batch_usd_low", "batch_usd_high", "flex_usd")] for row in rows
    ]
    whole, half = Decimal("0.00045"), Decimal("0.000225")
    assert prices[:2] == [[whole, whole, half, half, half], [half, whole, half, half, half]]
    assert prices[2][4] is None


@pytest.mark.parametrize(
    ("provider", "model", "kind", "saved"),
    [
        ("openai", "gpt-4o-mini", "chat", "0.5"), ("anthropic", "claude-haiku-4-5", "chat", "0.5"),
        ("xai", "grok-4.3", "chat", "0.2"), ("voyage", "voyage-3.5", "embeddings", "0.333"),
        ("vertex", "gemini-embedding-001", "embeddings", "0.2"), ("mistral", "mistral-small-latest", "chat", "0.5"),
    ],
)  # fmt: skip
def test_a_saving_is_by_the_offers_own_factor(
    classify: Classify, provider: str, model: str, kind: str, saved: str
) -> None:
    """Published discounts, see the sources in rules/offers."""
    work = only(classify(call(service="a", tags=["queue=bulk"], provider=provider, model=model,
                              endpoint=f"/v1/{kind}", cost_usd="100", input_tokens=1_000_000, output_tokens=0)))  # fmt: skip
    assert work.saving is not None
    assert work.saving.high_usd == pytest.approx(100 * Decimal(saved), abs=Decimal("0.0001"))
