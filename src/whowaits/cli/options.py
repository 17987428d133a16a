"""Options that several commands share, as typer declares them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def _day(word: str) -> date:
    """The day that was written; anything else ends the run, showing how a day is written."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise typer.BadParameter(f"`{word}` is no day; write it like 2026-11-30") from None


Paths = Annotated[list[Path], typer.Argument(help="Files or folders of the program to read.", show_default="here")]
Isolated = Annotated[bool, typer.Option("--isolated", help="Use no configuration file.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")]
Mapping = Annotated[
    list[str], typer.Option("--map", metavar="FIELD=PATH", help="Where a plain log keeps a canonical column.")
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=_day,
        metavar="DAY",
        help="Day of the prices and of the suppressions: 2026-11-30.",
        show_default="today",
    ),
]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Make it fit to share: pseudonyms for names of keys, workloads, teams and paths."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Project = Annotated[
    Path | None,
    typer.Option("--project", help="Folder whose schedules and runbooks speak of the jobs in these logs."),
]
