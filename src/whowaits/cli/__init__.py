"""The command line: paths in, text out, exit code. No decisions are made here.

Exit codes: 0 nothing found, 1 findings, 2 wrong use or a rule or config error, 3 nothing could be read.
Modules that load pandas, pyarrow, DuckDB or Jinja are imported inside the command that needs them, so that
`check` starts fast.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import whowaits
from whowaits.cli import baseline as baseline
from whowaits.cli import check as check
from whowaits.cli import logs as logs
from whowaits.cli import rule as rule

__all__ = ["app", "logs_spread", "main"]

app = typer.Typer(
    help="Finds model calls that nobody waits for, in code and in logs, and what a batch API would save on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(check.check)
app.command()(logs.classify)
app.command()(logs.audit)
app.add_typer(baseline.app, name="baseline")
app.command()(rule.rule)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Print the version where it is asked for."""
    if show:
        print(f"whowaits {whowaits.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a broken pipe ends quietly, as a terminal user expects."""
    gc.set_threshold(100_000)  # what a run makes it keeps; a look through all of it every 700 objects finds nothing
    try:
        app(args=logs_spread(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    finally:
        gc.freeze()  # the process ends: nothing is left to collect


def logs_spread(words: Sequence[str]) -> list[str]:
    """Repeat `--logs` before each further log file: a shell turns `--logs night/*.gz` into several words.

    A folder or a Python file that follows is code to read, as without `--logs`.
    """
    spread: list[str] = []
    for word in words:
        of_logs = len(spread) > 1 and spread[-2] == "--logs"
        path = Path(word)
        if of_logs and path.is_file() and path.suffix not in (".py", ".ipynb"):
            spread.append("--logs")
        spread.append(word)
    return spread
