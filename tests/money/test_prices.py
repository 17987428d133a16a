"""Rates against the real price list, and a guard for each way in which that list answers silently wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from whowaits.config import PriceEntry, RateCard
from whowaits.model import Place
from whowaits.money import listed
from whowaits.money.prices import RateKey, payee, price_source, rate_rows, rates, slow_rates
from whowaits.money.rates import Rates, carried, nano, scaled, usd
from whowaits.money.savings import Tokens, list_femto
from whowaits.rules import load_offers
from whowaits.rules.offers import SlowTier

AS_OF = date(2026, 11, 20)
CENT = Decimal("0.01")


def dollars(tokens: Tokens, card: Rates) -> Decimal:
    return Decimal(list_femto(tokens, card)).scaleb(-15)


def three(provider: str, model: str, hits: str) -> tuple[str, str, str]:
    """Synchronous, batch with hits kept, batch with hits lost: a request of 1M input and 0.1M output tokens."""
    cached = int(Decimal(hits) * 1_000_000)
    tokens = Tokens(uncached=1_000_000 - cached, cache_read=cached, output=100_000)
    sync = rates(provider, model, "chat", "standard", AS_OF)
    slow = slow_rates(provider, model, "chat", AS_OF)
    assert sync is not None
    assert slow is not None
    return tuple(f"{dollars(tokens, card):.4f}" for card in (sync, slow.high, slow.low))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("provider", "model", "hits", "sync", "kept", "lost"),
    [
        ("openai", "gpt-4.1", "0.9", "1.4500", "1.4000", "1.4000"),  # no cache in batch before GPT-5: 3.4 % saved
        ("openai", "gpt-6-sol", "0.5", "3.7000", "1.8500", "2.7500"),
        ("openai", "gpt-6-sol", "0.9", "2.2600", "1.1300", "2.7500"),  # hits lost: 22 % dearer
        ("anthropic", "claude-sonnet-5-5", "0.9", "1.2900", "0.6450", "1.5000"),
        ("google", "gemini-2.5-flash", "0.9", "0.3070", "0.1670", "0.2750"),
        ("xai", "grok-4.3", "0.5", "1.9500", "1.5600", "2.4000"),
        ("groq", "openai/gpt-oss-120b", "0.9", "0.1425", "0.1050", "0.1050"),
    ],
)
def test_a_saving_depends_on_what_becomes_of_cache_hits(
    provider: str, model: str, hits: str, sync: str, kept: str, lost: str
) -> None:
    assert three(provider, model, hits) == (sync, kept, lost)


@pytest.mark.parametrize(
    ("provider", "model", "kind", "sync", "slow"),
    [
        ("openai", "gpt-4o-mini", "chat", "0.15", "0.075"),
        ("openai", "gpt-3.5-turbo-1106", "chat", "1", "1"),
        ("openai", "text-embedding-3-small", "embedding", "0.02", "0.01"),
        ("openai", "text-embedding-3-large", "embedding", "0.13", "0.065"),
        ("anthropic", "claude-haiku-5-5", "chat", "0.1", "0.05"),
        ("anthropic", "claude-opus-5-5", "chat", "4", "2"),
        ("google", "gemini-3.5-flash-lite", "chat", "0.3", "0.15"),
        ("google", "gemini-3.8-flash", "chat", "0.75", "0.375"),
        ("mistral", "mistral-large-2512", "chat", "0.5", "0.25"),
        ("xai", "grok-4.7", "chat", "2", "1.6"),
        ("azure", "gpt-5", "chat", "1.25", "0.625"),
        ("bedrock", "amazon.nova-pro-v1:0", "chat", "0.8", "0.4"),
        ("vertex", "claude-opus-5-5", "chat", "4", "2"),
        ("vertex", "gemini-embedding-001", "embedding", "0.15", "0.12"),
    ],
)
def test_batch_input_rates_are_the_published_ones(provider: str, model: str, kind: str, sync: str, slow: str) -> None:
    now = rates(provider, model, kind, "standard", AS_OF)
    batch = slow_rates(provider, model, kind, AS_OF)
    assert now is not None
    assert batch is not None
    assert (usd(now.input), usd(batch.high.input)) == (Decimal(sync), Decimal(slow))


def test_trap_1_a_model_without_batch_rate_is_not_priced_as_synchronous() -> None:
    from genai_prices import Usage, calc_price

    naive = calc_price(
        Usage(input_tokens=1_000_000), "gemini-3.5-flash", provider_id="google", price_context={"processing": "batch"}
    )
    found = listed.find("google", "gemini-3.5-flash")
    assert found is not None
    sync = listed.standard(found, AS_OF)
    assert sync is not None
    assert naive.total_price == usd(sync.input)  # the package keeps silent: "saves nothing"
    assert listed.tier(found, "batch", AS_OF) is None


def test_trap_1_an_unknown_tier_is_an_error_and_not_the_synchronous_price() -> None:
    found = listed.find("openai", "gpt-4o-mini")
    assert found is not None
    with pytest.raises(KeyError):
        listed.tier(found, "Batch", AS_OF)


def test_trap_2_a_day_before_batch_rates_were_recorded_has_them_too() -> None:
    early = date(2026, 9, 1)
    found = listed.find("openai", "gpt-4o-mini")
    assert found is not None
    naive = found.model.get_prices(datetime(2026, 9, 1, tzinfo=UTC), {"processing": "batch"})
    assert naive.input_mtok == Decimal("0.15")
    batch = slow_rates("openai", "gpt-4o-mini", "chat", early)
    assert batch is not None
    assert (usd(batch.high.input), batch.basis) == (Decimal("0.075"), "rates")


def test_trap_2_a_batch_rate_is_not_carried_back_over_a_price_change() -> None:
    slow = slow_rates("openai", "gpt-5.6-sol", "chat", date(2026, 6, 1))  # $5 then, $4 when batch was recorded
    assert slow is not None
    assert (usd(slow.high.input), slow.basis) == (Decimal("2.5"), "factor")


def test_trap_3_a_model_of_another_provider_does_not_lend_its_batch_rate() -> None:
    found = listed.find("azure", "gpt-5")
    assert found is not None
    assert not found.own
    assert listed.tier(found, "batch", AS_OF) is None
    batch = slow_rates("azure", "gpt-5", "chat", AS_OF)
    assert batch is not None
    assert (batch.basis, batch.source) == ("factor", "rules/offers/azure.yaml")


@pytest.mark.parametrize("model", ["gpt-5-codex", "gpt-5.1-codex-max", "gpt-5.2-codex", "gpt-5-chat-latest"])
def test_trap_4_a_model_that_batch_does_not_take_gets_no_rate_from_its_namesake(model: str) -> None:
    found = listed.find("openai", model)
    assert found is not None
    assert listed.tier(found, "batch", AS_OF) is not None  # the list would give one
    assert slow_rates("openai", model, "chat", AS_OF) is None


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("google", "models/gemini-2.5-flash"),
        ("vertex", "publishers/google/models/gemini-2.5-flash"),
        ("openai", "openai/gpt-4o-mini"),
        ("openai", "openai:gpt-4o-mini"),
        ("azure", "azure/gpt-4o"),
        ("anthropic", "anthropic/claude-haiku-4-5"),
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"),
    ],
)
def test_trap_5_prefixes_do_not_hide_a_model(provider: str, model: str) -> None:
    assert rates(provider, model, "chat", "standard", AS_OF) is not None


def test_trap_6_an_alias_that_moves_is_marked() -> None:
    moving, fixed = (
        rate_rows([RateKey("mistral", model, "chat", "standard", AS_OF)], AS_OF)[0]
        for model in ("mistral-large-latest", "mistral-large-2512")
    )
    assert (moving.alias, fixed.alias) == (True, False)


def test_trap_7_cached_tokens_are_never_counted_twice() -> None:
    card = Rates(10, 1, 12, 20, 50)
    assert list_femto(Tokens(uncached=2, cache_read=3, output=1), card) == 2 * 10 + 3 * 1 + 50


def test_trap_9_no_rate_ever_was_a_float() -> None:
    card = rates("deepseek", "deepseek-flash", "chat", "standard", AS_OF)
    assert card is not None
    assert (card.cache_read, usd(card.cache_read)) == (3_000_000, Decimal("0.003"))


def test_longer_requests_cost_more_from_their_first_token_on() -> None:
    card = rates("openai", "gpt-5.4", "chat", "standard", AS_OF)
    assert card is not None
    assert (usd(card.at(272_000).input), usd(card.at(272_001).input)) == (Decimal("2.5"), Decimal(5))


def test_a_listed_slow_rate_grows_with_long_requests_as_the_synchronous_one_does() -> None:
    sync = rates("xai", "grok-4.7", "chat", "standard", AS_OF)
    slow = slow_rates("xai", "grok-4.7", "chat", AS_OF)
    assert sync is not None
    assert slow is not None
    assert sync.at(10**6).input > sync.at(0).input
    assert slow.high.at(10**6).input * 10 == sync.at(10**6).input * 8


def test_what_was_paid_is_priced_at_the_day_of_the_call() -> None:
    before = rates("google", "gemini-3.8-flash", "chat", "standard", date(2026, 12, 31))
    after = rates("google", "gemini-3.8-flash", "chat", "standard", date(2027, 1, 1))
    assert before is not None
    assert after is not None
    assert before.input < after.input  # the introductory price ends


def test_calls_on_a_slow_tier_were_paid_at_its_rates() -> None:
    batch = rates("openai", "gpt-4o-mini", "chat", "batch", date(2026, 9, 1))
    assert batch is not None
    assert usd(batch.input) == Decimal("0.075")


def test_flex_keeps_the_cache_and_only_some_models_have_it() -> None:
    flex = slow_rates("openai", "gpt-6-sol", "chat", AS_OF, "flex")
    assert flex is not None
    assert (usd(flex.high.input), usd(flex.high.cache_read)) == (Decimal(1), Decimal("0.1"))
    assert slow_rates("openai", "gpt-4o-mini", "chat", AS_OF, "flex") is None


@pytest.mark.parametrize(
    ("provider", "model"),
    [("cohere", "command-a"), ("watsonx", "granite"), ("self_hosted", "llama3"), (None, None), (None, "my-model")],
)
def test_where_nothing_is_published_there_is_no_rate(provider: str | None, model: str | None) -> None:
    assert slow_rates(provider, model, "chat", AS_OF) is None


def test_provisioned_throughput_has_no_price_per_token() -> None:
    assert rates("azure", "gpt-5", "chat", "provisioned", AS_OF) is None


def test_a_model_name_says_who_is_paid_where_the_log_does_not() -> None:
    assert payee(None, "gpt-4o-mini") == "openai"
    assert payee("vertex_ai", "gemini-2.5-pro") == "vertex"
    assert payee(None, "my-model") is None


def test_the_report_can_say_where_its_rates_are_from() -> None:
    assert price_source().startswith("genai-prices 0.")
    assert "2026-" in price_source()


# --- the offers and the list, checked against each other -------------------------------------------------------


def listed_slow() -> Iterator[tuple[str, str, SlowTier, listed.Found]]:
    """(provider, model, tier, model of the list) wherever the list has rates of a slower tier."""
    from genai_prices.data_snapshot import get_snapshot

    own_lists = {o.price_list or p: p for p, o in load_offers().by_provider.items() if o.list_has_batch}
    for provider in get_snapshot().providers:
        for model in provider.models if provider.id in own_lists else ():
            tiers: tuple[SlowTier, ...] = ("batch", "flex")
            for tier in tiers:
                if any(v.when == listed.CONTEXTS[tier] for v in model.price_variants or ()):
                    yield own_lists[provider.id], model.id, tier, listed.Found(model, own=True)


def test_whatever_the_list_sells_slowly_is_on_offer() -> None:
    missing = []
    for provider, model, tier, _ in listed_slow():
        offer = load_offers().of(provider)
        sale = offer.sale(tier) if offer else None
        if sale is None or not sale.takes(model.lower(), None):
            missing.append((provider, model, tier))
    assert missing == []


def test_every_listed_slow_rate_is_the_factor_of_the_offer() -> None:
    """A rate that is neither half, nor 80 %, nor the full price would be an error in one of the two."""
    checked = 0
    for provider, model, tier, found in listed_slow():
        sync, slow = listed.standard(found, AS_OF), listed.tier(found, tier, AS_OF)
        factor = load_offers().factor(provider, model, None, tier)
        if sync is None or slow is None:
            continue  # sold by the page or by the second
        assert factor in (Decimal("0.5"), Decimal("0.8"), Decimal(1)), (provider, model)
        assert abs(Decimal(slow.input) / sync.input - factor) <= Decimal("0.03"), (provider, model)
        checked += 1
    assert checked > 100


# --- own rates ------------------------------------------------------------------------------------------------


def own(starts_on: date, standard: RateCard, batch: RateCard | None = None, model: str = "gpt-4o-mini") -> PriceEntry:
    return PriceEntry("openai", model, starts_on, Place("whowaits.toml", 7), standard, batch)


CONTRACT = RateCard(input=Decimal("0.12"), output=Decimal("0.48"))


def test_own_rates_win_over_the_public_list_from_their_day_on() -> None:
    entries = (own(date(2026, 6, 1), CONTRACT),)
    before = rates("openai", "gpt-4o-mini", "chat", "standard", date(2026, 5, 31), entries)
    since = rates("openai", "gpt-4o-mini", "chat", "standard", date(2026, 6, 1), entries)
    assert before is not None
    assert since is not None
    assert (usd(before.input), usd(since.input), usd(since.output)) == (
        Decimal("0.15"),
        Decimal("0.12"),
        Decimal("0.48"),
    )


def test_the_entry_that_started_last_counts() -> None:
    entries = (own(date(2026, 6, 1), CONTRACT), own(date(2026, 9, 1), RateCard(input=Decimal("0.10"))))
    card = rates("openai", "gpt-4o-mini", "chat", "standard", AS_OF, entries)
    assert card is not None
    assert (usd(card.input), usd(card.output)) == (Decimal("0.10"), Decimal("0.60"))  # what it leaves out is public


def test_own_batch_rates_are_taken_as_written() -> None:
    entries = (own(date(2026, 6, 1), CONTRACT, RateCard(input=Decimal("0.05"), output=Decimal("0.2"))),)
    slow = slow_rates("openai", "gpt-4o-mini", "chat", AS_OF, "batch", entries)
    assert slow is not None
    assert (usd(slow.high.input), slow.basis, slow.source) == (Decimal("0.05"), "rates", "whowaits.toml:7")


def test_a_negotiated_discount_carries_over_to_batch() -> None:
    slow = slow_rates("openai", "gpt-4o-mini", "chat", AS_OF, "batch", (own(date(2026, 6, 1), CONTRACT),))
    assert slow is not None
    assert (usd(slow.high.input), usd(slow.high.output)) == (Decimal("0.06"), Decimal("0.24"))


def test_own_rates_of_a_model_that_no_list_has_get_the_factor_of_the_offer() -> None:
    card = RateCard(input=Decimal(1), output=Decimal(2))
    slow = slow_rates("openai", "house-model", "chat", AS_OF, "batch", (own(date(2026, 6, 1), card, model="house-*"),))
    assert slow is not None
    assert (usd(slow.high.input), slow.basis) == (Decimal("0.5"), "factor")


def test_own_rates_grow_with_long_requests_as_the_public_ones_do() -> None:
    card = RateCard(input=Decimal(1), output=Decimal(8))
    entry = replace(own(date(2026, 6, 1), card, model="gemini-2.5-pro"), provider="google")
    mine = rates("google", "gemini-2.5-pro", "chat", "standard", AS_OF, (entry,))
    public = rates("google", "gemini-2.5-pro", "chat", "standard", AS_OF)
    assert mine is not None
    assert public is not None
    assert (mine.at(200_000).input, public.at(200_000).input) == (nano(Decimal(1)), nano(Decimal("1.25")))
    assert (mine.at(200_001).input, public.at(200_001).input) == (nano(Decimal(2)), nano(Decimal("2.5")))
    assert (mine.at(200_001).output, public.at(200_001).output) == (nano(Decimal(12)), nano(Decimal(15)))


@pytest.mark.parametrize(
    ("provider", "model", "fee"),
    [("anthropic", "claude-haiku-4-5", "10"), ("openai", "gpt-4.1", "10"), ("google", "gemini-2.5-flash", "35")],
)
def test_a_web_search_is_no_cheaper_on_any_tier(provider: str, model: str, fee: str) -> None:
    """USD for a thousand searches: the providers' price pages by genai-prices, 2026-11-20."""
    per_million = 1_000 * nano(Decimal(fee))
    sync = rates(provider, model, "chat", "standard", AS_OF)
    slow = slow_rates(provider, model, "chat", AS_OF)
    assert sync is not None
    assert slow is not None
    assert (sync.search, slow.low.search, slow.high.search) == (per_million,) * 3
    assert (sync.request, slow.low.request, slow.high.request) == (0, 0, 0)


