"""Sums over many calls (usage and cost reports, a batch as a whole) as records of their own, and beside the calls.

They are in no total of calls. Sums over spans of different length may hold the same calls, so they are not added to
each other either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from whowaits.logs.cleaning import DAY_US, ONE_CALL, WEIGHT_ONE
from whowaits.logs.engine import Engine
from whowaits.model import Aggregate, Coverage
from whowaits.money.rates import usd

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US: Final = 1_000_000
_SUMS: Final = """
  CAST(SUM(r.request_count) AS BIGINT) AS requests,
  CAST(SUM(r.input_tokens_total) AS BIGINT) AS input_tokens,
  CAST(SUM(r.output_tokens_total) AS BIGINT) AS output_tokens,
  SUM(r.cost_usd) AS cost_usd
"""
AGGREGATES: Final = f"""
SELECT r.source AS source, c.provider AS provider, c.model_canonical AS model, c.service_tier AS tier,
  epoch_us(r.bucket_ended_at) - epoch_us(r.bucket_started_at) AS width_us,
  MIN(c.start_us) AS first_us, MAX(c.end_us) AS last_us, COUNT(*) AS row_count,
{_SUMS}
FROM raw_calls AS r JOIN calls AS c ON r.position = c.position
WHERE c.record_kind IN ('bucket', 'batch_aggregate')
GROUP BY ALL ORDER BY ALL
"""
SPANS: Final = f"""
SELECT provider, MIN(start_us) // {DAY_US} * {DAY_US} AS first_us, (MAX(end_us) // {DAY_US} + 1) * {DAY_US} AS last_us
FROM calls WHERE {ONE_CALL} AND start_us > 0 GROUP BY provider
"""
COVERED: Final = f"""
SELECT r.source AS source, c.provider AS provider, c.end_us - c.start_us AS width_us,
  MIN(c.start_us) AS first_us, MAX(c.end_us) AS last_us,
{_SUMS}
FROM raw_calls AS r
JOIN calls AS c ON r.position = c.position
JOIN ({SPANS}) AS s ON c.provider = s.provider AND c.start_us >= s.first_us AND c.end_us <= s.last_us
WHERE c.record_kind = 'bucket' AND c.end_us > c.start_us AND c.start_us > 0
GROUP BY ALL
"""
COVERAGE: Final = f"""
SELECT b.source, b.provider, b.width_us, b.first_us, b.last_us, b.requests, b.input_tokens, b.output_tokens, b.cost_usd,
  SUM(CAST(p.billed * c.weight AS HUGEINT) * COALESCE(c.request_count, 1)) AS requests_micro,
  SUM(CAST(p.billed * c.weight AS HUGEINT) * (c.input_for_price + c.output)) AS tokens_micro,
  SUM(CAST(p.spend_nano AS HUGEINT) * c.weight) AS spend_micro
FROM ({COVERED}) AS b
JOIN calls AS c ON b.provider = c.provider AND c.start_us >= b.first_us AND c.start_us < b.last_us AND c.{ONE_CALL}
JOIN priced AS p ON c.position = p.position
GROUP BY ALL ORDER BY ALL
"""
"""Only spans that lie wholly in days on which calls of the provider were logged are compared."""


def aggregates(engine: Engine) -> tuple[Aggregate, ...]:
    """Return the sums that the sources state, one for each source, provider, model, tier and length of time."""
    return tuple(_aggregate(row) for row in engine.rows(AGGREGATES))


def coverage(engine: Engine) -> tuple[Coverage, ...]:
    """Return what was logged beside what was summed up, wherever both speak of the same provider and days."""
    return tuple(_coverage(row) for row in engine.rows(COVERAGE))


def _aggregate(row: Mapping[str, Any]) -> Aggregate:
    return Aggregate(
        source=row["source"],
        provider=row["provider"],
        model=row["model"],
        tier=row["tier"],
        width_s=_seconds(row["width_us"]),
        first_at=_moment(row["first_us"]),
        last_at=_moment(row["last_us"]),
        requests=row["requests"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cost_usd=row["cost_usd"],
        rows=row["row_count"],
    )


def _coverage(row: Mapping[str, Any]) -> Coverage:
    summed = [row[name] for name in ("input_tokens", "output_tokens") if row[name] is not None]
    spent: int | None = row["spend_micro"]
    return Coverage(
        source=row["source"],
        provider=row["provider"],
        width_s=row["width_us"] // SECOND_US,
        first_at=EPOCH + timedelta(microseconds=row["first_us"]),
        last_at=EPOCH + timedelta(microseconds=row["last_us"]),
        requests_logged=_whole(row["requests_micro"]),
        requests=row["requests"],
        tokens_logged=_whole(row["tokens_micro"]),
        tokens=sum(summed) if summed else None,
        usd_logged=None if spent is None else usd(_whole(spent)),
        usd=None if row["cost_usd"] is None else Decimal(row["cost_usd"]),
    )


def _whole(micro: int) -> int:
    return (int(micro) + WEIGHT_ONE // 2) // WEIGHT_ONE


def _seconds(width_us: int | None) -> int | None:
    return None if width_us is None else width_us // SECOND_US


def _moment(micro: int | None) -> datetime | None:
    return EPOCH + timedelta(microseconds=micro) if micro else None
