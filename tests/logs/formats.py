"""What a reader makes of a file: every record of it, those that sum up calls as well."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from whowaits.config import Config
from whowaits.logs import ingest, table
from whowaits.logs.cleaning import OWN
from whowaits.logs.engine import DuckDB
from whowaits.logs.problems import Problems
from whowaits.logs.sources import find
from whowaits.logs.statements import Statements
from whowaits.model import Skipped

HOME = Path(__file__).parents[2]
SAMPLES = HOME / "sample_logs"
SHARED = HOME.parent / "shared" / "facts" / "samples"


def canonical(*paths: Path) -> list[dict[str, Any]]:
    """Every record of these logs, in the order read, without duplicates."""
    return read(*paths)[0]


def read(*paths: Path) -> tuple[list[dict[str, Any]], tuple[Skipped, ...]]:
    """Every record of these logs, and what was said about the rest."""
    with tempfile.TemporaryDirectory() as folder:
        engine, problems = DuckDB(Path(folder)), Problems()
        sources = find(paths, Path(folder))
        ingest.load(engine, sources, Path(folder), Statements(Config()), {}, problems, lambda _: None)
        cleaned = ", ".join(f"c.{name}" if name in OWN else f"r.{name}" for name in table.CALL_COLUMNS)
        rows = engine.rows(
            f"SELECT {cleaned} FROM raw_calls AS r JOIN calls AS c ON r.position = c.position ORDER BY r.position"
        )
        engine.close()
    return rows, problems.skipped()


def shown(value: Any) -> Any:
    """A value as it stands in JSON."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    return value


def log(folder: Path, records: Sequence[Mapping[str, Any]], name: str = "log.jsonl") -> Path:
    """A file of JSON lines."""
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path
