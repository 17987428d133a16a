"""Three workloads of the company by plain arithmetic, from rates that are written down here with their source."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.golden.made import EXPECTED

MILLION = Decimal(1_000_000)
THOUSAND = Decimal(1_000)


@pytest.fixture(scope="module")
def reported() -> dict[str, dict[str, Any]]:
    document = json.loads((EXPECTED / "report.json").read_text(encoding="utf-8"))
    return {work["name"]: work for work in document["workloads"]}


def money(work: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    return tuple(Decimal(work[name]) for name in ("spend_usd", "saving_usd_low", "saving_usd_high"))  # type: ignore[return-value]


def test_long_requests_to_gemini(reported: dict[str, dict[str, Any]]) -> None:
    """Gemini 2.5 Pro above 200,000 tokens: $2.50 and $15.00 a million, in a batch $1.25 and $7.50.

    Source: ai.google.dev/gemini-api/docs/pricing of 2026-10-14. Three calls of 300,000 and 10,000 tokens.
    """
    sync = Decimal(300_000) * Decimal("2.50") / MILLION + Decimal(10_000) * Decimal("15.00") / MILLION
    batch = Decimal(300_000) * Decimal("1.25") / MILLION + Decimal(10_000) * Decimal("7.50") / MILLION
    saving = 3 * (sync - batch)
    assert (3 * sync, saving) == (Decimal("2.70"), Decimal("1.35"))
    assert money(reported["contract-review"]) == (3 * sync, saving, saving)


def test_a_cached_prompt_with_searches_at_claude(reported: dict[str, dict[str, Any]]) -> None:
    """Claude Haiku 4.5: $1 fresh, $0.10 read from the cache, $1.25 written for five minutes, $5 out, a million each;
    half of it in a batch; $10 a thousand web searches on both tiers.

    Source: the pricing and batch pages of platform.claude.com, copies of 2026-10-04 and 2026-09-20. Six calls of
    5,000 fresh, 4,000 read, 1,000 written and 2,000 output tokens, with two searches each.
    """
    fresh, read, write, out = Decimal(5_000), Decimal(4_000), Decimal(1_000), Decimal(2_000)
    fee = 2 * Decimal(10) / THOUSAND
    tokens = (fresh * 1 + read * Decimal("0.10") + write * Decimal("1.25") + out * 5) / MILLION
    kept = tokens / 2
    lost = ((fresh + read) * 1 + write * Decimal("1.25") + out * 5) / MILLION / 2
    sync = tokens + fee
    assert 6 * sync == Decimal("0.2199")
    assert money(reported["night-tagger"]) == (6 * sync, 6 * (sync - lost - fee), 6 * (sync - kept - fee))


def test_negotiated_rates_that_change_inside_the_quarter(reported: dict[str, dict[str, Any]]) -> None:
    """gpt-4o-mini by the company's own contract: $0.12 and $0.48 a million until 2026-08-14, then $0.10 and $0.40.

    Source: company/whowaits.toml. OpenAI's batch costs half of it (developers.openai.com, guide of 2026-09-26). Four
    calls on each of three days, 100,000 and 10,000 tokens each, and three whose cost, $0.019, is in the log; two that
    failed and one that a cache answered cost nothing.
    """
    july = 4 * (Decimal(100_000) * Decimal("0.12") + Decimal(10_000) * Decimal("0.48")) / MILLION
    later = 8 * (Decimal(100_000) * Decimal("0.10") + Decimal(10_000) * Decimal("0.40")) / MILLION
    spend = july + later + 3 * Decimal("0.019")
    assert spend == Decimal("0.2362")
    assert money(reported["translations"]) == (spend, spend / 2, spend / 2)
