"""What should be known before a figure is believed: costs that are no list price, and evidence that is not there.

Nothing is corrected and nothing is made up; both are said with their counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from whowaits.logs.cleaning import ONE_CALL
from whowaits.logs.engine import Engine
from whowaits.logs.statements import Statements
from whowaits.model import Missing, PriceDoubt

LOOKED_AT: Final = 200_000
"""Calls whose costs are compared; of a larger log about every n-th."""
TOLERANCE_PERCENT: Final = 2
LEAST_PERCENT: Final = 1
"""A factor that fewer of a model's calls show is chance."""
FACTORS: Final = (("0.01", 1, 100), ("0.5", 1, 2), ("1", 1, 1), ("2", 2, 1), ("100", 100, 1))
"""Dollars taken for cents, halved as in a batch, right, doubled, cents taken for dollars: as text and as a fraction."""


def _near(above: int, below: int) -> str:
    """Whether cost / list is above/below within the tolerance, or within the nano-dollar that a cost is rounded to."""
    off = f"abs(cost_femto * {below} - list_femto * {above})"
    return f"{off} * 100 <= list_femto * {above} * {TOLERANCE_PERCENT} OR {off} <= 1000000 * {below}"


_FACTOR: Final = " ".join(f"WHEN {_near(above, below)} THEN '{name}'" for name, above, below in FACTORS[2:3])
_OTHERS: Final = " ".join(
    f"WHEN {_near(above, below)} THEN '{name}'" for name, above, below in (*FACTORS[:2], *FACTORS[3:])
)
_DRAWN: Final = "(c.start_us // 1000000 + c.start_us % 1000000 + 31 * c.input_for_price + 17 * c.output)"
"""A number of the call itself: which calls are looked at must not depend on where they stand in which file."""
COSTS: Final = f"""
SELECT source, model, tier, factor, COUNT(*) AS call_count, SUM(cost_femto) AS cost_femto, SUM(list_femto) AS list_femto
FROM (
  SELECT source, model, tier, cost_femto, list_femto, CASE {_FACTOR} {_OTHERS} END AS factor
  FROM (
    SELECT r.source AS source, c.model_canonical AS model, c.service_tier AS tier,
      CAST(l.cost_nano AS HUGEINT) * 1000000 AS cost_femto, CAST(l.paid_femto AS HUGEINT) AS list_femto
    FROM listed AS l
    JOIN calls AS c ON l.position = c.position
    JOIN raw_calls AS r ON l.position = r.position
    WHERE {_DRAWN} % {{step}} = 0 AND l.billed = 1 AND l.has_tokens = 1 AND l.cost_nano > 0 AND l.paid_femto > 0
      AND r.cost_basis = 'reported' AND c.{ONE_CALL}
  )
)
GROUP BY source, model, tier, factor ORDER BY source, model, tier, factor
"""

COLUMNS: Final = {
    "time": "coalesce(r.started_at, r.ended_at)",
    "model": "coalesce(r.model_response, r.model_requested)",
    "tokens": "coalesce(r.input_tokens_total, r.output_tokens_total)",
    "cost": "r.cost_usd",
    "status": "r.status",
    "user": "r.end_user_id",
    "session": "r.session_id",
    "stream": "r.streamed",
    "job": "coalesce(r.job_name, r.workflow_name, r.service_name, r.prompt_name, r.trigger)",
}
"""Kind of evidence -> SQL of the columns that give it."""
NOTHING_STATED: Final = {"waiter": 0, "deadline": 0}
KINDS: Final = (*COLUMNS, *NOTHING_STATED)
EVERY_CALL: Final = frozenset({"time", "model", "tokens", "cost", "status"})
"""Evidence that each call should have; of the other kinds it is news only when no call of a source has any."""
_ANSWERED: Final = (
    "coalesce(r.record_kind, 'call') NOT IN ('container', 'batch_aggregate', 'bucket') "
    "AND coalesce(r.status, 'ok') = 'ok'"
)
PRESENT: Final = f"""
SELECT r.source AS source, COUNT(*) AS row_count,
  {", ".join(f"COUNT({sql}) AS {quoted}" for quoted, sql in COLUMNS.items())}
FROM raw_calls AS r
WHERE {_ANSWERED}
GROUP BY r.source ORDER BY r.source
"""
STATED: Final = f"""
SELECT r.source AS source, r.stated AS stated, r.root_kind AS root_kind, r.user_agent AS user_agent,
  r.stated_deadline_source AS stated_deadline_source, COUNT(*) AS row_count
FROM raw_calls AS r
WHERE {_ANSWERED} AND coalesce(r.stated, r.root_kind, r.user_agent, r.stated_deadline_source) IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
"""What may state who waits and until when: distinct, because rules are read once for each."""


def price_doubts(engine: Engine) -> tuple[PriceDoubt, ...]:
    """Return the costs that are the list price times 0.01, 0.5, 2 or 100, or most often neither that nor the price."""
    step = max(1, -(-int(engine.one("SELECT COUNT(*) FROM calls")) // LOOKED_AT))
    rows = engine.rows(COSTS.format(step=step))
    totals: dict[tuple[Any, ...], int] = {}
    for row in rows:
        totals[_group(row)] = totals.get(_group(row), 0) + row["call_count"]
    return tuple(_doubt(row, totals[_group(row)]) for row in rows if _is_news(row, totals[_group(row)]))


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["source"], row["model"], row["tier"]


def _is_news(row: Mapping[str, Any], total: int) -> bool:
    if row["factor"] == "1":
        return False
    if row["factor"] is None:
        return bool(row["call_count"] * 2 > total)
    return bool(row["call_count"] * 100 >= total * LEAST_PERCENT)


def _doubt(row: Mapping[str, Any], total: int) -> PriceDoubt:
    ratio = Decimal(int(row["cost_femto"])) / Decimal(int(row["list_femto"]))
    return PriceDoubt(
        source=row["source"],
        model=row["model"],
        tier=row["tier"],
        factor=None if row["factor"] is None else Decimal(row["factor"]),
        calls=row["call_count"],
        looked_at=total,
        ratio=ratio.quantize(Decimal("0.0001")),
    )


def missing(engine: Engine, statements: Statements) -> tuple[Missing, ...]:
    """Return what the answered calls of each source do not say, once for each kind of evidence."""
    stated = _stated(engine, statements)
    found = []
    for row in engine.rows(PRESENT):
        of = row["row_count"]
        said = {**row, **stated.get(row["source"], NOTHING_STATED)}
        absent = (what for what in KINDS if said[what] == 0 or (what in EVERY_CALL and said[what] < of))
        found += [Missing(row["source"], what, of - said[what], of) for what in absent]
    return tuple(found)


def _stated(engine: Engine, statements: Statements) -> dict[str, dict[str, int]]:
    """The calls of each source that state who waits, and those that state until when."""
    counts: dict[str, dict[str, int]] = {}
    for row in engine.rows(STATED):
        said = statements.evidence({name: row[name] for name in ("stated", "root_kind", "user_agent")})
        timed = row["stated_deadline_source"] is not None or statements.due(row) is not None
        found = counts.setdefault(row["source"], dict(NOTHING_STATED))
        dated = timed or any(e.deadline_s is not None for e in said)
        judged = row["stated_deadline_source"] == "server_span" or any(e.waiter for e in said if not e.hint)
        found["waiter"] += row["row_count"] * judged
        found["deadline"] += row["row_count"] * dated
    return counts
