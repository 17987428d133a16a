"""The rates of the calls in `calls`, as the table `prices` that features.sql joins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from whowaits.config import PriceEntry
from whowaits.logs.engine import Engine, features
from whowaits.money.prices import RateKey, RateRow, rate_rows

NO_LIMIT: Final = 2**62
FIRST_DAY: Final = date(1970, 1, 1)
RANGE: Final = ("more_than", "up_to")
AMOUNTS: Final = (
    "_input",
    "_cache_read",
    "_cache_write_5m",
    "_cache_write_1h",
    "_output",
    "_search",
    "_request",
    "_lost",
    "_factor_ppm",
)


def store(engine: Engine, as_of: date, own: Sequence[PriceEntry]) -> None:
    """Keep the rates of every provider, model, operation, tier and day that occurs. Calls without a time are
    priced at `as_of`."""
    import pyarrow as pa

    wanted: dict[RateKey, list[int]] = {}
    for row in engine.rows(features()["price_keys"]):
        wanted.setdefault(_key(row, as_of), []).append(row["price_key"])
    numbers = [name for name in RateRow._fields if name in RANGE or name.endswith(AMOUNTS)]
    schema = pa.schema([("price_key", pa.int64()), *((name, pa.int64()) for name in numbers)])
    rows = [
        (price_key, *(_number(rate, name) for name in numbers))
        for rate in rate_rows(wanted, as_of, own)
        for price_key in wanted[RateKey(rate.provider, rate.model, rate.kind, rate.tier, rate.day)]
    ]
    columns = [pa.array([row[i] for row in rows], type=field.type) for i, field in enumerate(schema)]
    engine.store("prices", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)


def _key(row: dict[str, Any], as_of: date) -> RateKey:
    day = as_of if row["day"] is None else FIRST_DAY + timedelta(days=row["day"])
    return RateKey(row["provider"], row["model"], row["kind"], row["tier"], day)


def _number(rate: RateRow, name: str) -> int | None:
    value: int | None = getattr(rate, name)
    return NO_LIMIT if name == "up_to" and value is None else value
