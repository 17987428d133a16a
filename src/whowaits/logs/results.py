"""Features and verdicts -> the values that leave the log half: workloads, findings, the tables that are written."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from whowaits.config import Config
from whowaits.judge import is_waited_on_batch
from whowaits.logs import aggregates, doubts, mistakes, table
from whowaits.logs.cleaning import ONE_CALL, OWN
from whowaits.logs.columns import quoted
from whowaits.logs.engine import Engine
from whowaits.logs.ingest import Ingested
from whowaits.logs.portions import scaled
from whowaits.logs.private import Shown
from whowaits.logs.problems import Problems
from whowaits.logs.statements import Statements
from whowaits.logs.units import Unit
from whowaits.model import Classified, Evidence, Finding, Place, Portion, Saving, Verdict, Workload
from whowaits.money.prices import price_source
from whowaits.money.rates import usd
from whowaits.money.savings import saving

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FINDINGS: Final = {
    "waited-on-batch": "runs on a batch tier, but somebody or the next call waits for it",
    "declared-but-waited": "the register says that no person waits, but the log shows one",
}


def workload(
    unit: Unit,
    row: Mapping[str, Any],
    evidence: Sequence[Evidence],
    verdict: Verdict,
    seen: mistakes.Figures,
    money: Sequence[Portion],
    hours: Sequence[int],
    as_of: date,
    config: Config,
) -> Workload:
    """Return a unit as the workload that a report shows."""
    return Workload(
        name=unit.name,
        provider=unit.provider,
        models=tuple(sorted(unit.models)),
        calls=scaled(row["calls_micro"]),
        rows=row["row_count"],
        first_at=_moment(row["first_us"]),
        last_at=_moment(row["last_us"]),
        verdict=verdict,
        evidence=tuple(evidence),
        spend_usd=usd(scaled(row["spend_micro"])) if row["priced_rows"] else None,
        slow_usd=usd(scaled(row["slow_micro"] or 0)),
        unpriced_calls=scaled(row["unpriced_micro"]),
        saving=_saving(row, verdict, as_of, config),
        code_places=tuple(sorted(unit.places, key=lambda p: (p.path, p.line or 0))),
        findings=_findings(unit, verdict, seen, row["source_file"]),
        streams=unit.streams,
        selectors=unit.selectors,
        portions=tuple(money),
        hours=tuple(hours),
    )


def _saving(row: Mapping[str, Any], verdict: Verdict, as_of: date, config: Config) -> Saving | None:
    """What the route would have saved; nothing is claimed for calls that stay where they are or are not judged."""
    if verdict.route not in ("batch", "flex"):
        return None
    flex = verdict.route == "flex"
    if row["movable_rows"] and not row["flex_known" if flex else "batch_known"]:
        return None
    low = row["flex_micro" if flex else "batch_low_micro"] or 0
    high = row["flex_micro" if flex else "batch_high_micro"] or 0
    by_factor = row["flex_by_factor" if flex else "batch_by_factor"]
    basis = "factor" if by_factor else "rates"
    return saving(scaled(low), scaled(high), basis, price_source(config.prices), as_of.isoformat())  # type: ignore[arg-type]


def _findings(unit: Unit, verdict: Verdict, seen: mistakes.Figures, file: str) -> tuple[Finding, ...]:
    found = []
    if is_waited_on_batch(verdict, unit.tier):
        found.append(("waited-on-batch", FINDINGS["waited-on-batch"]))
    if "declared-but-waited" in verdict.notes:
        found.append(("declared-but-waited", FINDINGS["declared-but-waited"]))
    found += mistakes.of(unit, verdict, seen)
    return tuple(_finding(unit.name, mistakes.Mistake(*one), file) for one in found)


def _finding(name: str, mistake: mistakes.Mistake, file: str) -> Finding:
    rule, says = mistake
    return Finding(rule, fingerprint(rule, name), f"{name}: {says}", Place(file))


def fingerprint(rule: str, name: str) -> str:
    """Return what a finding about a workload is recognised by in the next run."""
    return hashlib.sha256(f"{rule}\0{name}".encode()).hexdigest()[:16]


def classified(
    engine: Engine,
    workloads: Sequence[Workload],
    came: Ingested,
    problems: Problems,
    statements: Statements,
    as_of: date,
    config: Config,
) -> Classified:
    """Return everything that one run found."""
    span = engine.rows(f"SELECT min(start_us) AS a, max(end_us) AS b FROM calls WHERE start_us > 0 AND {ONE_CALL}")[0]
    ordered = sorted(workloads, key=lambda w: (-(w.spend_usd or Decimal(0)), w.name))
    return Classified(
        workloads=tuple(ordered),
        rows_read=came.rows,
        duplicates=came.duplicates,
        skipped=problems.skipped(),
        sources=came.sources,
        started_at=_moment(span["a"]),
        ended_at=_moment(span["b"]),
        price_source=price_source(config.prices),
        price_date=as_of.isoformat(),
        unpriced=tuple((row["model"], scaled(row["calls_micro"])) for row in engine.rows(UNPRICED)),
        aggregates=aggregates.aggregates(engine),
        coverage=aggregates.coverage(engine),
        price_doubts=doubts.price_doubts(engine),
        missing=doubts.missing(engine, statements),
        findings=tuple(_finding(name, m, file) for name, file, m in mistakes.of_whole_batches(engine)),
    )


UNPRICED: Final = f"""
SELECT coalesce(c.model_canonical, 'a model without a name') AS model,
  sum(c.weight * coalesce(c.request_count, 1)) AS calls_micro