def test_a_fee_for_each_request_is_known() -> None:
    found = rates("perplexity", "sonar", "chat", "standard", AS_OF)
    assert found is not None
    assert found.request == 1_000 * nano(Decimal(12))


def test_an_own_fee_is_the_same_on_every_tier() -> None:
    card, batch = replace(CONTRACT, web_search=Decimal(8)), RateCard(input=Decimal("0.05"))
    for entries in ((own(date(2026, 6, 1), card),), (own(date(2026, 6, 1), card, batch),)):
        mine = rates("openai", "gpt-4o-mini", "chat", "standard", AS_OF, entries)
        slow = slow_rates("openai", "gpt-4o-mini", "chat", AS_OF, "batch", entries)
        assert mine is not None
        assert slow is not None
        assert {mine.search, slow.low.search, slow.high.search} == {1_000 * nano(Decimal(8))}


def test_own_rates_leave_fees_as_they_are_public() -> None:
    mine = rates("openai", "gpt-4.1", "chat", "standard", AS_OF, (own(date(2026, 6, 1), CONTRACT, model="gpt-4.1"),))
    assert mine is not None
    assert (mine.input, mine.search) == (nano(Decimal("0.12")), 1_000 * nano(Decimal(10)))


def test_own_rates_of_another_model_or_provider_change_nothing() -> None:
    entries = (own(date(2026, 6, 1), CONTRACT, model="gpt-4o"),)
    card = rates("openai", "gpt-4o-mini", "chat", "standard", AS_OF, entries)
    azure = rates("azure", "gpt-4o", "chat", "standard", AS_OF, entries)
    assert card is not None
    assert azure is not None
    assert usd(card.input) == Decimal("0.15")
    assert usd(azure.input) != Decimal("0.12")


