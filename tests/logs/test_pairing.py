"""One call in the log of a gateway and in the one behind it counts once, though the two share no id."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats import canonical, log
from whowaits.logs.pairing import SLACK_US, Seen, pairs

START = datetime(2026, 9, 1, tzinfo=UTC)
TICKS_BEFORE_1970 = 621_355_968_000_000_000


def gateway(number: int, at_s: float, deployment: str = "chat-prod") -> dict[str, Any]:
    return {
        "TimeGenerated": (START + timedelta(seconds=at_s)).isoformat(), "CorrelationId": f"c{number}",
        "RequestId": f"chatcmpl-{number}", "DeploymentName": deployment, "ModelName": "gpt-4o-mini",
        "IsStreamCompletion": True, "PromptTokens": 90 + number, "CompletionTokens": 9,
    }  # fmt: skip


def behind(
    number: int, at_s: float, took_s: float = 3, deployment: str = "Chat-Prod", code: str = "200"
) -> dict[str, Any]:
    ticks = [int((START + timedelta(seconds=s)).timestamp() * 10**7) + TICKS_BEFORE_1970 for s in (at_s, at_s + took_s)]
    details = {
        "requestTime": ticks[0], "responseTime": ticks[1], "modelDeploymentName": deployment,
        "modelName": "gpt-4o-mini", "streamType": "Streaming",
    }  # fmt: skip
    return {
        "category": "RequestResponse", "operationName": "ChatCompletions_Create", "correlationId": f"d{number}",
        "resultSignature": code, "properties": json.dumps(details),
    }  # fmt: skip


def both(folder: Path, through: list[dict[str, Any]], provider: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = canonical(log(folder, through, "apim.jsonl"), log(folder, provider, "azure.jsonl"))
    return sorted(rows, key=lambda row: (row["source"], row["request_id"]))


def test_a_call_through_the_gateway_is_one_call_with_what_both_saw(tmp_path: Path) -> None:
    [row] = both(tmp_path, [gateway(1, 10)], [behind(1, 10.2, took_s=4, code="499")])
    assert (row["source"], row["call_id"], row["input_tokens_total"]) == ("azure_apim", "chatcmpl-1", 91)
    assert (row["duration_ms"], row["status"]) == (4000, "cancelled")


def test_calls_past_the_gateway_stay_calls_of_their_own(tmp_path: Path) -> None:
    rows = both(tmp_path, [gateway(1, 10)], [behind(1, 10.2), behind(2, 10.3), behind(3, 500)])
    assert [row["source"] for row in rows] == ["azure_apim", "azure_openai", "azure_openai"]


def test_another_deployment_is_another_call(tmp_path: Path) -> None:
    rows = both(tmp_path, [gateway(1, 10)], [behind(1, 10, deployment="batch-prod")])
    assert [row["source"] for row in rows] == ["azure_apim", "azure_openai"]


def test_calls_at_the_same_time_are_each_taken_once(tmp_path: Path) -> None:
    through = [gateway(n, 10 + n / 10) for n in range(20)]
    rows = both(tmp_path, through, [behind(n, 10.05 + n / 10) for n in range(20)])
    assert [row["source"] for row in rows] == ["azure_apim"] * 20


moments = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(0, 20)), max_size=20)


@given(moments, moments)
def test_a_record_is_in_one_pair_at_most_and_pairs_lie_within_the_slack(
    gates: list[tuple[str, int, int]], others: list[tuple[str, int, int]]
) -> None:
    second = 1_000_000
    through = sorted(Seen(n, p, at * second, at * second, f"g{n}") for n, (p, at, _) in enumerate(gates))
    provider = [Seen(n, p, at * second, (at + took) * second, f"b{n}") for n, (p, at, took) in enumerate(others)]
    order = lambda call: (call.place, call.first_us, call.last_us, call.id)  # noqa: E731
    found = list(pairs(sorted(through, key=order), sorted(provider, key=order)))
    assert len({number for number, _ in found}) == len({key for _, key in found}) == len(found)
    gate = {call.key: call for call in through}
    for number, key in found:
        one, other = gate[key], provider[number]
        assert one.place == other.place
        assert other.first_us - SLACK_US <= one.first_us <= other.last_us + SLACK_US
