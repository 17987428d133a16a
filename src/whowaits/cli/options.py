"""Options that several commands share, as typer declares them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[list[Path], typer.Argument(help="Files or folders of the program to read.", show_default="here")]
Isolated = Annotated[bool, typer.Option("--isolated", help="Use no configuration file.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")]
Mapping = Annotated[
    list[str], typer.Option("--map", metavar="FIELD=PATH", help="Where a plain log keeps a canonical column.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Day of the prices and of the suppressions: 2026-11-30.",
        show_default="today",
    ),
]