# --- rows for the log half ------------------------------------------------------------------------------------


def test_a_row_for_every_range_of_request_sizes_without_gap_or_overlap() -> None:
    rows = rate_rows([RateKey("openai", "gpt-5.4", "chat", "standard", AS_OF)], AS_OF)
    assert [(row.more_than, row.up_to) for row in rows] == [(-1, 272_000), (272_000, None)]
    assert [row.batch_input for row in rows] == [nano(Decimal("1.25")), nano(Decimal("2.5"))]


def test_rows_are_distinct_and_do_not_depend_on_the_order_of_keys() -> None:
    keys = [RateKey("openai", "gpt-4o-mini", "chat", tier, AS_OF) for tier in ("standard", "batch")]
    keys.append(RateKey(None, None, None, "standard", AS_OF))
    assert rate_rows(keys, AS_OF) == rate_rows([*reversed(keys), *keys], AS_OF)
    assert len(rate_rows(keys, AS_OF)) == 3


def test_the_premium_of_a_priority_tier_is_saved_too() -> None:
    keys = [RateKey("openai", "gpt-5", "chat", tier, AS_OF) for tier in ("priority", "standard")]
    fast, usual = rate_rows(keys, AS_OF)
    assert (fast.paid_input, fast.list_input, usual.list_input) == tuple(
        nano(Decimal(d)) for d in ("2.5", "2.5", "1.25")
    )
    assert fast.batch_input == usual.batch_input == nano(Decimal("0.625"))


