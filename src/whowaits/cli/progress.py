"""A bar on the terminal while logs are read: bytes, rows, time left. None where standard error is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whowaits.logs.meter import Meter


@contextmanager
def bar(*, quiet: bool) -> Iterator[Meter]:
    """Give a meter that is shown while the block runs, in colours unless NO_COLOR is set; it leaves nothing behind."""
    from whowaits.logs.meter import Meter

    if quiet or not sys.stderr.isatty():
        yield Meter()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, rows="0")

        def update(meter: Meter) -> None:
            shown.update(task, total=meter.total or None, completed=meter.read, rows=f"{meter.rows:,}")

        yield Meter(update)
