"""features.sql is one text for every engine."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import expressions as exp

from whowaits.logs.engine import features

DIALECTS = ("spark", "bigquery", "snowflake")


def transpiled(name: str, dialect: str) -> str:
    """A query in another engine's dialect; 128-bit integers are decimals without a fraction there."""
    tree = sqlglot.parse_one(features()[name], read="duckdb")
    for kind in tree.find_all(exp.DataType):
        if kind.this == exp.DataType.Type.INT128:
            kind.replace(exp.DataType.build("DECIMAL(38, 0)"))
    return tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", sorted(features()))
def test_every_query_transpiles_without_anything_unsupported(name: str, dialect: str) -> None:
    assert transpiled(name, dialect).startswith("SELECT")


@pytest.mark.parametrize("name", sorted(features()))
def test_no_query_uses_an_approximate_function_a_float_or_a_hidden_null_order(name: str) -> None:
    text = re.sub(r"--.*", "", features()[name]).upper()
    assert re.findall(r"APPROX|DOUBLE|FLOAT|\bAVG|STDDEV|QUANTILE", text) == []
    assert len(re.findall(r"ORDER BY", text)) * 3 == len(re.findall(r"NULLS FIRST", text))


def test_wide_integers_become_decimals_elsewhere() -> None:
    assert "DECIMAL(38, 0)" in transpiled("priced", "spark")
    assert "HUGEINT" not in transpiled("priced", "spark")
