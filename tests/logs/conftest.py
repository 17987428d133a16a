"""Small logs written on the spot, and what the log half makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from whowaits import logs
from whowaits.config import Config, read
from whowaits.model import Classified, Workload

AS_OF = date(2026, 11, 20)
START = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)

Classify = Callable[..., Classified]
CALL = {
    "model": "gpt-4o-mini",
    "provider": "openai",
    "endpoint": "/v1/chat/completions",
    "input_tokens": 1000,
    "output_tokens": 100,
    "latency_ms": 2000,
    "status": 200,
}


def call(number: int = 0, **fields: Any) -> dict[str, Any]:
    """One call of a plain log; calls with different numbers are ten seconds apart."""
    at = START + timedelta(seconds=10 * number)
    return {"ts": at.isoformat(), "request_id": f"req_{number}", **CALL, **fields}


def lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def config(folder: Path, text: str) -> Config:
    path = folder / "whowaits.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.fixture
def classify(tmp_path: Path) -> Classify:
    """Classify rows of a plain log, or the files that are given; `register` is the text of a whowaits.toml."""

    def run(*items: Any, register: str = "", mapping: Mapping[str, str] | None = None) -> Classified:
        sources = [i for i in items if isinstance(i, Path)]
        rows = [i for i in items if not isinstance(i, Path)]
        if rows:
            sources.append(lines(tmp_path / "calls.jsonl", rows))
        settings = config(tmp_path, register) if register else Config()
        with logs.classify(sources, settings, AS_OF, mapping=mapping) as session:
            return session.classified

    return run


def only(classified: Classified) -> Workload:
    """The only workload."""
    assert [w.name for w in classified.workloads] == [classified.workloads[0].name]
    return classified.workloads[0]


def named(classified: Classified, part: str) -> Workload:
    """The only workload whose name contains a text."""
    found = [w for w in classified.workloads if part in w.name]
    assert len(found) == 1, [w.name for w in classified.workloads]
    return found[0]
