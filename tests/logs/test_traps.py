"""Every trap of reading logs has a test with its name: those that no other file holds are here, the others are named.

Grouped by what goes wrong: tokens counted twice, calls counted twice, money in another unit, moments in another zone.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.logs import test_pairing, test_platform_traps, test_provider_traps, test_readers, test_trust
from tests.logs.conftest import Classify, call, only
from tests.logs.formats import SAMPLES, canonical, log

SPENT: dict[str, Any] = {
    "request_id": "chatcmpl-1", "call_type": "acompletion", "spend": 0.5, "prompt_tokens": 1000, "completion_tokens": 100,
    "startTime": "2026-09-01T02:00:00Z", "endTime": "2026-09-01T02:00:04Z", "completionStartTime": "2026-09-01T02:00:04Z",
    "model": "claude-sonnet-4-5-20250929", "model_group": "writer", "custom_llm_provider": "anthropic",
    "status": "success", "session_id": "5f0c9a52-0000-4000-8000-000000000001", "user": "owner-of-the-key", "metadata": {},
}  # fmt: skip


def one(folder: Path, *records: dict[str, Any]) -> dict[str, Any]:
    [row] = canonical(log(folder, records))
    return row


def span(name: str, parent: str = "", **attributes: Any) -> dict[str, Any]:
    kinds = {bool: "boolValue", int: "intValue", str: "stringValue"}
    return {
        "traceId": "a" * 32, "spanId": f"{name:0>16}", "parentSpanId": f"{parent:0>16}" if parent else "", "kind": 3,
        "startTimeUnixNano": "1788228000000000000", "endTimeUnixNano": "1788228004000000000",
        "attributes": [
            {"key": key.replace("__", "."), "value": {kinds[type(value)]: value}} for key, value in attributes.items()
        ],
    }  # fmt: skip


def traced(folder: Path, *spans: dict[str, Any]) -> list[dict[str, Any]]:
    return canonical(log(folder, [{"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}]))


CHAT = {"gen_ai__operation__name": "chat", "gen_ai__provider__name": "openai", "gen_ai__request__model": "gpt-4o-mini"}
USAGE = {"gen_ai__usage__input_tokens": 90, "gen_ai__usage__output_tokens": 9}


def test_a_proxy_counts_the_cached_tokens_of_anthropic_inside_the_input(tmp_path: Path) -> None:
    usage = {"cache_read_input_tokens": 700, "cache_creation_input_tokens": 100}
    row = one(tmp_path, SPENT | {"metadata": {"usage_object": usage}})
    assert (row["input_tokens_total"], row["input_tokens_uncached"], row["token_semantics"]) == (1000, 200, "inclusive")


def test_a_span_with_more_cached_tokens_than_input_counts_them_beside_it(tmp_path: Path) -> None:
    cached = {"gen_ai__usage__cache_read_input_tokens": 500}
    [row] = traced(tmp_path, span("1", **CHAT, **USAGE, **cached))
    assert (row["input_tokens_total"], row["input_tokens_uncached"], row["token_semantics"]) == (590, 90, "additive")


def test_reasoning_tokens_are_a_part_of_the_output_and_not_added(tmp_path: Path, classify: Classify) -> None:
    reasoned = {"gen_ai__usage__reasoning__output_tokens": 7}
    [row] = traced(tmp_path, span("1", **CHAT, **USAGE, **reasoned))
    assert (row["output_tokens_total"], row["reasoning_tokens"]) == (9, 7)
    alone = only(classify(call(1)))
    assert only(classify(call(1, reasoning_tokens=90))).spend_usd == alone.spend_usd


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ({"gen_ai__operation__name": "invoke_agent", "gen_ai__request__model": "gpt-4o-mini"}, CHAT),
        (
            {"openinference__span__kind": "CHAIN"},
            {"openinference__span__kind": "LLM", "llm__model_name": "gpt-4o-mini"},
        ),
        ({"ai__operationId": "ai.generateText"}, {"ai__operationId": "ai.generateText.doGenerate", **CHAT}),
        ({"traceloop__span__kind": "workflow"}, CHAT),
        (CHAT, CHAT),
    ],
)
def test_a_parent_span_that_repeats_the_usage_of_its_child_is_no_call(
    tmp_path: Path, outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    rows = traced(tmp_path, span("2", "1", **inner, **USAGE), span("1", **outer, **USAGE))
    assert [row["span_id"] for row in rows] == [f"{'2':0>16}"]


@pytest.mark.parametrize(
    ("read", "written", "reasoned"),
    [
        ("gen_ai__usage__cache_read__input_tokens", "gen_ai__usage__cache_creation__input_tokens",
         "gen_ai__usage__reasoning__output_tokens"),
        ("ai__usage__inputTokenDetails__cacheReadTokens", "ai__usage__inputTokenDetails__cacheWriteTokens",
         "ai__usage__outputTokenDetails__reasoningTokens"),
        ("gen_ai__usage__input_tokens__cached", "gen_ai__usage__input_tokens__cache_write",
         "gen_ai__usage__output_tokens__reasoning"),
    ],
)  # fmt: skip
def test_parts_of_usage_are_read_in_the_words_of_every_sdk(
    tmp_path: Path, read: str, written: str, reasoned: str
) -> None:
    [row] = traced(tmp_path, span("1", **CHAT, **USAGE, **{read: 50, written: 20, reasoned: 4}))
    found = [
        row[name] for name in ("input_tokens_uncached", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
    ]
    assert found == [20, 50, 20, 4]


def test_a_first_token_in_milliseconds_is_no_number_of_seconds(tmp_path: Path) -> None:
    [row] = traced(tmp_path, span("1", **CHAT, **USAGE, ai__response__msToFirstChunk="612.5"))
    assert (row["ttft_ms"], row["streamed"]) == (612.5, True)


def test_older_releases_of_a_gateway_count_under_names_without_an_s(tmp_path: Path) -> None:
    usage = {"prompt_token": 28, "completion_token": 20, "total_tokens": 48, "cost": 0.0038}
    meta = {"request_model": "gpt-4o-mini", "provider_name": "openai", "response_model": "gpt-4o-mini"}
    row = one(
        tmp_path,
        {"latencies": {"request": 900}, "request": {"id": "k"}, "response": {"status": 200}, "started_at": 1788228000000,
         "ai": {"ai-proxy": {"usage": usage, "meta": meta}}},
    )  # fmt: skip
    assert (row["input_tokens_total"], row["output_tokens_total"], row["cost_usd"]) == (28, 20, Decimal("0.0038"))


def test_retries_and_fallbacks_of_a_proxy_are_attempts_of_which_the_last_is_paid(
    tmp_path: Path, classify: Classify
) -> None:
    failed = {"status": "failure", "spend": 0, "prompt_tokens": 0, "completion_tokens": 0}
    tries = [
        SPENT | failed | {"request_id": "a"},
        SPENT | failed | {"request_id": "b", "model": "gpt-4o-mini", "custom_llm_provider": "openai"},
        SPENT,
    ]
    rows = canonical(log(tmp_path, tries))
    assert {row["record_kind"] for row in rows} == {"attempt"}
    assert len({row["retry_group"] for row in rows}) == 1
    assert [row["input_tokens_total"] for row in rows] == [None, None, 1000]
    found = classify(log(tmp_path, tries))
    assert sum(w.calls for w in found.workloads) == 1
    assert sum(w.spend_usd or 0 for w in found.workloads) == Decimal("0.5")


def test_a_batch_that_a_proxy_logs_as_a_whole_at_half_price_is_no_call_and_not_halved_again(
    tmp_path: Path, classify: Classify
) -> None:
    whole = SPENT | {"call_type": "aretrieve_batch", "request_id": "batch_1", "spend": 7}
    created = SPENT | {"call_type": "acreate_batch", "request_id": "batch_0", "spend": 0}
    kinds = {row["record_kind"]: row for row in canonical(log(tmp_path, [whole, created]))}
    assert set(kinds) == {"batch_aggregate", "container"}
    assert (kinds["batch_aggregate"]["cost_is_batch_discounted"], kinds["batch_aggregate"]["service_tier"]) == (
        True,
        "batch",
    )
    found = classify(log(tmp_path, [whole, created, SPENT]))
    assert [w.spend_usd for w in found.workloads] == [Decimal("0.5")]
    assert [(a.tier, a.cost_usd) for a in found.aggregates] == [("batch", Decimal(7))]


def test_a_row_on_the_batch_tier_is_priced_there_and_saves_nothing(classify: Classify) -> None:
    halved = only(classify(call(1, service_tier="batch", cost_usd="0.000105")))
    assert (halved.spend_usd, halved.slow_usd) == (Decimal("0.000105"), Decimal("0.000105"))
    assert halved.saving is None or halved.saving.high_usd == 0


def test_an_answer_from_the_cache_of_a_proxy_has_tokens_and_costs_nothing(tmp_path: Path, classify: Classify) -> None:
    hit = SPENT | {"cache_hit": "True", "spend": 0.0, "request_id": "chatcmpl-1_cache_hit1788228000"}
    assert (one(tmp_path, hit)["cache_hit"], one(tmp_path, hit)["input_tokens_total"]) == (True, 1000)
    found = only(classify(log(tmp_path, [hit])))
    assert (found.calls, found.spend_usd) == (0, Decimal(0))


def test_what_a_proxy_adds_to_the_price_or_takes_off_is_not_what_the_provider_bills(tmp_path: Path) -> None:
    breakdown = {"original_cost": 0.4, "discount_percent": 0.05, "total_cost": 0.5}
    assert one(tmp_path, SPENT | {"metadata": {"cost_breakdown": breakdown}})["cost_usd"] == Decimal("0.4")


def test_the_session_that_a_proxy_draws_is_not_trusted_and_its_user_is_no_end_user(tmp_path: Path) -> None:
    row = one(tmp_path, SPENT)
    assert (row["session_id_trusted"], row["end_user_id"], row["caller_identity"]) == (False, None, "owner-of-the-key")


def test_a_proxy_that_sets_the_first_token_to_the_end_did_not_stream(tmp_path: Path) -> None:
    assert (one(tmp_path, SPENT)["ttft_ms"], one(tmp_path, SPENT)["streamed"]) == (None, None)


def test_one_call_in_two_sinks_of_a_proxy_counts_once(tmp_path: Path) -> None:
    payload = {
        "id": "chatcmpl-1", "call_type": "acompletion", "response_cost": 0.5, "model_group": "writer", "status": "success",
        "startTime": 1788228000.0, "endTime": 1788228004.0, "model": SPENT["model"], "prompt_tokens": 1000,
        "completion_tokens": 100, "custom_llm_provider": "anthropic", "stream": True,
    }  # fmt: skip
    [row] = canonical(log(tmp_path, [SPENT], "db.jsonl"), log(tmp_path, [payload], "s3.jsonl"))
    assert (row["input_tokens_total"], row["streamed"]) == (1000, True)


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        ("2026-09-01 02:00:00", "2026-09-01T02:00:00+00:00"),
        ("2026-09-01 02:00:00,250", "2026-09-01T02:00:00.250000+00:00"),
        ("2026-09-01T04:00:00+02:00", "2026-09-01T02:00:00+00:00"),
        (1788228000, "2026-09-01T02:00:00+00:00"),
        (1788228000000, "2026-09-01T02:00:00+00:00"),
        (1788228000000000, "2026-09-01T02:00:00+00:00"),
        ("1788228000000000000", "2026-09-01T02:00:00+00:00"),
    ],
)
def test_a_naive_time_is_utc_and_a_number_has_the_unit_of_its_size(tmp_path: Path, moment: Any, read: str) -> None:
    assert one(tmp_path, call(ts=moment))["started_at"].isoformat() == read


@pytest.mark.parametrize(
    "spelling",
    ["gpt-4o-mini", "openai/gpt-4o-mini", "azure/gpt-4o-mini", "models/gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
)
def test_spellings_of_one_model_have_one_price(classify: Classify, spelling: str) -> None:
    assert only(classify(call(1, model=spelling))).spend_usd == Decimal("0.00021")


def test_the_last_of_growing_counts_of_one_response_counts_whatever_the_order() -> None:
    rows = canonical(SAMPLES / "claude_code" / "resumed.jsonl", SAMPLES / "claude_code" / "first.jsonl")
    keys = [row["dedupe_key"] for row in rows]
    assert len(keys) == len(set(keys))


def test_a_row_that_is_read_again_from_a_rotated_file_counts_once(tmp_path: Path, classify: Classify) -> None:
    again = log(tmp_path, [call(1, service="a"), call(2, service="a")], "calls.1.jsonl")
    found = classify(again, log(tmp_path, [call(2, service="a"), call(3, service="a")], "calls.jsonl"))
    assert (found.rows_read, found.duplicates, only(found).calls) == (4, 1, 3)


ELSEWHERE = {
    "inclusive and exclusive cached tokens": (
        test_provider_traps.test_cached_tokens_stand_beside_anthropics_input_and_inside_openais,
        test_platform_traps.test_fresh_tokens_of_helicone_and_bedrock_do_not_include_the_cache,
        test_platform_traps.test_a_bedrock_answer_whose_total_leaves_the_cache_out_has_it_in_its_input,
        test_a_proxy_counts_the_cached_tokens_of_anthropic_inside_the_input,
        test_a_span_with_more_cached_tokens_than_input_counts_them_beside_it,
    ),
    "reasoning tokens": (
        test_platform_traps.test_thoughts_of_gemini_stand_beside_its_candidates,
        test_platform_traps.test_disjoint_buckets_of_langfuse_add_up_to_input_and_output,
        test_reasoning_tokens_are_a_part_of_the_output_and_not_added,
    ),
    "cents and credits": (
        test_provider_traps.test_cents_are_hundredths_of_a_dollar,
        test_platform_traps.test_sums_of_snowflake_are_in_no_total_and_credits_are_no_dollars,
        test_platform_traps.test_billionths_of_a_dollar_in_the_database_of_helicone_are_dollars,
        test_trust.test_a_cost_that_is_the_list_price_times_a_known_factor_is_said_and_not_corrected,
    ),
    "naive times": (
        test_platform_traps.test_times_without_a_zone_are_utc,
        test_platform_traps.test_ticks_are_moments_and_a_duration_below_zero_is_not_used,
        test_a_naive_time_is_utc_and_a_number_has_the_unit_of_its_size,
    ),
    "cumulative totals": (
        test_provider_traps.test_running_totals_of_codex_are_not_added_up,
        test_provider_traps.test_a_streamed_message_counts_its_last_and_not_the_sum_of_its_counts,
        test_platform_traps.test_of_the_pieces_of_a_streamed_answer_the_last_has_the_sums,
    ),
    "duplicate lines of one response": (
        test_provider_traps.test_lines_of_one_answer_and_a_resumed_session_are_one_call_with_its_last_count,
        test_provider_traps.test_pieces_of_a_streamed_completion_on_lines_of_their_own_are_one_call,
        test_platform_traps.test_an_observation_at_the_border_of_two_exports_counts_once_in_its_newest_state,
        test_the_last_of_growing_counts_of_one_response_counts_whatever_the_order,
        test_a_row_that_is_read_again_from_a_rotated_file_counts_once,
    ),
    "parents that repeat children": (
        test_platform_traps.test_parents_that_repeat_their_children_are_in_no_total,
        test_a_parent_span_that_repeats_the_usage_of_its_child_is_no_call,
    ),
    "retries and fallbacks": (
        test_provider_traps.test_steps_and_retries_of_one_request_are_attempts_of_which_the_failed_have_no_tokens,
        test_retries_and_fallbacks_of_a_proxy_are_attempts_of_which_the_last_is_paid,
    ),
    "gateway cache hits": (
        test_provider_traps.test_answers_from_a_gateways_cache_cost_nothing_and_save_nothing,
        test_platform_traps.test_what_helicone_answered_from_its_cache_has_tokens_and_no_cost,
        test_an_answer_from_the_cache_of_a_proxy_has_tokens_and_costs_nothing,
    ),
    "batches at a halved price": (
        test_provider_traps.test_items_of_a_batch_are_priced_as_a_batch_and_save_nothing,
        test_a_batch_that_a_proxy_logs_as_a_whole_at_half_price_is_no_call_and_not_halved_again,
        test_a_row_on_the_batch_tier_is_priced_there_and_saves_nothing,
    ),
    "rows split over a correlation id": (
        test_platform_traps.test_rows_of_one_correlation_id_are_one_call_in_any_order_and_file,
    ),
    "one call in two sources": (
        test_readers.test_one_call_seen_by_a_gateway_and_a_trace_is_counted_once_with_what_both_saw,
        test_provider_traps.test_one_call_in_a_gateway_an_application_and_a_trace_of_the_provider_is_one,
        test_pairing.test_a_call_through_the_gateway_is_one_call_with_what_both_saw,
        test_one_call_in_two_sinks_of_a_proxy_counts_once,
    ),
    "sampled sources": (test_platform_traps.test_a_sampled_table_stands_for_all_calls_unless_the_full_table_is_there,),
    "dimensions not grouped by": (
        test_provider_traps.test_a_dimension_that_was_not_grouped_by_is_unknown_and_not_false,
    ),
    "estimated tokens": (
        test_platform_traps.test_estimates_of_databricks_are_marked,
        test_platform_traps.test_counts_of_a_run_whose_provider_sent_none_are_estimates,
    ),
    "JSON inside of text": (test_platform_traps.test_embedded_json_text_is_read_like_the_object,),
    "keys of one's own": (test_provider_traps.test_with_a_key_of_ones_own_the_fee_alone_is_not_the_cost,),
    "ids that are no session and no user": (
        test_platform_traps.test_the_session_of_a_run_is_its_project_and_a_thread_is_its_session,
        test_provider_traps.test_a_member_of_an_organization_is_no_end_user,
        test_the_session_that_a_proxy_draws_is_not_trusted_and_its_user_is_no_end_user,
    ),
}
"""Trap -> its tests. They are named, not called: a test that is renamed or deleted breaks this file."""
