"""The mistakes the other way round: each from a small log, and none where something does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.logs.conftest import Classify, call, lines, named, only
from tests.logs.traffic import DAY, Row, chat, day, rows, runs
from whowaits.model import Workload
from whowaits.rules import FindingRule, LogCase, load_findings

HOUR = timedelta(hours=1)
RULES = [rule for rule in load_findings() if rule.says]
CASES = [pytest.param(rule, case, id=f"{rule.id}: {case.name}") for rule in RULES for case in rule.cases]


def findings(workload: Workload) -> dict[str, str]:
    return {f.rule: f.message for f in workload.findings}


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_finding_rule_speaks_where_its_cases_say_so(rule: FindingRule, case: LogCase) -> None:
    assert rule.when.holds(case.row) is case.fires  # type: ignore[arg-type]
    if case.fires:
        assert rule.says.format_map(case.row)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_a_finding_rule_has_a_case_for_and_one_against(rule: FindingRule) -> None:
    assert {case.fires for case in rule.cases} == {True, False}


def refused(number: int, **fields: Any) -> Iterator[Row]:
    """A job whose every third call is refused and sent again."""
    for n in range(number):
        limited = {"status": 429, "input_tokens": None, "output_tokens": None} if n % 3 == 0 else {}
        yield {**call(n // 5, service="job", **fields), **limited, "request_id": f"r{n}", "attempt": 1 + (n % 3 == 1)}


def test_a_storm_of_refusals_is_a_finding_where_nobody_is_known_to_wait(classify: Classify) -> None:
    found = findings(only(classify(*refused(600))))
    assert found["rate-limit-storm"].startswith(
        "job: 200 of 600 calls met the rate limit, at the worst 100 in ten minutes, 200 were sent again."
    )


@pytest.mark.parametrize("fields", [{"tags": ["sla=interactive"]}, {"provider": "sambanova", "model": "gpt-oss-120b"}])
def test_a_storm_that_a_batch_would_not_end_is_none(classify: Classify, fields: dict[str, Any]) -> None:
    assert findings(only(classify(*refused(600, **fields)))) == {}


def test_an_error_that_speaks_of_the_rate_limit_is_a_refusal(classify: Classify) -> None:
    calls = [{**row, "status": "error", "error_type": "RateLimitError"} for row in refused(400) if row["status"] == 429]
    others = [row for row in refused(400) if row["status"] != 429]
    assert "rate-limit-storm" in findings(only(classify(*calls, *others)))


def test_prompts_that_were_answered_before_are_a_finding_with_what_they_cost(classify: Classify) -> None:
    again = [call(n, service="tags", prompt_hash=f"h{n % 50}", cost_usd="0.01") for n in range(200)]
    found = findings(only(classify(*again)))
    assert found["answered-before"] == (
        "tags: 150 of 200 paid answers were to a prompt that the same model had been sent before, $1.50 of the spend"
    )


def test_the_same_prompt_to_another_model_was_not_answered_before(classify: Classify) -> None:
    models = ("gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1")
    calls = [call(n, service="tags", prompt_hash=f"h{n // 4}", model=models[n % 4]) for n in range(400)]
    assert findings(only(classify(*calls))) == {}


def batches(lost: int) -> list[Row]:
    """Nine batches; the last of them loses `lost` of its hundred requests, each other one."""
    return [
        call(
            n, service="b", service_tier="batch", is_batch=True, batch_id=f"b{n // 100}",
            status="expired" if n % 100 < (lost if n >= 800 else 1) else 200,
        )
        for n in range(900)
    ]  # fmt: skip


def test_a_batch_that_lost_more_than_the_others_is_a_finding(classify: Classify) -> None:
    found = findings(only(classify(*batches(40))))
    assert found["batch-above-base-line"].startswith("b: batch b8 lost 40 of 100 requests (40.0 %)")


def test_a_batch_that_lost_as_much_as_the_others_is_none(classify: Classify) -> None:
    assert "batch-above-base-line" not in findings(only(classify(*batches(2))))


def whole(provider: str, number: int, lost: int) -> Row:
    """The provider's own object of a finished batch of a hundred requests."""
    at = day(number, 3)
    if provider == "anthropic":
        counts = {"processing": 0, "succeeded": 100 - lost, "errored": 1, "canceled": 0, "expired": lost - 1}
        return {
            "id": f"msgbatch_{number}", "type": "message_batch", "processing_status": "ended", "request_counts": counts,
            "created_at": at.isoformat(), "ended_at": (at + HOUR).isoformat(), "expires_at": (at + DAY).isoformat(),
        }  # fmt: skip
    ended = {"status": "expired", "expired_at": int(at.timestamp()) + 86_400} if lost > 1 else {"status": "completed"}
    return {
        "id": f"batch_{number}", "object": "batch", "endpoint": "/v1/chat/completions", "completion_window": "24h",
        "created_at": int(at.timestamp()), "request_counts": {"total": 100, "completed": 100 - lost, "failed": 1},
        "metadata": {"job": "tags"}, **ended,
    }  # fmt: skip


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_batch_known_only_as_a_whole_that_lost_more_than_the_others_is_a_finding(
    tmp_path: Path, classify: Classify, provider: str
) -> None:
    objects = [whole(provider, n, 40 if n == 8 else 1) for n in range(9)]
    found = classify(lines(tmp_path / "batches.jsonl", objects))
    (finding,) = found.findings
    assert (finding.rule, str(finding.place)) == ("batch-above-base-line", "batches.jsonl")
    assert finding.message.startswith(
        f"{provider} batches: batch {objects[8]['id']} lost 40 of 100 requests (40.0 %), 39"
    )
    assert classify(lines(tmp_path / "few.jsonl", objects[5:])).findings == ()
    assert classify(lines(tmp_path / "even.jsonl", [whole(provider, n, 2) for n in range(9)])).findings == ()


def test_a_batch_whose_requests_are_logged_one_by_one_is_not_counted_twice(tmp_path: Path, classify: Classify) -> None:
    objects = [whole("openai", n, 40 if n == 8 else 1) for n in range(9)]
    items = [call(n, provider="openai", batch_id="batch_8", is_batch=True, record_kind="batch_item") for n in range(3)]
    logged = lines(tmp_path / "calls.jsonl", items)
    assert classify(lines(tmp_path / "batches.jsonl", objects), logged).findings == ()


REGISTER = '[[workload]]\nname = "copy"\nmatch = {{service = "copy"}}\nwaiter = "nobody"\ndeadline = "{}"\n'


@pytest.mark.parametrize(
    ("model", "deadline", "expected"),
    [
        ("gpt-4o-mini", "4h", True),
        ("gpt-4o-mini", "24h", False),
        ("gpt-5", "4h", False),
        ("gpt-5", "20m", False),
        ("gpt-5", "5m", True),
    ],
)
def test_a_deadline_that_no_offer_meets_is_a_finding(
    classify: Classify, model: str, deadline: str, expected: bool
) -> None:
    calls = rows([day(0, 3)], "copy", service="copy", model=model)
    found = findings(only(classify(*calls, register=REGISTER.format(deadline))))
    assert ("no-offer-in-time" in found) is expected


def test_plain_work_of_people_and_jobs_makes_no_mistake(classify: Classify) -> None:
    found = classify(*chat(), *runs([day(n, 3) for n in range(14)], 40, "copy", service="copy"))
    assert [findings(w) for w in found.workloads] == [{}, {}]
    assert named(found, "copy").verdict.route == "batch"
