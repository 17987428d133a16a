"""The command line: paths in, text out, exit code. No decisions are made here.

Exit codes: 0 nothing found, 1 findings, 2 wrong use or a rule or config error, 3 nothing could be read.
Modules that load typer, pandas, pyarrow, DuckDB or Jinja are imported inside the command that needs them, so that
`check` starts fast.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from whowaits.cli import quick

__all__ = ["logs_spread", "main"]

_AT_ONCE = 16 << 20
"""The most that the allocator of Linux keeps for the next file; else every file that is parsed makes it ask anew."""


def main() -> None:
    """Run the command line; a broken pipe ends quietly, as a terminal user expects."""
    bytes(_AT_ONCE)  # the allocator learns from it that such an amount is not worth giving back
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that the terminal cannot write is no reason to stop
    gc.set_threshold(100_000)  # what a run makes it keeps; a look through all of it every 700 objects finds nothing
    try:
        _run(sys.argv[1:])
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    finally:
        gc.freeze()  # the process ends: nothing is left to collect


def _run(words: Sequence[str]) -> None:
    options = quick.options(words)
    if options is None:
        from whowaits.cli.app import app

        app(args=logs_spread(words))
    else:
        from whowaits.cli import checking

        checking.run(options)


def logs_spread(words: Sequence[str]) -> list[str]:
    """Repeat `--logs` before each further log file: a shell turns `--logs night/*.gz` into several words.

    A folder or a Python file that follows is code to read, as without `--logs`.
    """
    spread: list[str] = []
    for word in words:
        of_logs = len(spread) > 1 and spread[-2] == "--logs"
        path = Path(word)
        if of_logs and ("://" in word or (path.is_file() and path.suffix not in (".py", ".ipynb"))):
            spread.append("--logs")
        spread.append(word)
    return spread
