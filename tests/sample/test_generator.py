"""The sample logs are what their generator writes, and they hold what the README says."""

import ast
import gzip
import importlib
import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from whowaits import config

LARGEST = 8_000_000


@pytest.fixture
def company(newsroom: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(newsroom))
    return importlib.import_module("generator.company")


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_runs_write_the_same_bytes_whatever_the_hash_seed(run_generator: Any, tmp_path: Path) -> None:
    first = _files(run_generator(tmp_path / "a", "0.004", hash_seed="1"))
    second = _files(run_generator(tmp_path / "b", "0.004", hash_seed="2"))
    assert len(first) == 9
    assert first == second


@pytest.mark.slow
def test_the_committed_logs_hold_the_records_the_generator_writes(
    run_generator: Any, newsroom: Path, tmp_path: Path
) -> None:
    fresh = run_generator(tmp_path, "1")
    assert (fresh / "truth.json").read_bytes() == (newsroom / "truth.json").read_bytes()
    for path in sorted((newsroom / "logs").rglob("*.*")):
        again = fresh / path.relative_to(newsroom)
        if path.suffix == ".parquet":
            assert pq.read_table(path).equals(pq.read_table(again)), path.name
        else:
            assert gzip.decompress(path.read_bytes()) == gzip.decompress(again.read_bytes()), path.name


def test_the_company_fits_into_the_repository(newsroom: Path) -> None:
    assert sum(p.stat().st_size for p in newsroom.rglob("*") if p.is_file()) < LARGEST


def test_the_tagger_makes_200000_calls_between_two_and_six(newsroom: Path) -> None:
    table = pq.read_table(newsroom / "logs" / "apps" / "article-tagger-2026-09-15.parquet")
    answered = table.filter(pc.equal(table["status"], 200))
    articles = pc.replace_substring_regex(table["request_id"], "-attempt-.*", "")
    assert pc.count_distinct(articles).as_py() == 200_000
    assert 199_900 < answered.num_rows < 200_000
    for at in pc.min_max(table["ts"]).as_py().values():
        assert (at.date(), time(2) <= at.time() < time(6)) == (date(2026, 9, 15), True)


def test_every_other_night_of_the_quarter_is_there_at_one_percent(newsroom: Path) -> None:
    days: set[date] = set()
    for path in sorted((newsroom / "logs" / "lake").glob("*.parquet")):
        table = pq.read_table(path)
        assert pc.unique(table["sampling_rate"]).to_pylist() == [0.01]
        tagged = table.filter(pc.equal(table["service"], "article-tagger"))
        days |= {at.date() for at in tagged["ts"].to_pylist()}
    assert len(days) == 91
    assert (min(days), max(days), date(2026, 9, 15) in days) == (date(2026, 7, 1), date(2026, 9, 30), False)


def test_its_generator_and_its_register_agree_on_the_rates(newsroom: Path, company: ModuleType) -> None:
    prices = {entry.model: entry for entry in config.load(newsroom / "code").prices}
    assert set(prices) == set(company.RATES)
    for model, tiers in company.RATES.items():
        for tier, card in (("standard", prices[model].standard), ("batch", prices[model].batch)):
            uncached, cached, _, output = (Decimal(rate) / 1_000_000 for rate in tiers[tier])
            assert (card.input, card.output or 0) == (uncached, output), (model, tier)
            assert card.cache_read in (cached, None), (model, tier)


def test_the_places_in_the_logs_are_calls_in_the_code(newsroom: Path, company: ModuleType) -> None:
    placed = [w for w in company.WORKLOADS if w.code]
    assert len(placed) >= 7
    for workload in placed:
        path, function, line = workload.code
        tree = ast.parse((newsroom / "code" / path).read_text(encoding="utf-8"))
        around = next(n for n in ast.walk(tree) if getattr(n, "name", None) == function.rsplit(".", 1)[1])
        called = [ast.unparse(n.func) for n in ast.walk(around) if isinstance(n, ast.Call) and n.lineno == line]
        assert any(name.endswith(("create", "translate")) for name in called), workload.name


def test_the_private_sentences_stand_in_three_kinds_of_log(newsroom: Path, truth: dict[str, Any]) -> None:
    for kind in ("gateway", "traces", "apps"):
        packed = sorted((newsroom / "logs" / kind).glob("*.jsonl.gz"))
        text = "".join(gzip.decompress(path.read_bytes()).decode() for path in packed)
        for sentence in truth["private_strings"]:
            assert sentence in text or json.dumps(sentence)[1:-1] in text, (kind, sentence)


def test_the_bill_is_plausible_and_the_tagger_its_largest_batchable_part(truth: dict[str, Any]) -> None:
    rows = {row["workload"]: row for row in truth["workloads"]}
    spend = {name: Decimal(row["spend_usd"]) for name, row in rows.items()}
    assert sum(spend.values()) == Decimal(truth["spend_usd"])
    assert 30_000 < sum(spend.values()) < 60_000
    batchable = {name: spend[name] for name, row in rows.items() if row["batchable"]}
    assert max(batchable, key=lambda name: batchable[name]) == "article-tagger"
    told = sum(spend[name] for name, row in rows.items() if row["batchable"] and row["known_by"] != "nothing")
    assert Decimal("0.50") < told / sum(spend.values()) < Decimal("0.65")
