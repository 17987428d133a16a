"""The arithmetic of savings: worked examples first, then what must hold for any numbers."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from whowaits.money.rates import NANO, Rates, scaled, without_hits
from whowaits.money.savings import Call, CallRates, Cost, Tokens, basis, cost, list_femto, saving, total

HALF = CallRates(factor_ppm=500_000)
CARD = Rates(2_000_000_000, 200_000_000, 2_500_000_000, 4_000_000_000, 10_000_000_000)
BATCH = scaled(CARD, Decimal("0.5"), "scaled")
PRICED = CallRates(paid=CARD, sync=CARD, low=without_hits(BATCH), high=BATCH, factor_ppm=500_000)
A_CENT = NANO // 100


def monthly(calls: int, batchable: int, nano_a_call: int, rates: CallRates = HALF) -> tuple[Decimal, Decimal, Decimal]:
    """Bill, bill afterwards and saving of `calls` of which `batchable` move."""
    call = Call(tokens=None, reported_nano=nano_a_call)
    bill = Decimal(calls * nano_a_call).scaleb(-9)
    each = cost(call, rates)
    assert each.spend is not None
    assert each.slow_high is not None
    saved = Decimal(batchable * (each.spend - each.slow_high)).scaleb(-9)
    return bill, bill - saved, saved


def test_a_million_calls_at_a_cent_of_which_60_percent_move() -> None:
    assert monthly(1_000_000, 600_000, A_CENT) == (Decimal(10_000), Decimal(7_000), Decimal(3_000))


def test_a_million_calls_at_a_cent_of_which_80_percent_move_save_40_percent() -> None:
    bill, after, saved = monthly(1_000_000, 800_000, A_CENT)
    assert (bill, after, saved / bill) == (Decimal(10_000), Decimal(6_000), Decimal("0.4"))


def test_an_embedding_job_of_4000_dollars_becomes_one_of_2000() -> None:
    card = Rates(20_000_000, 20_000_000, 20_000_000, 20_000_000, 0)  # $0.02 per million tokens
    half = scaled(card, Decimal("0.5"), "scaled")
    rates = CallRates(card, card, half, half)
    call = Call(Tokens(uncached=1_000_000_000))
    bill = cost(call, rates)
    assert bill == Cost(20 * NANO, 10 * NANO, 10 * NANO)
    job = total([(call, rates)] * 200, "list", "2026-11-20")
    assert job is not None
    assert (job.low_usd, job.high_usd, job.basis) == (Decimal(2000), Decimal(2000), "rates")


def test_a_reported_cost_carries_a_negotiated_discount_over() -> None:
    call = Call(Tokens(uncached=1_000_000), reported_nano=1_600_000_000)  # list says 2.00, the bill 1.60
    assert cost(call, PRICED) == Cost(1_600_000_000, 800_000_000, 800_000_000)


def test_a_price_cut_since_the_call_is_not_counted_as_a_saving() -> None:
    dear = Rates(4_000_000_000, 400_000_000, 5_000_000_000, 8_000_000_000, 20_000_000_000)
    rates = CallRates(paid=dear, sync=CARD, low=without_hits(BATCH), high=BATCH)
    assert cost(Call(Tokens(uncached=1_000_000)), rates) == Cost(4 * NANO, 2 * NANO, 2 * NANO)


def test_batch_can_cost_more_when_cache_hits_are_lost() -> None:
    row = cost(Call(Tokens(uncached=100_000, cache_read=900_000, output=100_000)), PRICED)
    assert row.spend is not None
    assert row.slow_low is not None
    assert row.slow_low > row.spend
    both = total([(Call(Tokens(uncached=100_000, cache_read=900_000, output=100_000)), PRICED)], "list", "2026-11-20")
    assert both is not None
    assert both.low_usd < 0 < both.high_usd


def test_calls_that_failed_or_run_on_a_slow_tier_or_came_from_a_cache_save_nothing() -> None:
    tokens = Tokens(uncached=1_000_000)
    assert cost(Call(tokens, ok=False), PRICED) == Cost(0, 0, 0)
    assert cost(Call(tokens, answered_by_cache=True), PRICED) == Cost(0, 0, 0)
    assert cost(Call(tokens, tier="batch", reported_nano=5), PRICED) == Cost(5, 5, 5)
    assert cost(Call(tokens, tier="flex", reported_nano=5), PRICED) == Cost(5, 5, 5)


def test_a_failed_call_that_was_billed_all_the_same_is_spend() -> None:
    assert cost(Call(None, ok=False, reported_nano=7), PRICED) == Cost(7, 7, 7)


def test_an_offer_nobody_knows_leaves_the_saving_open() -> None:
    assert cost(Call(None, reported_nano=10), CallRates()) == Cost(10, None, None)
    assert total([(Call(None, reported_nano=10), CallRates())], "list", "2026-11-20") is None


def test_a_call_without_cost_and_tokens_is_not_priced() -> None:
    assert cost(Call(None), PRICED) == Cost(None, None, None)


def test_the_basis_says_when_a_flat_factor_was_used() -> None:
    assert basis(Call(Tokens(uncached=5)), PRICED) == "rates"
    assert basis(Call(None, reported_nano=5), PRICED) == "factor"
    mixed = total([(Call(Tokens(uncached=5_000)), PRICED), (Call(None, reported_nano=5), PRICED)], "x", "2026-11-20")
    assert mixed is not None
    assert mixed.basis == "factor"


def test_long_requests_are_priced_by_their_whole_input() -> None:
    card = Rates(10, 1, 12, 20, 50, above=((100, Rates(20, 2, 24, 40, 75)),))
    at_the_step = cost(Call(Tokens(uncached=60, cache_read=40, output=10_000_000)), CallRates(paid=card))
    over = cost(Call(Tokens(uncached=61, cache_read=40, output=10_000_000)), CallRates(paid=card))
    assert (at_the_step.spend, over.spend) == (500, 750)


def test_calls_that_can_save_nothing_have_no_say_in_the_basis() -> None:
    priced = (Call(Tokens(uncached=5_000)), PRICED)
    failed, slow = Call(None, reported_nano=5, ok=False), Call(None, reported_nano=5, tier="batch")
    both = total([priced, (failed, HALF), (slow, HALF)], "x", "2026-11-20")
    assert both is not None
    assert both.basis == "rates"


def test_every_kind_of_token_has_its_own_rate() -> None:
    tokens = Tokens(uncached=1, cache_read=10, cache_write_5m=100, cache_write_1h=1000, output=10_000)
    assert list_femto(tokens, Rates(2, 3, 4, 5, 6)) == 2 + 30 + 400 + 5000 + 60_000


def test_all_kinds_of_input_count_for_the_step_of_long_requests() -> None:
    assert Tokens(uncached=1, cache_read=10, cache_write_5m=100, cache_write_1h=1000, output=5).input_total == 1111


def test_low_is_never_above_high() -> None:
    assert saving(5, 3, "rates", "x", "2026-11-20").low_usd == Decimal("3E-9")


TOKENS = st.builds(
    Tokens,
    uncached=st.integers(0, 10**7),
    cache_read=st.integers(0, 10**7),
    cache_write_5m=st.integers(0, 10**6),
    cache_write_1h=st.integers(0, 10**6),
    output=st.integers(0, 10**6),
)


@settings(max_examples=200, deadline=None)
@given(tokens=TOKENS, reported=st.none() | st.integers(0, 10**13), factor=st.sampled_from(["0.5", "0.667", "0.8", "1"]))
def test_half_of_everything_is_half_whatever_the_mix(tokens: Tokens, reported: int | None, factor: str) -> None:
    slow = scaled(CARD, Decimal(factor), "scaled")
    row = cost(Call(tokens, reported_nano=reported), CallRates(CARD, CARD, without_hits(slow), slow, 500_000))
    assert row.spend is not None
    assert row.slow_low is not None
    assert row.slow_high is not None
    if tokens != Tokens():
        assert abs(row.slow_high - Decimal(factor) * row.spend) <= 1
    assert row.slow_high <= row.slow_low
    assert row.slow_high <= row.spend


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(TOKENS, max_size=8))
def test_a_total_is_the_sum_of_its_calls_in_any_order(rows: list[Tokens]) -> None:
    calls = [(Call(tokens), PRICED) for tokens in rows]
    assert total(calls, "x", "2026-11-20") == total(list(reversed(calls)), "x", "2026-11-20")
