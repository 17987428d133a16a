"""SQL of the embedded engine -> the same query for Spark. The only module that knows sqlglot.

What Spark would silently answer otherwise is spelled out here; what it cannot say at all is an error.
"""

from __future__ import annotations

import functools
import sys
from typing import Final

import sqlglot
from sqlglot import expressions as exp

WIDE: Final = "DECIMAL(38, 0)"
"""128-bit integers are decimals without a fraction in Spark."""


@functools.cache
def transpiled(sql: str) -> str:
    """Return a query in Spark's dialect. ValueError (of sqlglot) for what it has no words for."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    return tree.transform(_in_spark).sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


@functools.cache
def unordered(sql: str) -> str:
    """Return a query without the order of its result: a folder of files has none."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    tree.set("order", None)
    return tree.sql(dialect="duckdb")


def quoted(name: str) -> str:
    """Return a name of a column as Spark writes it."""
    return exp.to_identifier(name, quoted=True).sql(dialect="spark")


def literal(value: str) -> str:
    """Return a text as a literal of Spark."""
    return exp.Literal.string(value).sql(dialect="spark")


def _in_spark(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128:
        return exp.DataType.build(WIDE)
    if isinstance(node, exp.Trim) and node.expression is None:
        return _trimmed(node)
    if isinstance(node, exp.RegexpFullMatch):
        return _matched(node)
    if isinstance(node, exp.Anonymous):
        own = _FUNCTIONS.get(node.name.lower())
        return own(node) if own else node
    return node


def _hashed(call: exp.Anonymous) -> exp.Expression:
    """Spark's hash skips nulls, so that (null, 'a') and ('a', null) would be one; where nulls are is hashed too."""
    parts = [part for value in call.expressions for part in (value, exp.Is(this=value.copy(), expression=exp.Null()))]
    return exp.Anonymous(this="xxhash64", expressions=parts)


def _trimmed(call: exp.Trim) -> exp.Expression:
    """DuckDB cuts off every kind of space of Unicode, Spark only the common one."""
    ends = exp.Literal.string(r"^\p{Zs}+|\p{Zs}+$")
    return exp.Anonymous(this="regexp_replace", expressions=[call.this, ends, exp.Literal.string("")])


def _matched(call: exp.RegexpFullMatch) -> exp.Expression:
    return exp.RegexpLike(this=call.this, expression=exp.Literal.string(rf"\A(?:{call.expression.name})\z"))


def _finite(call: exp.Anonymous) -> exp.Expression:
    """Spark orders NaN above every number, as DuckDB does."""
    return exp.LTE(this=exp.Abs(this=call.expressions[0]), expression=exp.Literal.number(repr(sys.float_info.max)))


def _microseconds(call: exp.Anonymous) -> exp.Expression:
    return exp.Anonymous(this="unix_micros", expressions=call.expressions)


_FUNCTIONS: Final = {"hash": _hashed, "epoch_us": _microseconds, "isfinite": _finite}
