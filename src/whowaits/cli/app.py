"""The commands, as typer shows and runs them."""

from __future__ import annotations

from typing import Annotated

import typer

import whowaits
from whowaits.cli import baseline, check, logs, register, reports, rule

app = typer.Typer(
    help="Finds model calls that nobody waits for, in code and in logs, and what a batch API would save on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(check.check)
app.command()(logs.classify)
app.command()(logs.ingest)
app.command()(reports.audit)
app.command()(reports.report)
app.command()(reports.metrics)
app.command()(register.workloads)
app.command()(register.init)
app.command()(register.answer)
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
