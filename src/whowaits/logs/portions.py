"""The calls of each workload by month, provider, model, team and tier, with their money.

Sums of sampled calls are fractions of a nano-dollar. They are rounded along the way and not each by itself, so that
portions sum to their workload, and workloads to the bill, to the last nano-dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from whowaits.logs.cleaning import WEIGHT_ONE
from whowaits.logs.engine import Engine, features
from whowaits.logs.units import Unit
from whowaits.model import Portion, Tier
from whowaits.money.rates import usd

FIRST_DAY: Final = date(1970, 1, 1)
A_WEEK: Final = 168
FIGURES: Final = (
    "calls_micro", "unpriced_micro", "input_micro", "cached_micro", "output_micro", "spend_micro", "sync_micro",
    "lost_micro", "kept_micro", "flex_micro",
)  # fmt: skip
COUNTS: Final = ("priced_rows", "sync_rows", "batch_known", "flex_known", "movable_rows")
Row = Mapping[str, Any]


class Kind(NamedTuple):
    """What the calls of a portion have in common."""

    month: date | None
    provider: str | None
    model: str | None
    team: str | None
    tier: Tier


def scaled(micro: int) -> int:
    """Return millionths as a whole number, half away from zero."""
    sign = -1 if micro < 0 else 1
    return sign * ((abs(int(micro)) + WEIGHT_ONE // 2) // WEIGHT_ONE)


def measure(engine: Engine, found: Sequence[Unit], statements: Iterable[Row]) -> dict[int, tuple[Portion, ...]]:
    """Return the portions of each unit. `statements` says what the calls of each statement have in common."""
    _store_months(engine)
    unit_of = {statement: unit.number for unit in found for statement in unit.statements}
    said = {row["statement"]: row for row in statements}
    sums: dict[int, dict[Kind, dict[str, int]]] = {}
    for row in engine.rows(features()["portions"]):
        one = sums.setdefault(unit_of[row["statement"]], {}).setdefault(_kind(row, said[row["statement"]]), {})
        for name in (*FIGURES, *COUNTS):
            one[name] = one.get(name, 0) + int(row[name] or 0)
    return {number: tuple(_rounded(kinds)) for number, kinds in sums.items()}


def hours(engine: Engine) -> dict[int, tuple[int, ...]]:
    """Return the rows of each unit in each hour of the week, from Monday 00:00 UTC on."""
    found: dict[int, list[int]] = {}
    for row in engine.rows(features()["hours"]):
        found.setdefault(row["unit"], [0] * A_WEEK)[row["hour_of_week"]] = row["row_count"]
    return {number: tuple(counts) for number, counts in found.items()}


def _store_months(engine: Engine) -> None:
    """Keep the month of every day on which calls were made."""
    import pyarrow as pa

    days = sorted(row["day"] for row in engine.rows("SELECT DISTINCT day FROM calls WHERE day IS NOT NULL"))
    months = [12 * on.year + on.month - 1 for on in (FIRST_DAY + timedelta(days=day) for day in days)]
    schema = pa.schema([("day", pa.int64()), ("month_no", pa.int64())])
    batch = pa.record_batch([pa.array(days, pa.int64()), pa.array(months, pa.int64())], schema=schema)
    engine.store("months", [batch], schema)


def _kind(row: Row, said: Row) -> Kind:
    number = row["month_no"]
    month = None if number is None else date(number // 12, number % 12 + 1, 1)
    return Kind(month, said["provider"], said["model_canonical"], said["team"], said["service_tier"] or "unknown")


def _order(kind: Kind) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in kind)


def _rounded(kinds: Mapping[Kind, Mapping[str, int]]) -> Iterable[Portion]:
    """The portions in their order, each the difference between two rounded sums: together they are the rounded sum."""
    so_far = dict.fromkeys(FIGURES, 0)
    ordered = sorted(kinds.items(), key=lambda item: _order(item[0]))
    swapped = sum(row["lost_micro"] for row in kinds.values()) > sum(row["kept_micro"] for row in kinds.values())
    for kind, row in ordered:
        before = {name: scaled(so_far[name]) for name in FIGURES}
        so_far = {name: so_far[name] + row[name] for name in FIGURES}
        part = {name: scaled(so_far[name]) - before[name] for name in FIGURES}
        yield _portion(kind, row, part, swapped)


def _portion(kind: Kind, row: Mapping[str, int], part: Mapping[str, int], swapped: bool) -> Portion:
    low, high = ("kept_micro", "lost_micro") if swapped else ("lost_micro", "kept_micro")
    batch = row["batch_known"] > 0 or row["movable_rows"] == 0
    flex = row["flex_known"] > 0 or row["movable_rows"] == 0
    return Portion(
        **kind._asdict(),
        calls=part["calls_micro"],
        unpriced_calls=part["unpriced_micro"],
        input_tokens=part["input_micro"],
        cached_tokens=part["cached_micro"],
        output_tokens=part["output_micro"],
        spend_usd=_usd(part["spend_micro"], row["priced_rows"] > 0),
        sync_usd=_usd(part["sync_micro"], row["sync_rows"] > 0),
        batch_low_usd=_usd(part[low], batch),
        batch_high_usd=_usd(part[high], batch),
        flex_usd=_usd(part["flex_micro"], flex),
    )


def _usd(nano: int, known: bool) -> Decimal | None:
    return usd(nano) if known else None
