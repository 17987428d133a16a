"""The logged calls of an invented company: one workload for each kind of verdict and each case of money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
DAYS = (datetime(2026, 7, 3, 2, tzinfo=UTC), datetime(2026, 8, 20, 2, tzinfo=UTC), datetime(2026, 9, 30, 2, tzinfo=UTC))
DAY = ["deadline=24h"]
BULK = ["queue=bulk"]


def logged(quarter: int = 3) -> list[Row]:
    """The calls of the third quarter, or of the second: what was not moved yet, and what is gone since."""
    rows = [row for rows in (_people(), _waiting(), _unknown(), _offers(), _money()) for row in rows]
    if quarter == 3:
        return [*rows, *_moved()]
    before = [*rows, *_not_moved()]
    return [{**row, "ts": row["ts"].replace("2026-09-30", "2026-06-29").replace("-08-", "-05-").replace("-07-", "-04-")}
            for row in before]  # fmt: skip


def calls(service: str, key: str = "", *, n: int = 3, on: Sequence[datetime] = DAYS, **fields: Any) -> Iterator[Row]:
    """So many calls in turn on each of some days, twenty seconds apart; `key` tells calls of one service apart."""
    for number in range(n):
        at = on[number % len(on)] + timedelta(seconds=20 * (number // len(on)))
        row = {
            "ts": at.isoformat(), "request_id": f"{service}-{key}{number}", "service": service,
            "provider": "openai", "model": "gpt-4o-mini", "endpoint": "/v1/chat/completions", "latency_ms": 1500,
            "input_tokens": 100_000, "output_tokens": 10_000, "status": 200,
        }  # fmt: skip
        yield {**row, **fields}


def _people() -> Iterator[Row]:
    yield from calls("desk-chat", tags=["sla=interactive"], service_tier="priority", sampling_rate=0.5)
    yield from calls("morning-digest", tags=["deadline=30m"])
    yield from calls("live-batch", tags=["sla=interactive"], service_tier="batch", is_batch=True)


def _waiting() -> Iterator[Row]:
    yield from calls("quick-answers", model="gpt-5-mini")
    yield from calls("order-check")
    yield from calls("translations", n=12, tags=DAY, team="desk")
    yield from calls("translations", "web", n=3, tags=DAY, team="web", cost_usd="0.019")
    yield from calls("contract-review", provider="google", model="gemini-2.5-pro", input_tokens=300_000)
    searches = {"input_tokens": 10_000, "cache_read_tokens": 4_000, "cache_write_tokens": 1_000, "output_tokens": 2_000}
    yield from calls(
        "night-tagger",
        n=6,
        tags=BULK,
        provider="anthropic",
        model="claude-haiku-4-5",
        web_search_requests=2,
        **searches,
    )
    yield from calls("ticker", tags=BULK)
    yield from calls(
        "embeddings", tags=BULK, provider="voyage", model="voyage-3.5", endpoint="/v1/embeddings", output_tokens=0
    )


def _unknown() -> Iterator[Row]:
    for number in range(36):
        at = DAYS[0] + timedelta(seconds=30 * number)
        (row,) = calls("story-chain", n=1, on=(at,), tags=BULK, session_id=f"s{number // 12}")
        yield {**row, "request_id": f"story-{number}", "input_tokens": 1_000 * (number % 12 + 1)}
    yield from calls("archive")
    yield from calls("mystery")


def _offers() -> Iterator[Row]:
    yield from calls("forum-scan", tags=DAY, provider="deepseek", model="deepseek-chat")
    yield from calls("forecasts", tags=DAY, provider="watsonx", model="granite-13b", cost_usd="0.25")
    yield from calls("reserved", tags=DAY, provider="azure", model="gpt-4o", service_tier="provisioned", cost_usd="2")
    yield from calls("captions", tags=DAY, provider="bedrock", model="anthropic.claude-3-haiku-20240307-v1:0")
    yield from calls("refunds", tags=["sla=interactive"], provider="xai", model="grok-4.3")
    yield from calls("ratings", tags=DAY, provider="xai", model="grok-4.3")


def _money() -> Iterator[Row]:
    """Costs in every form: a cache that makes batch dearer, or may; no price; no names; failed; from a cache."""
    yield from calls("cached-prompts", tags=DAY, model="gpt-4.1", cache_read_tokens=95_000, output_tokens=100)
    yield from calls("cached-answers", tags=DAY, model="gpt-6-sol", cache_read_tokens=90_000, output_tokens=100)
    yield from calls("house-model", tags=DAY, provider="acme", model="house-1")
    yield from calls("relay", tags=DAY, provider=None, model=None, cost_usd="1.25")
    yield from calls("translations", "failed", n=2, tags=DAY, team="desk", status=500)
    yield from calls("translations", "hit", n=1, tags=DAY, team="desk", cache_hit=True)


def _not_moved() -> Iterator[Row]:
    """How it was a quarter before."""
    for service in ("reports", "summaries", "gone-since", "headlines"):
        yield from calls(service, tags=DAY, n=60)
    yield from calls("labels", tags=DAY, n=30, service_tier="batch", is_batch=True)


def _moved() -> Iterator[Row]:
    """One moved in part, one as a whole, one came back, one is waited for now, one is new."""
    yield from calls("summaries", tags=DAY, n=60, service_tier="batch", is_batch=True)
    yield from calls("labels", tags=DAY, n=30)
    yield from calls("headlines", tags=["sla=interactive"], n=60)
    yield from calls("newcomer", tags=DAY, n=9)
    yield from calls("reports", tags=DAY, n=15)
    yield from calls("reports", "batch", tags=DAY, n=45, service_tier="batch", is_batch=True)
