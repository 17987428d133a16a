"""CPU seconds of `whowaits classify` beside a bare scan-and-group of the same file, in pairs of runs: A B A B ...

The scan reads what names a workload and what it is paid by, and groups it by name, model and minute.

make bench-logs                       1M calls as Parquet, JSON lines and CSV, 3 pairs
python bench/logs.py --calls 200000 --pairs 1
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from traffic import calls

WRITTEN = {"parquet": "FORMAT parquet, COMPRESSION zstd", "jsonl": "FORMAT json", "csv": "FORMAT csv, HEADER"}
READ = {"parquet": "read_parquet", "jsonl": "read_json", "csv": "read_csv"}
BARE = """
SELECT count(*) FROM (
  SELECT service, api_key_alias, model, date_trunc('minute', ts) AS minute, count(*) AS calls,
    sum(input_tokens) AS input, sum(output_tokens) AS output
  FROM {} GROUP BY ALL
)
"""
SCAN = "import duckdb, sys; duckdb.sql(sys.argv[1]).fetchall()"


def main() -> None:
    """Print one row a format: CPU seconds of both, their ratio, and MB of text or file per CPU second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("| file | MB | classify, CPU s | bare scan, CPU s | ratio | MB per CPU s |\n|---|---|---|---|---|---|")
        for kind, path in _files(Path(folder), asked.calls).items():
            print(_row(kind, path, asked.pairs), flush=True)


def _files(folder: Path, count: int) -> dict[str, Path]:
    import duckdb

    duckdb.sql("SET timezone = 'UTC'")
    duckdb.sql(f"CREATE TABLE calls AS {calls(count)}")
    paths = {kind: folder / f"calls.{kind}" for kind in WRITTEN}
    for kind, path in paths.items():
        rows = "SELECT * REPLACE (to_json(tags) AS tags) FROM calls" if kind == "csv" else "FROM calls"
        duckdb.sql(f"COPY ({rows}) TO '{path}' ({WRITTEN[kind]})")
    return paths


def _row(kind: str, path: Path, pairs: int) -> str:
    classify = [sys.executable, "-m", "whowaits", "classify", str(path), "--isolated", "--as-of", "2026-11-20"]
    query = BARE.format(f"{READ[kind]}('{path}')")
    both = [(_cpu(classify), _cpu([sys.executable, "-c", SCAN, query])) for _ in range(pairs)]
    ours, bare = (statistics.median(column) for column in zip(*both, strict=True))
    ratio = statistics.median(a / b for a, b in both)
    size = path.stat().st_size / 1e6
    return f"| {kind} | {size:.0f} | {ours:.1f} | {bare:.2f} | {ratio:.1f} | {size / ours:.0f} |"


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
