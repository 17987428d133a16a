"""CPU seconds of `whowaits classify` beside a bare scan-and-group of the same file, in pairs of runs: A B A B ...

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

CALLS = """
SELECT 'req_' || i AS request_id, '2026-09-01T00:00:00Z'::TIMESTAMPTZ + to_seconds(4 * i) AS ts,
  ['openai', 'anthropic', 'google'][1 + w % 3] AS provider,
  ['gpt-4o-mini', 'claude-haiku-4-5', 'gemini-2.5-flash'][1 + w % 3] AS model, '/v1/chat/completions' AS endpoint,
  CAST(200 + hash(i * 3) % 4000 AS BIGINT) AS input_tokens, CAST(20 + hash(i * 7) % 600 AS BIGINT) AS output_tokens,
  CAST(300 + hash(i * 11) % 9000 AS BIGINT) AS latency_ms,
  CASE WHEN hash(i * 13) % 50 = 0 THEN 500 ELSE 200 END AS status,
  'key-' || w % 40 AS api_key_alias, 'svc-' || w AS service,
  CASE WHEN w % 4 = 0 THEN 'user-' || hash(i * 17) % 20000 END AS user_id,
  ['team:t' || w % 9, ['env=prod', 'queue=bulk', 'deadline=24h'][1 + w % 3]] AS tags
FROM (SELECT i, CAST(floor(400 * pow((hash(i) % 1000003) / 1000003.0, 3)) AS INT) AS w FROM range({calls}) AS r(i))
"""
WRITTEN = {"parquet": "FORMAT parquet, COMPRESSION zstd", "jsonl": "FORMAT json", "csv": "FORMAT csv, HEADER"}
READ = {"parquet": "read_parquet", "jsonl": "read_json", "csv": "read_csv"}
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


def _files(folder: Path, calls: int) -> dict[str, Path]:
    import duckdb

    duckdb.sql("SET timezone = 'UTC'")
    duckdb.sql(f"CREATE TABLE calls AS {CALLS.format(calls=calls)}")
    paths = {kind: folder / f"calls.{kind}" for kind in WRITTEN}
    for kind, path in paths.items():
        rows = "SELECT * REPLACE (to_json(tags) AS tags) FROM calls" if kind == "csv" else "FROM calls"
        duckdb.sql(f"COPY ({rows}) TO '{path}' ({WRITTEN[kind]})")
    return paths


def _row(kind: str, path: Path, pairs: int) -> str:
    classify = [sys.executable, "-m", "whowaits", "classify", str(path), "--isolated", "--as-of", "2026-11-20"]
    query = f"SELECT service, model, count(*), sum(input_tokens) FROM {READ[kind]}('{path}') GROUP BY ALL"  # noqa: S608 - our own file
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
