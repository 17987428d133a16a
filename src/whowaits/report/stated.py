"""How far the logs can be believed, as JSON: sums of sources, how complete the logs are, costs that look wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from whowaits.model import Aggregate, Coverage
from whowaits.report import words
from whowaits.report.check import usd
from whowaits.report.values import Report


def stated(report: Report) -> dict[str, Any]:
    """Return the parts of the JSON report that are about the logs themselves."""
    return {
        "aggregates": [_aggregate(a) for a in report.aggregates],
        "coverage": [_coverage(c) for c in report.coverage],
        "price_doubts": [
            {
                "source": d.source,
                "model": d.model,
                "tier": d.tier,
                "factor": None if d.factor is None else f"{d.factor:f}",
                "ratio": f"{d.ratio:f}",
                "calls": d.calls,
                "compared": d.looked_at,
            }
            for d in report.price_doubts
        ],
        "missing_evidence": [{"source": m.source, "what": m.what, "calls": m.rows, "of": m.of} for m in report.missing],
    }


def _aggregate(a: Aggregate) -> dict[str, Any]:
    return {
        "source": a.source,
        "provider": a.provider,
        "model": a.model,
        "tier": a.tier,
        "first_at": moment(a.first_at),
        "last_at": moment(a.last_at),
        "span_s": a.width_s,
        "requests": a.requests,
        "input_tokens": a.input_tokens,
        "output_tokens": a.output_tokens,
        "cost_usd": usd(a.cost_usd),
        "rows": a.rows,
    }


def _coverage(c: Coverage) -> dict[str, Any]:
    return {
        "source": c.source,
        "provider": c.provider,
        "first_at": moment(c.first_at),
        "last_at": moment(c.last_at),
        "span_s": c.width_s,
        "requests": c.requests,
        "requests_logged": c.requests_logged,
        "tokens": c.tokens,
        "tokens_logged": c.tokens_logged,
        "cost_usd": usd(c.usd),
        "cost_usd_logged": usd(c.usd_logged),
    }


def moment(at: datetime | None) -> str | None:
    """Return a moment in UTC as JSON has it."""
    return None if at is None else words.utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")
