"""What a quarter of calls would take on a cluster, on paper: a measured rate times a number of calls.

python bench/scale.py --run SMALL.parquet LARGE.parquet    measures both engines on two files of canonical calls
python bench/scale.py --rate 12000                         prints the table of docs/scale.md from a rate

A rate is calls per CPU second between the two files, so that the start of an engine, which does not grow, is left
out. Everything else is taken to grow with the number of calls: see docs/scale.md for what that leaves out.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

QUARTER_CALLS: Final = 10e9
CORES: Final = (16, 64, 256)
HOUR_S: Final = 3_600
USD_PER_CORE_HOUR: Final = 0.05
"""A round figure for a virtual core on demand; put your own in with --usd."""
EFFICIENCY: Final = 0.7
"""Share of the cores' time that is work: shuffles, stragglers and start take the rest. An assumption."""
COMMAND: Final = (sys.executable, "-m", "whowaits", "classify", "--isolated", "--as-of", "2026-11-20")
CHILD_SUBREAPER: Final = 36
BYTES_A_CALL: Final = 50
"""Of canonical Parquet with zstd; --bytes for another measure."""


def main() -> None:
    """Print what was measured, or the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, nargs=2, help="canonical Parquet, few calls and many")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--calls", type=float, default=QUARTER_CALLS)
    parser.add_argument("--rate", type=float, help="calls per CPU second")
    parser.add_argument("--usd", type=float, default=USD_PER_CORE_HOUR, help="dollars per core and hour")
    parser.add_argument("--bytes", type=float, default=BYTES_A_CALL, help="of Parquet a call")
    asked = parser.parse_args()
    if asked.run:
        measure(*asked.run, asked.master)
    else:
        print(table(asked.calls, asked.rate, asked.usd, asked.bytes))


def table(calls: float, rate: float, usd: float, size: float) -> str:
    """Return the table: CPU = calls / rate; hours = CPU / cores / efficiency; dollars = cores x hours x price."""
    cpu_hours = calls / rate / HOUR_S
    lines = [
        f"{calls:,.0f} calls, {calls * size / 1e12:,.2f} TB of Parquet, {rate:,.0f} calls a CPU second: "
        f"{cpu_hours:,.0f} CPU hours\n",
        "| cores | hours | USD |",
        "|---|---|---|",
    ]
    for cores in CORES:
        hours = cpu_hours / cores / EFFICIENCY
        lines.append(f"| {cores} | {hours:,.1f} | {cores * hours * usd:,.0f} |")
    return "\n".join(lines)


def measure(small: Path, large: Path, master: str) -> None:
    """Print CPU seconds of both engines on both files, judging only, and the calls a CPU second between them."""
    import pyarrow.parquet as pq

    few, many = (pq.read_metadata(path).num_rows for path in (small, large))
    print(f"| engine | {few:,} calls, CPU s | {many:,} calls, CPU s | calls a CPU second |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for engine in (["duckdb"], ["spark", "--spark-master", master]):
            of_few, of_many = (
                _cpu([*COMMAND, str(path.resolve()), "--engine", *engine], folder) for path in (small, large)
            )
            rate = (many - few) / (of_many - of_few)
            print(f"| {engine[0]} | {of_few:.0f} | {of_many:.0f} | {rate:,.0f} |", flush=True)


def _cpu(command: list[str], folder: str) -> float:
    """CPU seconds of a command and of everything that it started, also what outlives it (Linux)."""
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)  # noqa: S603
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
