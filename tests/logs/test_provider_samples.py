"""Readers of providers' own files, gateways and agents against the samples: the shared ones and those beside here."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.logs.formats import SAMPLES, SHARED, canonical, read, shown
from whowaits.logs.registry import all_readers, is_fallback

READERS = (
    "anthropic_batch", "anthropic_bodies", "anthropic_console", "anthropic_usage", "claude_code", "cloudflare", "codex",
    "kong", "openai_batch", "openai_bodies", "openai_usage", "openrouter", "portkey", "vercel",
)  # fmt: skip
PREFIXES = ("anthropic_", "claude_code", "cloudflare", "codex", "kong", "openai_", "openrouter", "portkey", "vercel")
NUMBERS = (
    "duration_ms", "ttft_ms", "input_tokens_total", "input_tokens_uncached", "cache_read_tokens", "cache_write_tokens",
    "output_tokens_total", "reasoning_tokens", "cost_usd", "request_count",
)  # fmt: skip


def expected() -> dict[str, list[dict[str, str]]]:
    if not SHARED.is_dir():
        return {}
    with (SHARED / "EXPECTED.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sample"].startswith(PREFIXES)]
    return {sample: [row for row in rows if row["sample"] == sample] for sample in sorted({r["sample"] for r in rows})}


EXPECTED = expected()


def differences(row: dict[str, Any], want: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """Columns in which a row is not what is expected; what is not expected to be known is null."""
    found = {name: (row[name], Decimal(want[name]) if want[name] else None) for name in NUMBERS}
    found |= {name: (row[name], want[name] == "true" if want[name] else None) for name in ("streamed", "is_batch")}
    found |= {name: (row[name], want[name]) for name in ("record_kind", "status")}
    found["model"] = (row["model_response"] or row["model_requested"], want["model"] or None)
    for name in ("started_at", "ended_at"):
        if want[name] or row["record_kind"] == "call":  # sums have the times of their buckets, items that of their body
            found[name] = (shown(row[name]), want[name] or None)
    if named := want["native_or_response_id"]:
        found["id"] = (named in (row["request_id"], row["call_id"], row["custom_id"]), True)
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


@pytest.mark.skipif(not EXPECTED, reason="the shared samples are not here")
@pytest.mark.parametrize("sample", sorted(EXPECTED) or ["none"])
def test_shared_samples_of_providers_give_exactly_the_expected_rows(sample: str) -> None:
    rows = canonical(SHARED / sample)
    assert [differences(row, want) for row, want in zip(rows, EXPECTED[sample], strict=True)] == [{}] * len(rows)


def files(reader: str) -> list[Path]:
    return sorted(path for path in (SAMPLES / reader).iterdir() if path.name != "expected.json")


@pytest.mark.parametrize("reader", READERS)
def test_every_record_of_a_sample_is_what_stands_beside_it(reader: str) -> None:
    wanted = json.loads((SAMPLES / reader / "expected.json").read_text(encoding="utf-8"))
    rows = canonical(*files(reader))
    found = [{name: as_json(row, name) for name in want} for row, want in zip(rows, wanted, strict=True)]
    assert found == wanted
    assert {row["source"] for row in rows} == {reader}


def as_json(row: dict[str, Any], name: str) -> Any:
    value = shown(row[name])
    return Path(value).name if name == "source_file" else value


def lines_of_all_samples() -> list[Path]:
    folders = [SAMPLES / reader for reader in (*READERS, "litellm", "otel", "plain")]
    own = [path for folder in folders for path in folder.iterdir() if not path.name.endswith("expected.json")]
    return sorted([*own, *(path for path in SHARED.glob("*") if path.suffix != ".gz")])


@pytest.mark.parametrize("path", lines_of_all_samples(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_head_is_claimed_by_one_reader_however_early_it_breaks_off(path: Path) -> None:
    content = path.read_bytes()
    for length in {len(content) // 3, len(content) // 2, len(content)}:
        claims = [r.NAME for r in all_readers() if not is_fallback(r) and r.recognise(content[:length])]
        assert len(claims) <= 1, (length, claims)


@pytest.mark.parametrize("reader", READERS)
def test_a_copy_of_a_log_adds_nothing(reader: str, tmp_path: Path) -> None:
    copies = [tmp_path / f"copy-{path.name}" for path in files(reader)]
    for copy, path in zip(copies, files(reader), strict=True):
        copy.write_bytes(path.read_bytes())
    once = [row["dedupe_key"] for row in canonical(*files(reader)) if row["record_kind"] != "container"]
    twice = [row["dedupe_key"] for row in canonical(*files(reader), *copies) if row["record_kind"] != "container"]
    assert sorted(twice) == sorted(once)
    assert len(set(once)) == len(once)


WORDS = (
    "ferry times", "harbour news", "Describe the quay", "letter in today", "rowing boat", "Tide tables", "Tag this",
    "grid empty", "Crossword", "Sort the index", "Be brief",
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_no_word_of_a_prompt_or_an_answer_leaves_a_reader(reader: str) -> None:
    rows, skipped = read(*files(reader))
    told = repr(rows) + repr(skipped)
    assert [words for words in WORDS if words in told] == []