def test_a_row_says_what_a_lost_hit_costs() -> None:
    (row,) = rate_rows([RateKey("google", "gemini-2.5-flash", "chat", "standard", AS_OF)], AS_OF)
    assert (row.batch_cache_read, row.batch_lost) == (nano(Decimal("0.03")), nano(Decimal("0.15")))


def test_a_row_without_rates_has_the_factor_of_the_offer_or_nothing() -> None:
    keys = [RateKey("openai", None, None, "standard", AS_OF), RateKey("watsonx", "granite", "chat", "standard", AS_OF)]
    openai, watsonx = rate_rows(keys, AS_OF)
    assert (openai.list_input, openai.batch_factor_ppm) == (None, 500_000)
    assert (watsonx.list_input, watsonx.batch_factor_ppm) == (None, None)


def test_a_log_that_names_neither_provider_nor_model_gets_the_usual_half() -> None:
    (row,) = rate_rows([RateKey(None, None, None, "standard", AS_OF)], AS_OF)
    assert (row.batch_factor_ppm, row.batch_basis) == (500_000, "factor")


# --- arithmetic on rates --------------------------------------------------------------------------------------


def test_a_factor_scales_every_kind_and_every_step() -> None:
    card = Rates(100, 10, 125, 200, 1000, above=((5, Rates(200, 20, 250, 400, 2000)),))
    half = Decimal("0.5")
    assert scaled(card, half, "scaled") == Rates(50, 5, 62, 100, 500, above=((5, Rates(100, 10, 125, 200, 1000)),))
    assert scaled(card, half, "same_price").cache_read == 10
    assert scaled(card, half, "none").cache_read == 50


def test_carrying_a_ratio_of_nothing_keeps_the_own_rate() -> None:
    own_card = Rates(7, 7, 7, 7, 7)
    assert carried(own_card, Rates(2, 0, 2, 2, 2), Rates(1, 0, 1, 1, 1)) == Rates(3, 7, 3, 3, 3)
