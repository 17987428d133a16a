"""The worked examples of the verdict table that speak of logs, from the log to the verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.logs.conftest import Classify, call, lines, named, only
from whowaits.model import Basis, Workload


def said(workload: Workload) -> tuple[Any, ...]:
    """Waiter, deadline, its basis, bulk, row, route and urgency."""
    v = workload.verdict
    return (v.waiter, v.deadline_s, v.deadline_basis, v.bulk, v.row, v.route, v.urgency)


def test_example_15_a_stated_deadline_of_a_day_makes_batch_required(classify: Classify) -> None:
    found = only(classify(call(service="summaries", tags={"deadline": "24h"})))
    assert said(found) == ("nobody", 86_400, Basis.STATED, False, 5, "batch", "required")


def test_example_16_a_bulk_queue_is_worth_a_try_within_the_assumed_day(classify: Classify) -> None:
    found = only(classify(call(service="enrich", tags=["queue=bulk", "priority=low"])))
    assert said(found) == ("nobody", 86_400, Basis.ASSUMED, True, 9, "batch", "try")
    assert found.verdict.question == "By when is the answer needed?"


def test_example_17_calls_that_follow_one_another_stay_unknown_although_the_queue_is_bulk(classify: Classify) -> None:
    tags = {"queue": "bulk", "trigger": "schedule"}
    nights = [
        call(
            step, service="eval-nightly", tags=tags, request_id=f"{night}-{step}", session_id=f"task-{night}",
            ts=(datetime(2026, 9, 1 + night, 22, 30, tzinfo=UTC) + timedelta(seconds=10 * step)).isoformat(),
            input_tokens=1000 + 200 * step,
        )
        for night in range(3) for step in range(38)
    ]  # fmt: skip
    found = only(classify(*nights))
    assert said(found) == ("nobody", None, None, True, 10, "unknown", None)
    assert found.verdict.chain == 38


def test_a_chain_is_seen_without_sessions_by_prompts_that_grow_call_after_call(classify: Classify) -> None:
    rows = [
        call(30 * item + step, service="agents", tags=["queue=bulk"], input_tokens=500 + 300 * step)
        for item in range(6) for step in range(12)
    ]  # fmt: skip
    assert only(classify(*rows)).verdict.chain == 12


@pytest.mark.parametrize("session", [None, "run-1"])
def test_a_loop_over_unrelated_items_is_no_chain(classify: Classify, session: str | None) -> None:
    sizes = [(7919 * n) % 1000 + 100 for n in range(60)]  # no order in them
    rows = [
        call(n, service="loop", tags=["queue=bulk"], input_tokens=s, session_id=session) for n, s in enumerate(sizes)
    ]
    found = only(classify(*rows))
    assert (found.verdict.chain, found.verdict.row) == (1, 9)


def test_calls_that_overlap_are_no_chain_however_they_grow(classify: Classify) -> None:
    rows = [
        call(n, service="fanout", tags=["queue=bulk"], input_tokens=100 + n, latency_ms=600_000, session_id="s")
        for n in range(60)
    ]
    assert only(classify(*rows)).verdict.chain == 1


def test_a_stated_deadline_is_divided_by_the_chain(classify: Classify) -> None:
    rows = [
        call(n, service="agents", tags=["deadline=24h"], session_id="s", input_tokens=100 + n, latency_ms=10)
        for n in range(48)
    ]
    found = only(classify(*rows))
    assert (found.verdict.chain, found.verdict.deadline_s, found.verdict.row) == (48, 1800, 3)


def test_example_18_a_schedule_alone_is_a_hint(classify: Classify) -> None:
    found = only(classify(*[call(n, service="brief", tags={"trigger": "cron"}) for n in range(40)]))
    assert said(found) == ("unknown", None, None, False, 12, "unknown", None)
    assert {e.rule for e in found.evidence if e.hint} == {"scheduled-hint"}


def test_example_21_a_due_time_in_an_unknown_zone_leaves_half_an_hour(classify: Classify) -> None:
    row = call(ts="2026-09-01T06:30:00Z", service="digest", tags={"send_at": "07:00 local"})
    assert said(only(classify(row))) == ("unknown", 1800, Basis.STATED, False, 3, "sync", None)


def test_a_due_time_with_an_offset_is_the_next_one_of_the_day(classify: Classify) -> None:
    row = call(ts="2026-09-01T22:00:00Z", service="digest", tags={"due": "06:00+02:00"})
    found = only(classify(row)).verdict
    assert (found.deadline_s, found.row, found.route) == (6 * 3600, 6, "batch")


def test_example_22_two_programs_behind_one_key_are_two_streams(classify: Classify) -> None:
    chat = [call(n, api_key_alias="shared", tags={"sla": "interactive"}) for n in range(3)]
    job = [call(n + 10, api_key_alias="shared", tags={"queue": "offline", "sla": "48h"}) for n in range(3)]
    found = classify(*chat, *job)
    person, nobody = named(found, "sla=interactive"), named(found, "sla=48h")
    assert (person.verdict.row, person.verdict.route) == (1, "sync")
    assert (nobody.verdict.row, nobody.verdict.route) == (5, "batch")
    assert person.streams == nobody.streams == tuple(sorted((person.name, nobody.name)))


def test_example_23_the_register_outvotes_a_bulk_tag(classify: Classify) -> None:
    register = '[[workload]]\nname = "desk"\nmatch = {service = "desk"}\nwaiter = "person"\n'
    found = only(classify(call(service="desk", tags=["queue=bulk"]), register=register))
    assert (found.name, said(found)[0], found.verdict.row, found.verdict.basis) == ("desk", "person", 1, Basis.DECLARED)


def test_example_24_a_person_seen_against_the_register_is_a_finding(classify: Classify) -> None:
    register = '[[workload]]\nname = "desk"\nmatch = {service = "desk"}\nwaiter = "nobody"\ndeadline = "24h"\n'
    found = only(classify(call(service="desk", tags=["sla=interactive"]), register=register))
    assert said(found) == ("nobody", 86_400, Basis.DECLARED, False, 5, "batch", "required")
    assert [f.rule for f in found.findings] == ["declared-but-waited"]


def span(span_id: str, parent: str, kind: int, start_s: int, end_s: int, **attributes: Any) -> dict[str, Any]:
    base = 1_790_000_000
    return {
        "traceId": "5b8e", "spanId": span_id, "parentSpanId": parent, "kind": kind, "name": "a span",
        "startTimeUnixNano": str((base + start_s) * 10**9), "endTimeUnixNano": str((base + end_s) * 10**9),
        "attributes": [{"key": k.replace("__", "."), "value": v} for k, v in attributes.items()],
    }  # fmt: skip


def otlp(path: Path, *spans: dict[str, Any], service: str = "web") -> Path:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    batches = [{"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [s]}]}]} for s in spans]
    path.write_bytes(b"\n".join(orjson.dumps(batch) for batch in batches))
    return path


def model_call(span_id: str, parent: str, start_s: int, end_s: int, **attributes: Any) -> dict[str, Any]:
    return span(
        span_id, parent, 3, start_s, end_s, gen_ai__operation__name={"stringValue": "chat"},
        gen_ai__provider__name={"stringValue": "openai"}, gen_ai__request__model={"stringValue": "gpt-4o-mini"},
        gen_ai__usage__input_tokens={"intValue": "1000"}, gen_ai__usage__output_tokens={"intValue": "100"}, **attributes,
    )  # fmt: skip


def test_example_25_a_batch_tier_that_a_request_waits_for_is_a_finding(classify: Classify, tmp_path: Path) -> None:
    tier = {"openai__response__service_tier": {"stringValue": "batch"}}
    log = otlp(tmp_path / "spans.jsonl", model_call("b", "a", 1, 4, **tier), span("a", "", 2, 0, 5))
    found = only(classify(log))
    assert (found.verdict.waiter, found.verdict.route) == ("program", "sync")
    assert [f.rule for f in found.findings] == ["waited-on-batch"]


def test_a_request_that_was_answered_before_the_call_came_back_waits_for_nothing(
    classify: Classify, tmp_path: Path
) -> None:
    agent = {"user_agent__original": {"stringValue": "Mozilla/5.0 (X11)"}}
    log = otlp(tmp_path / "spans.jsonl", model_call("b", "a", 1, 9), span("a", "", 2, 0, 5, **agent))
    assert only(classify(log)).verdict.row == 12


def test_an_open_request_is_found_in_another_file_above_spans_in_between(classify: Classify, tmp_path: Path) -> None:
    calls = otlp(tmp_path / "a.jsonl", model_call("c", "b", 1, 4))
    above = otlp(tmp_path / "b.jsonl", span("b", "a", 1, 1, 5), span("a", "", 2, 0, 6))
    found = only(classify(calls, above)).verdict
    assert (found.waiter, found.deadline_s, found.row) == ("program", 5, 3)


def test_example_26_one_embedding_per_request_says_nothing(classify: Classify) -> None:
    row = call(model="text-embedding-3-small", endpoint="/v1/embeddings", service="search", output_tokens=0)
    assert said(only(classify(row))) == ("unknown", None, None, False, 12, "unknown", None)


def test_example_27_twenty_minutes_and_a_flex_offer_is_flex(classify: Classify) -> None:
    register = '[[workload]]\nname = "desk"\nmatch = {service = "desk"}\nwaiter = "nobody"\ndeadline = "20m"\n'
    found = only(classify(call(service="desk", model="gpt-5"), register=register))
    assert (found.verdict.row, found.verdict.route, found.verdict.deadline_s) == (3, "flex", 1200)
    assert found.saving is not None and found.saving.high_usd * 2 == found.spend_usd


def test_a_night_run_of_four_hours_is_tried_with_a_fallback_in_mind(classify: Classify) -> None:
    register = '[[workload]]\nname = "tagger"\nmatch = {service = "tagger"}\nwaiter = "nobody"\nstart = "02:00"\ndue = "06:00"\n'
    found = only(classify(call(service="tagger"), register=register))
    assert said(found) == ("nobody", 14_400, Basis.DECLARED, False, 6, "batch", "try")
    assert "window-longer-than-deadline" in found.verdict.notes


def test_every_ten_minutes_with_nothing_stated_is_unknown(classify: Classify) -> None:
    rows = [call(60 * n, service="poller") for n in range(30)]
    assert only(classify(*rows)).verdict.row == 12


def test_clients_that_often_hang_up_are_people(classify: Classify) -> None:
    rows = [call(n, service="widget", status=499 if n % 10 == 0 else 200) for n in range(200)]
    found = only(classify(*rows))
    assert (found.verdict.waiter, found.verdict.route) == ("person", "sync")


def test_a_person_seen_never_moves_a_workload_towards_batch(classify: Classify, tmp_path: Path) -> None:
    bulk = [call(n, service="widget", tags=["queue=bulk"]) for n in range(200)]
    assert only(classify(lines(tmp_path / "bulk.jsonl", bulk))).verdict.route == "batch"
    hung_up = [{**row, "status": 499} if n % 10 == 0 else row for n, row in enumerate(bulk)]
    assert only(classify(lines(tmp_path / "people.jsonl", hung_up))).verdict.route == "sync"
