"""The bar while logs are read: on a terminal only, on standard error, gone when it is done."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.logs.conftest import call, lines
from whowaits.config import Config
from whowaits.logs.keeping import keep
from whowaits.logs.meter import Meter


def on_a_terminal(*words: str | Path, **environment: str) -> tuple[str, str]:
    """What a run writes to standard output, which is a pipe, and to standard error, which is a terminal."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "whowaits", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    out = run.communicate(timeout=60)[0]
    os.close(ours)
    return out.decode(), shown.decode()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return lines(tmp_path / "calls.jsonl", [call(n, service="a") for n in range(3_000)])


@pytest.mark.slow
@pytest.mark.parametrize("command", ["ingest", "classify"])
def test_bytes_rows_and_time_left_are_shown_on_a_terminal(command: str, log: Path, tmp_path: Path) -> None:
    out, bar = on_a_terminal(command, "--isolated", log, "-o", tmp_path / "out.parquet")
    assert "3,000 rows" in bar
    assert "kB" in bar
    assert "\x1b[2K" in bar  # the line is wiped in the end
    assert "rows" not in out.partition("\n")[0].replace("rows read", "")


@pytest.mark.slow
def test_no_color_takes_the_colours_and_quiet_the_bar(log: Path, tmp_path: Path) -> None:
    words = ("ingest", "--isolated", log, "-o")
    coloured = on_a_terminal(*words, tmp_path / "1.parquet")[1]
    plain = on_a_terminal(*words, tmp_path / "2.parquet", NO_COLOR="1")[1]
    assert "\x1b[3" in coloured
    assert "\x1b[3" not in plain
    assert "3,000 rows" in plain
    assert on_a_terminal(*words, tmp_path / "3.parquet", "--quiet")[1] == ""


def test_what_is_read_twice_counts_once_and_ends_at_the_whole(log: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    meter = Meter(lambda m: seen.append((m.read, m.rows)))
    keep([log], tmp_path / "out.parquet", Config(), meter=meter)
    assert meter.total == log.stat().st_size
    assert (meter.read, meter.rows) == (meter.total, 3_000)
    assert seen == sorted(seen)
