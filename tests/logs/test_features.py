"""features.sql is one text for every engine."""

from __future__ import annotations

import re

import pytest

from whowaits.logs import aggregates, cleaning, doubts, results
from whowaits.logs.engine import features
from whowaits.logs.private import Shown
from whowaits.logs.spark_sql import transpiled, unordered

TEXTS = {
    **features(),
    **{name: getattr(cleaning, name) for name in ("TWICE", "DUPLICATES", "ELSEWHERE", "IMPOSSIBLE", "CALLS")},
    **{name: getattr(aggregates, name) for name in ("AGGREGATES", "COVERAGE")},
    **{name: getattr(doubts, name) for name in ("PRESENT", "STATED")},
    "tags": results.tags_sql(Shown({})),
}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_query_transpiles_without_anything_unsupported(name: str) -> None:
    assert transpiled(TEXTS[name]).startswith("SELECT")


@pytest.mark.parametrize("name", sorted(features()))
def test_no_query_uses_an_approximate_function_a_float_or_a_hidden_null_order(name: str) -> None:
    text = re.sub(r"--.*", "", features()[name]).upper()
    assert re.findall(r"APPROX|DOUBLE|FLOAT|\bAVG|STDDEV|QUANTILE", text) == []
    assert len(re.findall(r"ORDER BY", text)) * 3 == len(re.findall(r"NULLS FIRST", text))


def test_wide_integers_become_decimals_elsewhere() -> None:
    priced = transpiled(features()["priced"])
    assert "DECIMAL(38, 0)" in priced
    assert "HUGEINT" not in priced


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("hash(a, b)", "XXHASH64(a, a IS NULL, b, b IS NULL)"),
        ("epoch_us(a)", "UNIX_MICROS(a)"),
        ("trim(a)", r"REGEXP_REPLACE(a, '^\\p{Zs}+|\\p{Zs}+$', '')"),
        ("isfinite(a)", "ABS(a) <= 1.7976931348623157e+308"),
        ("regexp_full_match(a, '[a-f]+|x')", r"a RLIKE '\\A(?:[a-f]+|x)\\z'"),
        ("a // b", "a DIV b"),
        ("'it''s'", r"'it\'s'"),
    ],
)
def test_what_spark_would_answer_otherwise_is_spelled_out(here: str, there: str) -> None:
    assert transpiled(f"SELECT {here} AS x") == f"SELECT {there} AS x"


def test_an_order_of_files_is_left_out() -> None:
    assert unordered("SELECT a FROM t WHERE b = 'x' ORDER BY a") == "SELECT a FROM t WHERE b = 'x'"