FROM calls AS c JOIN priced AS p ON c.position = p.position
WHERE c.{ONE_CALL} AND p.spend_nano IS NULL AND c.has_tokens = 1 GROUP BY model ORDER BY model
"""


def store(engine: Engine, units: Sequence[Unit], workloads: Sequence[Workload]) -> None:
    """Keep the verdicts as the table `verdicts`: one row a unit, with what a call or a workload is told."""
    import pyarrow as pa

    kinds = dict(table.TAG_FIELDS)
    tags = [(name, kinds[name]) for name in table.VERDICT_COLUMNS]
    figures = [
        ("provider", pa.string()), ("models", table.TEXTS), ("calls", pa.int64()), ("rows", pa.int64()),
        ("first_at", table.TIME), ("last_at", table.TIME), ("spend_usd", table.SUM), ("slow_usd", table.SUM),
        ("unpriced_calls", pa.int64()), ("saving_usd_low", table.SUM), ("saving_usd_high", table.SUM),
        ("saving_basis", pa.string()), ("notes", table.TEXTS),
    ]  # fmt: skip
    schema = pa.schema([("unit", pa.int64()), ("slow_tier", pa.string()), *tags, *figures])
    rows = [(unit.number, w.verdict.route, *_tags(w), *_figures(w)) for unit, w in zip(units, workloads, strict=True)]
    columns = [pa.array([row[i] for row in rows], type=field.type) for i, field in enumerate(schema)]
    engine.store("verdicts", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)


def _tags(w: Workload) -> tuple[Any, ...]:
    verdict = w.verdict
    return (
        w.name,
        verdict.waiter,
        None if verdict.waiter == "unknown" else verdict.waiter == "person",
        verdict.deadline_s,
        verdict.route,
        verdict.urgency,
        None if verdict.basis is None else str(verdict.basis),
        None if verdict.deadline_basis is None else str(verdict.deadline_basis),
        sorted({e.rule for e in w.evidence}),
        verdict.question,
    )


def _figures(w: Workload) -> tuple[Any, ...]:
    saved = w.saving
    return (
        w.provider,
        list(w.models),
        w.calls,
        w.rows,
        w.first_at,
        w.last_at,
        w.spend_usd,
        w.slow_usd,
        w.unpriced_calls,
        None if saved is None else saved.low_usd,
        None if saved is None else saved.high_usd,
        None if saved is None else saved.basis,
        list(w.verdict.notes),
    )


def tagged_sql(filled: Collection[str], shown: Shown) -> str:
    """Return the SQL of the tagged calls, aggregates left out, in the order of time and place.

    Only columns that are `filled` are sorted; the others are nothing but null.
    """
    calls, columns = _columns(filled, shown)
    tags = ", ".join(quoted(name) for name in table.TAG_COLUMNS)
    return f"SELECT {columns}, {tags} FROM (SELECT {calls}, {_judgement()} {_from(shown)} {_ORDER})"


def calls_sql(filled: Collection[str], shown: Shown) -> str:
    """Return the SQL of the canonical table, calls and sums over calls, in the same order; what only repeats the calls
    below it is left out."""
    calls, columns = _columns(filled, shown)
    joined = f"FROM raw_calls AS r JOIN calls AS c ON r.position = c.position {shown.joins}"
    return f"SELECT {columns} FROM (SELECT {calls} {joined} WHERE c.record_kind <> 'container' {_ORDER}, r.dedupe_key)"


def _columns(filled: Collection[str], shown: Shown) -> tuple[str, str]:
    """The columns that are sorted, and all columns in the order of the canonical table."""
    own = [name for name in table.CALL_COLUMNS if name in OWN]
    kept = [name for name in table.CALL_COLUMNS if name in filled and name not in OWN]
    calls = ", ".join(f"{shown(name)} AS {quoted(name)}" for name in (*own, *kept))
    columns = ", ".join(
        quoted(name) if name in own or name in kept else f"CAST(NULL AS {SQL_TYPES[str(kind)]}) AS {quoted(name)}"
        for name, kind in table.CALL_FIELDS
    )
    return calls, columns


def tags_sql(shown: Shown) -> str:
    """Return the SQL of the ids and verdict columns of the same calls."""
    ids = ", ".join(f"{shown(name)} AS {name}" for name in ("request_id", "call_id"))
    return f"SELECT {ids}, {_judgement()} {_from(shown)} {_ORDER}"


def _judgement() -> str:
    verdict = ", ".join(f"v.{quoted(name)}" for name in table.VERDICT_COLUMNS)
    flex = "v.slow_tier = 'flex'"
    low = f"CASE WHEN {flex} THEN p.flex_nano ELSE least(p.kept_nano, p.lost_nano) END"
    high = f"CASE WHEN {flex} THEN p.flex_nano ELSE greatest(p.kept_nano, p.lost_nano) END"
    return (
        f"{verdict}, {_usd('p.spend_nano')} AS spend_usd, {_usd(low)} AS batch_usd_low, "
        f"{_usd(high)} AS batch_usd_high, {_usd('p.flex_nano')} AS flex_usd, {_usd('p.sync_nano')} AS sync_usd"
    )


def _usd(nano: str) -> str:
    """Whole nano-dollars as dollars, without a float in between."""
    return f"CAST(CAST({nano} AS DECIMAL(18, 0)) * CAST(0.000000001 AS DECIMAL(10, 9)) AS DECIMAL(18, 9))"


def _from(shown: Shown) -> str:
    return f"""
FROM raw_calls AS r
JOIN calls AS c ON r.position = c.position
JOIN priced AS p ON r.position = p.position
JOIN unit_of AS u ON c.statement = u.statement
JOIN verdicts AS v ON u.unit = v.unit
{shown.joins}
WHERE c.record_kind NOT IN ('container', 'batch_aggregate', 'bucket')"""


ROWS: Final = "SELECT count(*) FROM calls WHERE record_kind NOT IN ('container', 'batch_aggregate', 'bucket')"
"""How many rows the tagged calls, or their tags, are."""
_ORDER: Final = "ORDER BY r.started_at, r.source, r.source_row, r.source_file, r.call_id, r.dedupe_key"
SQL_TYPES: Final = {
    "string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN",
    "timestamp[us, tz=UTC]": "TIMESTAMPTZ", "decimal128(18, 9)": "DECIMAL(18, 9)",
    "list<item: string>": "VARCHAR[]", "map<string, string>": "MAP(VARCHAR, VARCHAR)",
}  # fmt: skip
"""Types of the canonical table in the engine's words."""


def _moment(micro: int | None) -> datetime | None:
    return None if micro is None else EPOCH + timedelta(microseconds=micro)
