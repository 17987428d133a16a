"""What is easily read wrongly in the files of providers, gateways and agents, trap by trap."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.logs.conftest import Classify, call, only
from tests.logs.formats import SAMPLES, canonical, log, read
from whowaits.logs.openings import opening, openings

Record = dict[str, Any]
MESSAGE: Record = {
    "id": "msg_T1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001",
    "usage": {"input_tokens": 10, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 70, "output_tokens": 9},
}  # fmt: skip
COMPLETION: Record = {
    "id": "chatcmpl-T1", "object": "chat.completion", "created": 1788858000, "model": "gpt-4o-mini", "choices": [],
    "usage": {"prompt_tokens": 100, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 70}},
}  # fmt: skip


def one(path: Path) -> Record:
    [row] = canonical(path)
    return row


def test_cached_tokens_stand_beside_anthropics_input_and_inside_openais(tmp_path: Path) -> None:
    beside = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": MESSAGE}], "a.jsonl"))
    inside = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": COMPLETION}], "b.jsonl"))
    assert (beside["input_tokens_total"], beside["input_tokens_uncached"], beside["token_semantics"]) == (
        100,
        10,
        "additive",
    )
    assert (inside["input_tokens_total"], inside["input_tokens_uncached"], inside["token_semantics"]) == (
        100,
        30,
        "inclusive",
    )


def test_cache_writes_of_both_ages_are_the_sum_and_not_added_to_it(tmp_path: Path) -> None:
    usage = {**MESSAGE["usage"], "cache_creation": {"ephemeral_5m_input_tokens": 15, "ephemeral_1h_input_tokens": 5}}
    row = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": {**MESSAGE, "usage": usage}}]))
    assert (row["input_tokens_total"], row["cache_write_tokens"]) == (100, 20)
    assert (row["cache_write_5m_tokens"], row["cache_write_1h_tokens"]) == (15, 5)


def test_web_searches_are_counted_and_no_part_of_the_tokens(tmp_path: Path) -> None:
    usage = {**MESSAGE["usage"], "server_tool_use": {"web_search_requests": 3}}
    made = [{"type": "web_search_call"}, {"type": "message"}, {"type": "web_search_call"}]
    response = {"id": "resp_T1", "object": "response", "model": "gpt-4.1", "output": made, "usage": {"input_tokens": 9}}
    asked = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": {**MESSAGE, "usage": usage}}], "a.jsonl"))
    answered = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": response}], "b.jsonl"))
    unsaid = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": COMPLETION}], "c.jsonl"))
    assert (asked["web_searches"], asked["input_tokens_total"]) == (3, 100)
    assert (answered["web_searches"], answered["input_tokens_total"]) == (2, 9)
    assert unsaid["web_searches"] is None


def test_a_streamed_message_counts_its_last_and_not_the_sum_of_its_counts(tmp_path: Path) -> None:
    begun = {"type": "message_start", "message": {**MESSAGE, "usage": {**MESSAGE["usage"], "output_tokens": 1}}}
    deltas = [{"type": "message_delta", "usage": {"output_tokens": n}} for n in (40, 90)]
    row = one(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": [begun, *deltas]}]))
    assert (row["output_tokens_total"], row["input_tokens_total"], row["streamed"]) == (90, 100, True)


def test_pieces_of_a_streamed_completion_on_lines_of_their_own_are_one_call(tmp_path: Path) -> None:
    piece = {"id": "chatcmpl-T2", "object": "chat.completion.chunk", "created": 1788858000, "model": "gpt-4o-mini"}
    pieces = [{**piece, "choices": [{"delta": {"content": "a"}}], "usage": None} for _ in range(3)]
    row = one(log(tmp_path, [*pieces, {**piece, "choices": [], "usage": COMPLETION["usage"]}]))
    assert (row["call_id"], row["input_tokens_total"], row["streamed"]) == ("chatcmpl-T2", 100, True)


def test_a_stream_without_usage_has_no_tokens_rather_than_zero(tmp_path: Path) -> None:
    piece = {"id": "chatcmpl-T3", "object": "chat.completion.chunk", "created": 1788858000, "model": "gpt-4o-mini"}
    row = one(log(tmp_path, [{**piece, "choices": [{"delta": {}}]}]))
    assert (row["input_tokens_total"], row["output_tokens_total"]) == (None, None)


@pytest.mark.parametrize("turned", [False, True])
def test_a_background_response_is_one_call_whichever_of_its_two_lines_comes_first(tmp_path: Path, turned: bool) -> None:
    base = {"id": "resp_T1", "object": "response", "created_at": 1788858000, "background": True, "output": []}
    lines = [
        {"response": {**base, "status": "queued", "usage": None}},
        {
            "response": {
                **base,
                "status": "completed",
                "completed_at": 1788858030,
                "usage": {"input_tokens": 5, "output_tokens": 2},
            }
        },
    ]
    row = one(log(tmp_path, lines[::-1] if turned else lines))
    assert (row["status"], row["input_tokens_total"], row["duration_ms"], row["background"]) == ("ok", 5, 30_000, True)


def test_the_tier_that_was_used_counts_and_not_the_one_asked_for(tmp_path: Path) -> None:
    request = {"model": "gpt-4o-mini", "service_tier": "priority"}
    record = {"ts": "2026-09-08T00:00:00Z", "request": request, "response": {**COMPLETION, "service_tier": "default"}}
    assert one(log(tmp_path, [record]))["service_tier"] == "standard"


@pytest.mark.parametrize(("reader", "record"), [
    ("portkey", {"id": "p", "ai_org": "openai", "ai_model": "m", "req_units": 1, "created_at": "2026-09-08T00:00:00Z", "cost": 25}),
    ("anthropic_usage", {"data": [{"starting_at": "2026-09-08T00:00:00Z", "ending_at": "2026-09-09T00:00:00Z", "results": [
        {"amount": "25", "currency": "USD", "cost_type": "tokens"}]}]}),
])  # fmt: skip
def test_cents_are_hundredths_of_a_dollar(tmp_path: Path, reader: str, record: Record) -> None:
    row = one(log(tmp_path, [record]))
    assert (row["source"], row["cost_usd"]) == (reader, Decimal("0.25"))


@pytest.mark.parametrize("record", [
    {"id": "p", "ai_org": "openai", "ai_model": "m", "req_units": 1, "created_at": "2026-09-08T00:00:00Z", "cost": 25, "cost_currency": "EUR"},
    {"data": [{"starting_at": "2026-09-08T00:00:00Z", "results": [{"amount": "25", "currency": "EUR", "cost_type": "tokens"}]}]},
])  # fmt: skip
def test_another_currency_is_no_number_of_dollars(tmp_path: Path, record: Record) -> None:
    assert one(log(tmp_path, [record]))["cost_usd"] is None


def test_moments_in_seconds_milliseconds_and_text_are_the_same_moment(tmp_path: Path) -> None:
    wanted = datetime(2026, 9, 8, 9, 0, tzinfo=UTC)
    meta = {"meta": {"provider_name": "openai", "request_model": "m"}, "usage": {"prompt_tokens": 1}}
    kong = {
        "started_at": 1788858000000,
        "latencies": {"request": 5},
        "request": {},
        "response": {},
        "ai": {"proxy": meta},
    }
    naive = "generation_id,created_at,cost_total\ngen-1,2026-09-08 09:00:00,0\n"
    (tmp_path / "naive.csv").write_text(naive, encoding="utf-8")
    rows = canonical(log(tmp_path, [COMPLETION], "s.jsonl"), log(tmp_path, [kong], "ms.jsonl"), tmp_path / "naive.csv")
    assert [row["started_at"] for row in rows] == [wanted] * 3


def test_only_what_was_streamed_has_a_first_token() -> None:
    rows = [*canonical(SAMPLES / "kong" / "requests.jsonl"), *canonical(SAMPLES / "vercel" / "generations.jsonl")]
    assert {row["streamed"] for row in rows if row["ttft_ms"] is not None} == {True}
    assert all(row["ttft_ms"] < row["duration_ms"] for row in rows if row["ttft_ms"] is not None)


def test_with_a_key_of_ones_own_the_fee_alone_is_not_the_cost(tmp_path: Path) -> None:
    base = {"created_at": "2026-09-08T00:00:00Z", "native_tokens_prompt": 1, "total_cost": 0.001, "is_byok": True}
    rows = canonical(log(tmp_path, [
        {"data": {**base, "id": "gen-1"}}, {"data": {**base, "id": "gen-2", "upstream_inference_cost": 0.02}},
    ]))  # fmt: skip
    assert [row["cost_usd"] for row in rows] == [None, Decimal("0.021")]


def test_normalised_counts_of_openrouter_give_way_to_the_billed_ones() -> None:
    row = one(SAMPLES / "openrouter" / "generation.json")
    assert (row["input_tokens_total"], row["output_tokens_total"]) == (100, 10)


def test_answers_from_a_gateways_cache_cost_nothing_and_save_nothing(tmp_path: Path, classify: Classify) -> None:
    page = json.loads((SAMPLES / "cloudflare" / "page.json").read_text(encoding="utf-8"))
    cached = [row | {"metadata": '{"queue":"bulk"}'} for row in page["result"] if row["cached"]]
    (tmp_path / "page.json").write_text(json.dumps({"result": cached}), encoding="utf-8")
    found = only(classify(tmp_path / "page.json"))
    assert (found.spend_usd, found.saving and found.saving.high_usd) == (0, 0)


def test_a_price_that_a_gateway_does_not_know_is_no_cost_of_zero() -> None:
    rows = {row["request_id"]: row for row in canonical(SAMPLES / "cloudflare" / "page.json")}
    assert (rows["cf-4"]["cost_usd"], rows["cf-4"]["cost_basis"]) == (None, "none")


def test_steps_and_retries_of_one_request_are_attempts_of_which_the_failed_have_no_tokens() -> None:
    steps = canonical(SAMPLES / "cloudflare" / "page.json")[:2]
    assert [(s["record_kind"], s["attempt_no"], s["input_tokens_total"]) for s in steps] == [
        ("attempt", 0, None),
        ("attempt", 1, 300),
    ]
    tries = canonical(SAMPLES / "portkey" / "export.jsonl")
    assert {t["retry_group"] for t in tries} == {"tr-1"}


def test_a_dimension_that_was_not_grouped_by_is_unknown_and_not_false() -> None:
    rows = [*canonical(SAMPLES / "openai_usage" / "usage.json"), *canonical(SAMPLES / "anthropic_usage" / "usage.json")]
    ungrouped = [row for row in rows if row["model_response"] is None]
    assert [(row["is_batch"], row["api_key_id"], row["workspace"], row["project"]) for row in ungrouped] == [
        (None, None, None, "proj_desk"), (None, None, None, None),
    ]  # fmt: skip


def test_the_report_of_anthropic_does_not_know_how_many_requests_there_were() -> None:
    rows = canonical(SAMPLES / "anthropic_usage" / "usage.json") + canonical(
        SAMPLES / "anthropic_console" / "tokens.csv"
    )
    assert {row["request_count"] for row in rows} == {None}


def test_a_member_of_an_organization_is_no_end_user(tmp_path: Path) -> None:
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 1,
        "num_model_requests": 1,
        "user_id": "user-1",
    }
    page = {
        "object": "page",
        "data": [{"object": "bucket", "start_time": 1788825600, "end_time": 1788829200, "results": [result]}],
    }
    row = one(log(tmp_path, [page]))
    assert (row["caller_identity"], row["end_user_id"]) == ("user-1", None)


SUMS = (
    "openai_usage/usage.json", "openai_usage/costs.json", "openai_usage/dashboard.csv", "anthropic_usage/usage.json",
    "anthropic_usage/cost.json", "anthropic_console/tokens.csv", "anthropic_console/cost.csv", "openrouter/days.csv",
    "vercel/report.json", "vercel/hours.json", "openai_batch/object.json", "anthropic_batch/batch.json",
)  # fmt: skip


@pytest.mark.parametrize("file", SUMS)
def test_sums_over_many_calls_are_in_no_total_and_said(classify: Classify, file: str) -> None:
    alone = only(classify(call(service="a", cost_usd="0.02")))
    found = classify(call(service="a", cost_usd="0.02"), SAMPLES / file)
    beside = only(found)
    assert (beside.calls, beside.rows, beside.spend_usd) == (alone.calls, alone.rows, alone.spend_usd)
    assert sum(a.rows for a in found.aggregates) == len(canonical(SAMPLES / file))
    assert found.rows_read == 1 + len(canonical(SAMPLES / file))
    assert (found.started_at, found.ended_at) == (alone.first_at, alone.last_at and alone.last_at.replace(second=2))


def test_items_of_a_batch_are_priced_as_a_batch_and_save_nothing(tmp_path: Path, classify: Classify) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    body = {**COMPLETION, "usage": usage}
    item = {"id": "batch_req_1", "custom_id": "1", "response": {"status_code": 200, "body": body}, "error": None}
    sync = {"ts": "2026-09-08T09:00:00Z", "service": "b", "response": {**body, "id": "chatcmpl-T9"}}
    [batch, direct] = sorted(
        classify(log(tmp_path, [item], "batch.jsonl"), log(tmp_path, [sync], "sync.jsonl")).workloads,
        key=lambda w: w.name == "b",
    )
    assert batch.spend_usd is not None and direct.spend_usd is not None
    assert batch.spend_usd * 2 == direct.spend_usd
    assert batch.slow_usd == batch.spend_usd
    assert batch.saving is None or batch.saving.high_usd == 0


def test_a_file_of_batch_requests_adds_no_calls_to_its_answers(classify: Classify) -> None:
    folder = SAMPLES / "openai_batch"
    alone = classify(folder / "answers.jsonl")
    both = classify(folder / "answers.jsonl", folder / "requests.jsonl")
    assert [(w.calls, w.rows) for w in both.workloads] == [(w.calls, w.rows) for w in alone.workloads]


def test_a_batch_says_until_when_it_was_to_be_done() -> None:
    for file in ("openai_batch/object.json", "anthropic_batch/batch.json"):
        row = one(SAMPLES / file)
        assert (row["stated_deadline_s"], row["stated_deadline_source"]) == (86_400, "completion_window")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_lines_of_one_answer_and_a_resumed_session_are_one_call_with_its_last_count(order: tuple[int, int]) -> None:
    files = [SAMPLES / "claude_code" / "first.jsonl", SAMPLES / "claude_code" / "resumed.jsonl"]
    rows = canonical(*(files[n] for n in order))
    assert sorted((row["call_id"], row["output_tokens_total"]) for row in rows) == [
        ("msg_X1", 250),
        ("msg_X2", 40),
        ("msg_X4", 9),
    ]


def test_running_totals_of_codex_are_not_added_up() -> None:
    rows = canonical(SAMPLES / "codex" / "typed.jsonl")
    assert [row["input_tokens_total"] for row in rows] == [1000, 1500]


def verdicts(classify: Classify, file: str) -> dict[str, str]:
    return {w.name: w.verdict.waiter for w in classify(SAMPLES / file).workloads}


@pytest.mark.parametrize("file", ["claude_code/first.jsonl", "codex/typed.jsonl"])
def test_an_agent_that_somebody_types_to_has_a_person_waiting(classify: Classify, file: str) -> None:
    assert set(verdicts(classify, file).values()) == {"person"}


def test_an_agent_that_a_program_starts_is_a_hint_only(classify: Classify) -> None:
    found = only(classify(SAMPLES / "codex" / "exec.jsonl"))
    assert found.verdict.waiter == "unknown"
    assert {(e.rule, e.hint) for e in found.evidence} >= {("unattended-agent-hint", True)}


def test_a_tier_that_is_paid_to_be_fast_has_a_program_waiting(tmp_path: Path, classify: Classify) -> None:
    record = {"ts": "2026-09-08T00:00:00Z", "response": {**COMPLETION, "service_tier": "priority"}}
    assert only(classify(log(tmp_path, [record]))).verdict.waiter == "program"


def test_metadata_of_a_request_reaches_the_judge(tmp_path: Path, classify: Classify) -> None:
    request = {"model": "gpt-4o-mini", "metadata": {"deadline": "24h", "job": "index"}}
    found = only(classify(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "request": request, "response": COMPLETION}])))
    assert (found.name, found.verdict.deadline_s, found.verdict.route) == ("index", 86_400, "batch")


def test_one_call_in_a_gateway_an_application_and_a_trace_of_the_provider_is_one(
    tmp_path: Path, classify: Classify
) -> None:
    app = {"ts": "2026-09-08T00:00:00Z", "response": COMPLETION}
    portkey = {
        "id": "p", "ai_org": "openai", "ai_model": "gpt-4o-mini", "created_at": "2026-09-08T00:00:00Z", "cost": 1,
        "req_units": 100, "res_units": 9, "response": COMPLETION, "response_status_code": 200,
    }  # fmt: skip
    found = classify(log(tmp_path, [app], "app.jsonl"), log(tmp_path, [portkey], "portkey.jsonl"))
    assert found.duplicates == 1
    assert only(found).spend_usd == Decimal("0.01")


def test_bodies_inside_the_rows_of_a_gateway_are_left_to_its_reader(tmp_path: Path) -> None:
    row = {
        "response": COMPLETION,
        "call_type": "acompletion",
        "response_cost": 1,
        "startTime": 1788858000,
        "model_group": "m",
    }
    assert one(log(tmp_path, [row]))["source"] == "litellm"


def test_an_opening_that_breaks_off_shows_what_is_whole() -> None:
    content = b'{"object": "page", "data": [{"results": [{"object": "organization.usage.completions.result", "x": "a[,{'
    assert opening(content)["data"][0]["results"][0]["object"] == "organization.usage.completions.result"
    assert openings(b'[{"a": 1}, {"b": {"c": [1, 2') == ({"a": 1}, {"b": {"c": [1]}})
    assert openings(b"time,model\n1,2\n") == openings(b"") == openings(b"[[[[") == ()


def test_a_wrong_value_in_a_format_is_named_and_left_empty(tmp_path: Path) -> None:
    usage = {**COMPLETION["usage"], "prompt_tokens": -5}
    [row], skipped = read(log(tmp_path, [{"ts": "2026-09-08T00:00:00Z", "response": {**COMPLETION, "usage": usage}}]))
    assert row["input_tokens_total"] is None
    assert [s.reason for s in skipped] == ["input_tokens_total: value is not usable, left empty"]


@pytest.mark.parametrize("reader", ["openai_bodies", "anthropic_bodies", "portkey", "claude_code"])
def test_a_long_first_prompt_does_not_hide_what_comes_after_it(tmp_path: Path, reader: str) -> None:
    long = "long words " * 20_000
    files = sorted((SAMPLES / reader).glob("*.jsonl"))
    for number, path in enumerate(files):
        records = [_with_long_text(json.loads(line), long) for line in path.read_text(encoding="utf-8").splitlines()]
        assert {row["source"] for row in canonical(log(tmp_path, records, f"{number}.jsonl"))} == {reader}


def _with_long_text(value: Any, long: str) -> Any:
    if isinstance(value, dict):
        named = ("content", "text", "summary", "input")
        return {k: long if k in named and isinstance(v, str) else _with_long_text(v, long) for k, v in value.items()}
    return [_with_long_text(item, long) for item in value] if isinstance(value, list) else value
