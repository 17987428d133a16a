"""Writes logs/ and truth.json of the sample news company.

    python sample_logs/newsroom/generate.py [--out FOLDER] [--scale 1.0]

Seeded: the same records every time. The compressed bytes are the same too as long as zlib and pyarrow are.
`--scale` thins everything, for tests.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator import gateway, tables, traces  # noqa: E402
from generator.calls import Call, stream_of  # noqa: E402
from generator.company import BY_NAME, WORKLOADS  # noqa: E402
from generator.days import FIRST_DAY, FULL_DAY, LAST_DAY  # noqa: E402
from generator.traffic import calls_of  # noqa: E402
from generator.truth import PRIVATE, Truth  # noqa: E402

SAMPLED = 100
TRACED_TOO = ("copilot", "reader-web")
"""These the gateway logs and the service traces: the same call stands in both, under the same response id."""
TAGGER_TRACES = 400
"""The tagger traces one call in so many."""


def generate(out: Path, scale: float = 1.0) -> None:
    """`out` holds logs/ and truth.json."""
    truth = Truth()
    write_full_day(out / "logs", scale, truth)
    write_sampled_days(out / "logs", scale, truth)
    text = json.dumps(truth.as_json(), indent=1, ensure_ascii=False) + "\n"
    (out / "truth.json").write_text(text, encoding="utf-8")


def write_full_day(logs: Path, scale: float, truth: Truth) -> None:
    """Everything that was called on the full day, each workload where it really logs."""
    night = {w.name: with_secrets(list(truth.counting(calls_of(w.name, FULL_DAY, scale, 1)))) for w in WORKLOADS}
    day = FULL_DAY.isoformat()
    through_gateway = [call for w in WORKLOADS if w.key for call in night[w.name]]
    write_gzip(logs / "gateway" / f"spend_logs-{day}.jsonl.gz", gateway.lines(through_gateway))
    traced = [call for name in ("copilot-research", "ticket-triage") for call in night[name]]
    traced += [call for name in TRACED_TOO for call in night[name] if call.billed]
    traced += [call for call in night["article-tagger"] if call.succeeded][::TAGGER_TRACES]
    write_gzip(logs / "traces" / f"spans-{day}.jsonl.gz", traces.lines(traced))
    (logs / "apps").mkdir(parents=True, exist_ok=True)
    tables.write_parquet(logs / "apps" / f"article-tagger-{day}.parquet", night["article-tagger"])
    write_gzip(logs / "apps" / f"search-suggest-{day}.csv.gz", tables.csv_lines(night["search-suggestions"]))
    write_gzip(logs / "apps" / f"photo-captions-{day}.jsonl.gz", tables.json_lines(night["photo-captions"]))


def write_sampled_days(logs: Path, scale: float, truth: Truth) -> None:
    """One record in a hundred of all other days, a file a month, as the data lake keeps them."""
    months: dict[int, list[Call]] = {}
    for day in days():
        if day != FULL_DAY:
            for workload in WORKLOADS:
                calls = truth.counting(calls_of(workload.name, day, scale / SAMPLED, SAMPLED))
                months.setdefault(day.month, []).extend(calls)
    (logs / "lake").mkdir(parents=True, exist_ok=True)
    for month, calls in sorted(months.items()):
        tables.write_parquet(logs / "lake" / f"calls-2026-{month:02d}.parquet", calls)


def days() -> Iterator[date]:
    day = FIRST_DAY
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=1)


def with_secrets(calls: list[Call]) -> list[Call]:
    """The calls, a few of which carry a text that nobody may ever see again."""
    if calls and BY_NAME[calls[0].workload].name in ("copilot", "ticket-triage", "legacy-tools", "photo-captions"):
        rng = stream_of("secrets", calls[0].workload)
        for text in PRIVATE:
            calls[rng.randrange(len(calls))].private = text
    return calls


def write_gzip(path: Path, lines: Iterable[str]) -> None:
    """`path` holds the lines, compressed without a name or a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        for line in lines:
            packed.write(line.encode() + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the logs of the sample news company.")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    generate(given.out, given.scale)


if __name__ == "__main__":
    main()
