"""`whowaits check`, as typer declares it; `cli/checking.py` does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whowaits.cli import checking, formats
from whowaits.cli.options import AsOf, Isolated, NoCache, Paths

Rules = Annotated[list[str], typer.Option(metavar="RULES", help="Only these rules report; a comma between two.")]
Ignored = Annotated[list[str], typer.Option(metavar="RULES", help="These rules do not report.")]
Excluded = Annotated[list[str], typer.Option(metavar="PATTERN", help="Code not to look at, as in a .gitignore.")]
MinSaving = Annotated[
    str | None, typer.Option(metavar="USD", help="A finding known to save less in 30 days fails nothing.")
]
Budget = Annotated[
    str | None, typer.Option(metavar="USD", help="New spend above it in 30 days fails the run; needs --usage.")
]


def check(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    output_format: Annotated[
        list[str], typer.Option("--format", metavar="FORMAT[=FILE]", help=", ".join(formats.FORMATS))
    ] = [],  # noqa: B006
    output_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there instead of to standard output.")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(metavar="FILE", help="Findings that are accepted for now.")] = None,
    diff_base: Annotated[
        str | None, typer.Option(metavar="REV", help="Only what is new since the merge base with this revision fails.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="POLICY", help="new, new-required or none.", show_default="as configured, else new"),
    ] = None,
    select: Rules = [],  # noqa: B006
    ignore: Ignored = [],  # noqa: B006
    exclude: Excluded = [],  # noqa: B006
    usage: Annotated[
        list[str], typer.Option(metavar="TAGGED", help="Logs, tagged or not: what each finding costs in a month.")
    ] = [],  # noqa: B006
    min_saving: MinSaving = None,
    budget: Budget = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count the findings of each rule.")] = False,
    show_settings: Annotated[bool, typer.Option("--show-settings", help="Print the settings, read nothing.")] = False,
    show_files: Annotated[bool, typer.Option("--show-files", help="Print the files that would be read.")] = False,
    stdin_filename: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Standard input holds this file as it will be saved.")
    ] = None,
    as_of: AsOf = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 although there are findings.")] = False,
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Find model calls in code that nobody waits for."""
    checking.run(
        checking.Options(
            paths=tuple(paths),
            format=tuple(output_format),
            output_file=output_file,
            baseline=baseline,
            diff_base=diff_base,
            fail_on=fail_on,
            select=tuple(select),
            ignore=tuple(ignore),
            exclude=tuple(exclude),
            usage=tuple(usage),
            min_saving=min_saving,
            budget=budget,
            statistics=statistics,
            show_settings=show_settings,
            show_files=show_files,
            stdin_filename=stdin_filename,
            as_of=as_of,
            exit_zero=exit_zero,
            no_cache=no_cache,
            isolated=isolated,
        )
    )
