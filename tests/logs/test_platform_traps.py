"""What is easy to get wrong in logs of platforms and clouds, one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import Classify, named, only
from tests.logs.formats import SAMPLES, canonical, log, read, shown

AT = "2026-09-01T02:00:00.000Z"
OBSERVATION: dict[str, Any] = {
    "id": "o-1", "trace_id": "t-1", "parent_observation_id": None, "project_id": "p", "type": "GENERATION",
    "environment": "production", "start_time": "2026-09-01 02:00:00.000", "end_time": "2026-09-01 02:00:04.000",
    "name": "n", "level": "DEFAULT", "provided_model_name": "gpt-4o-mini", "updated_at": "2026-09-01 02:10:00.000",
}  # fmt: skip
RUN: dict[str, Any] = {
    "id": "r-1", "trace_id": "r-1", "parent_run_id": None, "dotted_order": "d", "run_type": "llm", "name": "Chat",
    "start_time": "2026-09-01T02:00:00.000000", "end_time": "2026-09-01T02:00:04.000000", "status": "success",
    "extra": {"metadata": {"ls_provider": "openai", "ls_model_name": "gpt-4o-mini"}},
}  # fmt: skip
REQUEST: dict[str, Any] = {
    "request_id": "h-1", "response_id": "hr-1", "request_created_at": AT, "response_created_at": AT,
    "response_status": 200, "provider": "OPENAI", "request_model": "gpt-4o-mini", "prompt_tokens": 100,
    "prompt_cache_read_tokens": 0, "prompt_cache_write_tokens": 0, "completion_tokens": 10, "cost": 0.001,
}  # fmt: skip
INVOCATION: dict[str, Any] = {
    "schemaType": "ModelInvocationLog", "timestamp": "2026-09-01T02:00:04Z", "requestId": "b-1", "operation": "Converse",
    "modelId": "anthropic.claude-3-haiku-20240307-v1:0", "identity": {"arn": "arn:aws:iam::1:user/jobs"},
    "input": {"inputTokenCount": 100}, "output": {"outputTokenCount": 10},
}  # fmt: skip
LOGGED: dict[str, Any] = {
    "logging_time": AT, "request_id": "1", "api_method": "generateContent", "full_request": {}, "metadata": {},
    "model": "publishers/google/models/gemini-2.5-flash",
    "full_response": {"responseId": "v-1", "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10}},
}  # fmt: skip
SPLIT: dict[str, Any] = {
    "TimeGenerated": AT, "CorrelationId": "c-1", "RequestId": "", "DeploymentName": "d", "ModelName": "",
    "IsStreamCompletion": False, "PromptTokens": 0, "CompletionTokens": 0, "SequenceNumber": 1,
}  # fmt: skip
USED: dict[str, Any] = {
    "databricks_request_id": "d-1", "request_time": AT, "requester": "svc", "status_code": 200, "input_token_count": 50,
    "output_token_count": 5, "input_character_count": 160, "output_character_count": 20, "usage_context": {},
}  # fmt: skip


def one(folder: Path, *records: Mapping[str, Any]) -> dict[str, Any]:
    """The only record of a log."""
    [row] = canonical(log(folder, records))
    return row


def test_disjoint_buckets_of_langfuse_add_up_to_input_and_output(tmp_path: Path) -> None:
    usage = {
        "input": 10, "input_cached_tokens": 200, "input_cache_creation": 30, "input_audio_tokens": 5, "output": 7,
        "output_reasoning_tokens": 40, "total": 292,
    }  # fmt: skip
    row = one(tmp_path, OBSERVATION | {"usage_details": usage})
    assert (row["input_tokens_total"], row["input_tokens_uncached"]) == (245, 15)
    assert (row["cache_read_tokens"], row["cache_write_tokens"]) == (200, 30)
    assert (row["output_tokens_total"], row["reasoning_tokens"]) == (47, 40)


def test_sums_of_a_provider_that_an_sdk_sent_to_langfuse_are_not_added_twice(tmp_path: Path) -> None:
    usage = {"input": 300, "input_cached_tokens": 200, "output": 50, "output_reasoning_tokens": 20, "total": 350}
    row = one(tmp_path, OBSERVATION | {"usage_details": usage})
    assert (row["input_tokens_total"], row["input_tokens_uncached"], row["output_tokens_total"]) == (300, 100, 50)
    assert row["token_semantics"] == "inclusive"


def test_empty_text_in_langfuse_is_nothing(tmp_path: Path) -> None:
    row = one(tmp_path, OBSERVATION | {"user_id": "", "session_id": "", "prompt_name": "", "usage_details": {}})
    found = [row[name] for name in ("end_user_id", "session_id", "session_id_trusted", "prompt_name")]
    assert found == [None, None, None, None]


@pytest.mark.parametrize("latency", [4.0, 4000.0])
def test_the_moments_of_langfuse_count_more_than_a_latency_in_one_unit_or_another(
    tmp_path: Path, latency: float
) -> None:
    row = one(tmp_path, OBSERVATION | {"latency": latency, "time_to_first_token": latency / 10})
    assert (row["duration_ms"], row["ttft_ms"], row["streamed"]) == (4000, 400, True)


def test_an_observation_at_the_border_of_two_exports_counts_once_in_its_newest_state(tmp_path: Path) -> None:
    old = log(tmp_path, [OBSERVATION | {"total_cost": 0.5, "end_time": None}], "a.jsonl")
    new = log(tmp_path, [OBSERVATION | {"total_cost": 0.7, "updated_at": "2026-09-01T02:20:00.000Z"}], "b.jsonl")
    rows, skipped = read(old, new)
    assert [row["cost_usd"] for row in rows] == [Decimal("0.7")]
    assert [(item.place.path, item.count) for item in skipped] == [("a.jsonl", 1)]


def test_embedded_json_text_is_read_like_the_object(tmp_path: Path) -> None:
    objects = {"usage_details": {"input": 5, "output": 2, "total": 7}, "metadata": {"job": "j"}}
    texts = {name: json.dumps(value) for name, value in objects.items()}
    assert one(tmp_path, OBSERVATION | texts) == one(tmp_path, OBSERVATION | objects)
    run = {"extra": json.dumps(RUN["extra"]), "outputs": json.dumps({"usage_metadata": {"input_tokens": 3}})}
    assert one(tmp_path, RUN | run)["input_tokens_total"] == 3


def test_an_answer_of_an_api_on_one_line_is_read_like_its_records(tmp_path: Path) -> None:
    answers: list[tuple[dict[str, Any], str]] = [(OBSERVATION, "data"), (RUN, "runs"), (REQUEST, "data")]
    for number, (record, key) in enumerate(answers):
        answer = log(tmp_path, [{key: [record], "meta": {}}], f"answer{number}.jsonl")
        alone = log(tmp_path, [record], f"alone{number}.jsonl")
        [[inside], [outside]] = [canonical(answer), canonical(alone)]
        assert inside["dedupe_key"] == outside["dedupe_key"]


def test_parents_that_repeat_their_children_are_in_no_total(classify: Classify) -> None:
    found = classify(SAMPLES / "langsmith" / "runs.jsonl")
    workload = named(found, "tag-articles")
    assert (workload.calls, workload.spend_usd) == (2, Decimal("0.00117") + Decimal("0.000195"))


def test_counts_inside_the_answer_of_a_provider_do_not_replace_those_of_a_run(tmp_path: Path) -> None:
    native = {"llm_output": {"usage": {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 4}}}
    row = one(tmp_path, RUN | {"outputs": native, "prompt_tokens": 100, "completion_tokens": 4})
    assert (row["input_tokens_total"], row["tokens_estimated"]) == (100, None)


def test_counts_of_a_run_whose_provider_sent_none_are_estimates(tmp_path: Path) -> None:
    row = one(tmp_path, RUN | {"outputs": {"generations": []}, "prompt_tokens": 100, "completion_tokens": 4})
    assert row["tokens_estimated"] is True


def test_the_session_of_a_run_is_its_project_and_a_thread_is_its_session(tmp_path: Path) -> None:
    extra = {"metadata": {"thread_id": "th-1"}}
    row = one(tmp_path, RUN | {"session_id": "project-7", "extra": extra})
    assert (row["project"], row["session_id"], row["session_id_trusted"]) == ("project-7", "th-1", True)
    assert one(tmp_path, RUN | {"session_id": "project-7", "extra": {}})["session_id"] is None


def test_fresh_tokens_of_helicone_and_bedrock_do_not_include_the_cache(tmp_path: Path) -> None:
    row = one(tmp_path, REQUEST | {"prompt_cache_read_tokens": 800, "prompt_cache_write_tokens": 50})
    assert (row["input_tokens_total"], row["input_tokens_uncached"]) == (950, 100)
    given = {"inputTokenCount": 100, "cacheReadInputTokenCount": 800, "cacheWriteInputTokenCount": 50}
    row = one(tmp_path, INVOCATION | {"input": given})
    assert (row["input_tokens_total"], row["input_tokens_uncached"]) == (950, 100)


def test_a_bedrock_answer_whose_total_leaves_the_cache_out_has_it_in_its_input(tmp_path: Path) -> None:
    usage = {"inputTokens": 900, "outputTokens": 10, "totalTokens": 910, "cacheReadInputTokens": 800}
    given = {"inputTokenCount": 900, "cacheReadInputTokenCount": 800}
    made = {"outputTokenCount": 10, "outputBodyJson": {"usage": usage}}
    row = one(tmp_path, INVOCATION | {"input": given, "output": made})
    assert (row["input_tokens_total"], row["input_tokens_uncached"]) == (900, 100)


def test_an_export_of_helicone_without_cache_columns_does_not_know_the_whole_input(tmp_path: Path) -> None:
    row = one(tmp_path, {k: v for k, v in REQUEST.items() if "cache" not in k})
    assert (row["input_tokens_total"], row["input_tokens_uncached"]) == (None, 100)


def test_billionths_of_a_dollar_in_the_database_of_helicone_are_dollars(tmp_path: Path) -> None:
    assert one(tmp_path, REQUEST | {"cost": 365700})["cost_usd"] == Decimal("0.0003657")


def test_what_helicone_answered_from_its_cache_has_tokens_and_no_cost(tmp_path: Path, classify: Classify) -> None:
    hit = REQUEST | {"cost": 0, "cache_reference_id": "7d1c0000-1111-4222-8333-444455556666"}
    assert one(tmp_path, hit)["input_tokens_total"] == 100
    found = only(classify(log(tmp_path, [hit])))
    assert (found.spend_usd, found.saving and found.saving.high_usd) == (Decimal(0), None)


@pytest.mark.parametrize(("code", "status"), [(200, "ok"), (429, "error"), (499, "cancelled"), (-3, "error")])
def test_the_status_of_an_attempt_tells_refused_from_given_up(tmp_path: Path, code: int, status: str) -> None:
    assert one(tmp_path, REQUEST | {"response_status": code})["status"] == status


def test_a_failed_attempt_has_no_tokens_rather_than_none_at_all(tmp_path: Path) -> None:
    failed = [
        REQUEST | {"response_status": 500, "prompt_tokens": 0, "completion_tokens": 0},
        INVOCATION | {"errorCode": "ThrottlingException", "input": {"inputTokenCount": 0}, "output": {}},
        RUN | {"status": "error", "error": "x", "prompt_tokens": 0, "completion_tokens": 0},
        USED | {"status_code": 429, "input_token_count": 0, "output_token_count": 0},
    ]
    found = [one(tmp_path, record) for record in failed]
    assert [(row["input_tokens_total"], row["output_tokens_total"]) for row in found] == [(None, None)] * 4
    assert {row["status"] for row in found} == {"error"}


def test_a_manifest_stays_beside_the_records_of_its_batch_and_in_no_total(classify: Classify) -> None:
    folder = SAMPLES / "bedrock" / "k3v9q1x7p2m4"
    kinds = [(row["record_kind"], row["request_count"], row["batch_id"]) for row in canonical(folder)]
    assert kinds == [("batch_item", 1, folder.name)] * 2 + [("batch_aggregate", 2, folder.name)]
    assert sum(w.calls for w in classify(folder).workloads) == 1


def test_sums_of_snowflake_are_in_no_total_and_credits_are_no_dollars(classify: Classify) -> None:
    folder = SAMPLES / "snowflake"
    rows = canonical(folder / "ai_functions.csv")
    assert [(row["record_kind"], row["request_count"], row["cost_usd"]) for row in rows] == [("bucket", None, None)] * 2
    assert dict(rows[0]["metadata"])["credits"] == "61.5"
    found = classify(folder / "ai_functions.csv", folder / "rest_api.csv")
    assert [(w.calls, w.spend_usd) for w in found.workloads if w.calls] == [(1, found.workloads[0].spend_usd)]


def test_two_views_of_snowflake_that_overlap_count_once() -> None:
    folder = SAMPLES / "snowflake"
    assert len(canonical(folder / "ai_functions.csv", folder / "aisql.csv")) == 2


def test_thoughts_of_gemini_stand_beside_its_candidates(tmp_path: Path) -> None:
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 10, "thoughtsTokenCount": 90, "totalTokenCount": 200}
    row = one(tmp_path, LOGGED | {"full_response": {"usageMetadata": usage}})
    assert (row["output_tokens_total"], row["reasoning_tokens"]) == (100, 90)


def test_of_the_pieces_of_a_streamed_answer_the_last_has_the_sums(tmp_path: Path) -> None:
    pieces = [{"usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": n}} for n in (1, 5, 9)]
    row = one(tmp_path, LOGGED | {"full_response": pieces, "api_method": "StreamGenerateContent"})
    assert (row["output_tokens_total"], row["streamed"]) == (9, True)


def test_rows_of_one_correlation_id_are_one_call_in_any_order_and_file(tmp_path: Path) -> None:
    whole = SPLIT | {"RequestId": "chatcmpl-1", "ModelName": "gpt-4o", "PromptTokens": 90, "CompletionTokens": 9}
    pieces = [SPLIT, whole, SPLIT | {"SequenceNumber": 2}]
    [row] = canonical(log(tmp_path, pieces[:1], "a.jsonl"), log(tmp_path, pieces[1:], "b.jsonl"))
    assert (row["call_id"], row["model_requested"]) == ("chatcmpl-1", "gpt-4o")
    assert (row["input_tokens_total"], row["output_tokens_total"]) == (90, 9)


def test_the_table_of_the_gateway_adds_duration_outcome_and_subscription_and_no_calls_of_its_own() -> None:
    rows = canonical(SAMPLES / "azure_apim" / "gateway.jsonl", SAMPLES / "azure_apim" / "llm.jsonl")
    found = {row["call_id"]: (row["duration_ms"], row["status"], row["api_key_alias"]) for row in rows}
    assert found == {
        "chatcmpl-apim1": (6500, "ok", "tagger-nightly"),
        "chatcmpl-apim2": (900, "cancelled", "desk-web"),
    }


def test_ticks_are_moments_and_a_duration_below_zero_is_not_used(tmp_path: Path) -> None:
    properties = json.dumps({"requestTime": 639213627112040000, "responseTime": 639213627158710000, "modelName": "m"})
    row = one(
        tmp_path,
        {"category": "RequestResponse", "operationName": "ChatCompletions_Create", "correlationId": "a",
         "properties": properties, "durationMs": -4, "resultSignature": "200"},
    )  # fmt: skip
    assert (shown(row["started_at"]), row["duration_ms"]) == ("2026-08-03T14:05:11.204Z", 4667)


def test_an_azure_log_without_tokens_says_so_instead_of_zero(tmp_path: Path) -> None:
    row = canonical(SAMPLES / "azure_openai" / "PT1H.json")[0]
    assert (row["input_tokens_total"], row["output_tokens_total"], row["cost_usd"]) == (None, None, None)


def test_estimates_of_databricks_are_marked(tmp_path: Path) -> None:
    assert one(tmp_path, USED)["tokens_estimated"] is False
    assert one(tmp_path, USED | {"input_token_count": 40})["tokens_estimated"] is True


def test_a_sampled_table_stands_for_all_calls_unless_the_full_table_is_there(tmp_path: Path) -> None:
    sampled = {
        "databricks_request_id": "d-1", "request_time": AT, "execution_duration_ms": 700, "sampling_fraction": 0.25,
        "status_code": 200, "response": json.dumps({"usage": {"prompt_tokens": 50, "completion_tokens": 5}}),
    }  # fmt: skip
    alone = log(tmp_path, [sampled], "sampled.jsonl")
    [row] = canonical(alone)
    assert (row["sampling_rate"], row["input_tokens_total"]) == (0.25, 50)
    [row] = canonical(alone, log(tmp_path, [USED], "used.jsonl"))
    assert (row["sampling_rate"], row["duration_ms"]) == (1, 700)


def test_times_without_a_zone_are_utc(tmp_path: Path) -> None:
    assert {shown(one(tmp_path, record)["started_at"]) for record in (OBSERVATION, RUN)} == {AT}


def test_maps_of_parquet_are_read_like_objects(tmp_path: Path) -> None:
    counts = pa.array(
        [[("input", 5), ("input_cached_tokens", 3), ("output", 2)]], type=pa.map_(pa.string(), pa.int64())
    )
    said = pa.array([[("job", "j")]], type=pa.map_(pa.string(), pa.string()))
    columns = {k: pa.array([v], type=pa.string()) for k, v in OBSERVATION.items()}
    pq.write_table(pa.table(columns | {"usage_details": counts, "metadata": said}), tmp_path / "log.parquet")
    [row] = canonical(tmp_path / "log.parquet")
    assert (row["input_tokens_total"], row["cache_read_tokens"], row["job_name"]) == (8, 3, "j")


def test_parquet_with_json_in_its_cells_gives_the_same_call(tmp_path: Path) -> None:
    for record in (OBSERVATION, RUN, LOGGED, INVOCATION):
        cells = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in record.items()}
        pq.write_table(pa.Table.from_pylist([cells]), tmp_path / "log.parquet")
        [row] = canonical(tmp_path / "log.parquet")
        want = one(tmp_path, record)
        assert {k: v for k, v in row.items() if not k.startswith("source")} == {
            k: v for k, v in want.items() if not k.startswith("source")
        }


@pytest.mark.parametrize(
    ("record", "workload"),
    [
        (OBSERVATION | {"metadata": {"deadline": "6h"}}, "n"),
        (RUN | {"extra": {"metadata": {"deadline": "6h"}}, "session_id": "tags"}, "tags"),
        (REQUEST | {"request_properties": {"Deadline": "6h", "Job": "j"}}, "j"),
        (INVOCATION | {"requestMetadata": {"deadline": "6h", "job": "j"}}, "j"),
        (LOGGED | {"full_request": {"labels": {"deadline": "6h", "job": "j"}}}, "j"),
        (USED | {"usage_context": {"deadline": "6h", "job": "j"}}, "j"),
    ],
)
def test_a_deadline_that_a_caller_attached_reaches_the_verdict(
    tmp_path: Path, classify: Classify, record: dict[str, Any], workload: str
) -> None:
    found = only(classify(log(tmp_path, [record])))
    assert workload in found.name
    assert found.verdict.deadline_s == 6 * 3600


@pytest.mark.parametrize(
    ("records", "rule"),
    [
        ([RUN | {"reference_example_id": "e-1"}], "stated-evaluation"),
        ([RUN | {"id": "p", "trace_id": "p", "run_type": "chain", "reference_example_id": "e-1"},
          RUN | {"parent_run_id": "p", "trace_id": "p"}], "stated-evaluation"),
        ([OBSERVATION | {"metadata": {"dataset_run_id": "x"}}], "stated-evaluation"),
        ([OBSERVATION | {"environment": "langfuse-llm-as-a-judge"}], "internal-evaluator"),
        ([OBSERVATION | {"tags": ["queue:bulk"]}], "stated-bulk"),
        ([REQUEST | {"request_properties": {"Priority": "low"}}], "stated-bulk"),
        ([INVOCATION | {"output": {"outputTokenCount": 1, "outputBodyJson": {"serviceTier": {"type": "flex"}}}}],
         "on-flex-tier"),
        ([LOGGED | {"full_response": {"usageMetadata": {"promptTokenCount": 1, "trafficType": "ON_DEMAND_FLEX"}}}],
         "on-flex-tier"),
    ],
)  # fmt: skip
def test_what_a_platform_states_about_waiting_reaches_the_judge(
    tmp_path: Path, classify: Classify, records: list[dict[str, Any]], rule: str
) -> None:
    found = only(classify(log(tmp_path, records)))
    assert rule in {evidence.rule for evidence in found.evidence if not evidence.hint}


def test_a_first_prompt_longer_than_what_is_looked_at_does_not_hide_the_format(tmp_path: Path) -> None:
    long = "x" * 100_000
    begun: list[dict[str, Any]] = [
        {"id": "o", "trace_id": "t", "type": "GENERATION", "parent_observation_id": None, "input": long} | OBSERVATION,
        {"id": "r", "name": "n", "run_type": "llm", "start_time": AT, "inputs": long} | RUN,
        {"response_status": 200, "request_created_at": AT, "request_body": long} | REQUEST,
        {"schemaType": "ModelInvocationLog", "modelId": "m", "input": {"inputBodyJson": long}, "output": {}},
        {"recordId": "x", "modelInput": {"prompt": long}, "modelOutput": {}},
        {"logging_time": AT, "request_payload": [long]} | LOGGED,
        {"CorrelationId": "c", "IsStreamCompletion": True, "RequestMessages": [long]} | SPLIT,
    ]
    assert [len(canonical(log(tmp_path, [record]))) for record in begun] == [1] * len(begun)


def test_a_call_that_a_gateway_logged_as_well_is_known_by_the_id_of_its_response(tmp_path: Path) -> None:
    answer = {"id": "chatcmpl-77", "choices": []}
    gateway = log(
        tmp_path,
        [{"request_id": "chatcmpl-77", "call_type": "acompletion", "spend": 0.1, "startTime": AT, "endTime": AT,
          "completionStartTime": None, "model": "gpt-4o-mini", "status": "success"}],
        "gateway.jsonl",
    )  # fmt: skip
    platforms = [REQUEST | {"response_body": answer}, RUN | {"outputs": answer}]
    logs_ = [log(tmp_path, [record], f"{n}.jsonl") for n, record in enumerate(platforms)]
    assert [row["dedupe_key"] for row in canonical(gateway, *logs_)] == ["chatcmpl-77"]


def test_the_class_of_a_model_is_no_name_of_a_program(tmp_path: Path) -> None:
    assert one(tmp_path, RUN | {"name": "ChatOpenAI"})["workflow_name"] is None


SECRET = "Leynilegt: Gunnar hættir"


def test_prompts_answers_and_error_texts_never_leave_a_reader(tmp_path: Path) -> None:
    said = {"messages": [{"role": "user", "content": SECRET}]}
    records = [
        OBSERVATION | {"input": SECRET, "output": SECRET, "status_message": SECRET, "level": "ERROR"},
        RUN | {"inputs": said, "outputs": {"text": SECRET}, "error": SECRET, "events": [{"kwargs": SECRET}]},
        REQUEST | {"request_body": said, "response_body": said, "request_referrer": f"https://x.example/?q={SECRET}"},
        INVOCATION | {"input": {"inputBodyJson": said}, "output": {"outputBodyJson": {"output": said}}},
        {"recordId": "x", "modelInput": said, "modelOutput": said, "error": {"errorMessage": SECRET}},
        LOGGED | {"full_request": said, "request_payload": [SECRET], "otel_log": said},
        SPLIT | {"RequestMessages": said, "ResponseMessages": SECRET},
        USED | {"request": SECRET, "response": SECRET},
    ]
    assert [SECRET in str(one(tmp_path, record)) for record in records] == [False] * len(records)


def test_a_person_is_named_in_no_metadata(tmp_path: Path) -> None:
    who = {"userId": "anna", "sessionId": "s", "team": "desk"}
    for record in (
        OBSERVATION | {"metadata": who},
        RUN | {"extra": {"metadata": who}},
        REQUEST | {"request_properties": who},
        INVOCATION | {"requestMetadata": who},
        LOGGED | {"full_request": {"labels": who}},
        USED | {"usage_context": who},
    ):
        row = one(tmp_path, record)
        assert (row["end_user_id"], row["session_id"], row["team"]) == ("anna", "s", "desk")
        assert "anna" not in str(row["metadata"])
