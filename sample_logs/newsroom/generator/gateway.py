"""LiteLLM spend logs: one JSON object a line, the way the table is dumped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from generator.calls import SECOND, Call, hex_id
from generator.company import BY_NAME, Workload, cost_nano

TEAMS = {
    "copilot-prod": "Editors",
    "editions": "Foreign desk",
    "reader-web": "Readers",
    "archive-summaries": "Archive",
    "write-digests": "Newsletters",
}
BASES = {"openai": "https://api.openai.com/v1/", "anthropic": "https://api.anthropic.com/v1/messages"}


def lines(calls: Iterable[Call]) -> Iterator[str]:
    """One line for every attempt, in the order the gateway finished them."""
    for call in sorted(calls, key=lambda call: (call.ended, call.id)):
        yield json.dumps(_row(call, BY_NAME[call.workload]), separators=(",", ":"), ensure_ascii=False)


def _row(call: Call, workload: Workload) -> dict[str, object]:
    known = call.succeeded
    return {
        "request_id": call.id,
        "call_type": "acompletion",
        "api_key": hex_id(f"key {workload.key}", 64),
        "spend": cost_nano(workload, call) / 1_000_000_000,
        "total_tokens": call.input + call.output,
        "prompt_tokens": call.input,
        "completion_tokens": call.output,
        "startTime": iso(call.started),
        "endTime": iso(call.ended),
        "request_duration_ms": call.duration,
        "completionStartTime": iso(call.started + (call.first_token or call.duration)) if known else None,
        "model": workload.model,
        "model_id": hex_id(workload.model, 8) if known else "",
        "model_group": workload.model if known else "",
        "custom_llm_provider": workload.provider if known else "",
        "api_base": BASES[workload.provider] if known else "",
        "user": f"svc-{workload.key}",
        "metadata": _metadata(call, workload),
        "cache_hit": str(call.cache_hit),
        "cache_key": hex_id(call.id, 12) if call.cache_hit else "Cache OFF",
        "request_tags": [f"User-Agent: {workload.user_agent}", *(f"{k}:{v}" for k, v in workload.tags.items())],
        "team_id": f"team-{workload.key}",
        "organization_id": "",
        "end_user": call.user or "",
        "requester_ip_address": "10.4.0.17",
        "messages": [{"role": "user", "content": call.private}] if call.private else {},
        "response": {"choices": [{"message": {"content": call.private}}]} if call.private else {},
        "session_id": call.session or _uuid(call.group or call.id),
        "status": "success" if known else "failure",
        "mcp_namespaced_tool_name": None,
        "agent_id": None,
        "proxy_server_request": {},
    }


def _metadata(call: Call, workload: Workload) -> dict[str, object]:
    data: dict[str, object] = {
        "user_api_key_alias": workload.key,
        "user_api_key_team_id": f"team-{workload.key}",
        "user_api_key_team_alias": TEAMS.get(workload.key or "", "Newsroom"),
        "user_api_key_user_id": f"svc-{workload.key}",
        "spend_logs_metadata": None,
        "status": "success" if call.succeeded else "failure",
        "attempted_retries": call.attempt - 1,
        "max_retries": 2,
    }
    if not call.succeeded:
        data["error_information"] = {
            "error_code": str(call.status),
            "error_class": call.error,
            "llm_provider": workload.provider,
            "error_message": "",
        }
        return data
    usage: dict[str, object] = {
        "prompt_tokens": call.input,
        "completion_tokens": call.output,
        "total_tokens": call.input + call.output,
        "prompt_tokens_details": {"cached_tokens": call.cached},
    }
    details = {"prompt_tokens_details": usage["prompt_tokens_details"]}
    return {**data, "usage_object": usage, "additional_usage_values": details}


def iso(at: int) -> str:
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % SECOND:03d}000Z"


def _uuid(text: str) -> str:
    d = hex_id(text, 12)
    return f"{d[4:]}-{d[:4]}-4c1e-a7d0-5f3b9e2a6c18"
