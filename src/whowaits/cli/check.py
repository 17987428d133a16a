"""`whowaits check`: findings in code, new ones first of all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whowaits import config
from whowaits.cli import formats
from whowaits.cli.shared import (
    FOUND,
    AsOf,
    Isolated,
    NoCache,
    Paths,
    day,
    fail,
    nothing_read,
    root_of,
    show,
    wrong_use_is_exit_2,
)
from whowaits.config import Config
from whowaits.gate_settings import FailOn, one_of_fail_on
from whowaits.model import Scan

if TYPE_CHECKING:
    from datetime import date

    from whowaits.code.checked import Question

Rules = Annotated[list[str], typer.Option(metavar="RULES", help="Only these rules report; a comma between two.")]
Ignored = Annotated[list[str], typer.Option(metavar="RULES", help="These rules do not report.")]
Excluded = Annotated[list[str], typer.Option(metavar="PATTERN", help="Code not to look at, as in a .gitignore.")]
Dollars = Annotated[str | None, typer.Option(metavar="USD", help="Dollars in 30 days, as logged.")]


def check(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    output_format: Annotated[
        list[str], typer.Option("--format", metavar="FORMAT[=FILE]", help=", ".join(formats.FORMATS))
    ] = [],  # noqa: B006
    output_file: Annotated[Path | None, typer.Option(help="Write there instead of to standard output.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Findings that are accepted for now.")] = None,
    diff_base: Annotated[
        str | None, typer.Option(metavar="REV", help="Only what is new since the merge base with this revision fails.")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="new, new-required or none.", show_default="as configured, else new")
    ] = None,
    select: Rules = [],  # noqa: B006
    ignore: Ignored = [],  # noqa: B006
    exclude: Excluded = [],  # noqa: B006
    usage: Annotated[
        list[str], typer.Option(metavar="TAGGED", help="Logs, tagged or not: what each finding costs in a month.")
    ] = [],  # noqa: B006
    min_saving: Dollars = None,
    budget: Dollars = None,
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
    from whowaits.code import checked, gate
    from whowaits.report import check as render

    wanted = formats.outputs(output_format, output_file)
    with wrong_use_is_exit_2():
        root, named, given = _what_to_read(paths, stdin_filename)
        settings = _overruled(config.load(root, isolated=isolated), fail_on, min_saving, budget)
        question = checked.Question(
            root=root,
            named=named,
            cache=not no_cache,
            select=_words(select),
            ignore=_words(ignore),
            exclude=tuple(exclude),
            baseline=baseline,
            diff_base=diff_base,
            as_of=day(as_of),
            given=given,
        )
        if show_settings or show_files:
            _show_without_reading(question, settings, files=show_files)
            return
        scan = _with_money(checked.check(question, settings), usage, settings, day(as_of))
    if statistics:
        show(render.render_statistics(scan))
    else:
        formats.write(scan, wanted, settings.gate.rule_link)
    if scan.files == 0:
        nothing_read()
    failing = gate.failing(scan, settings.gate)
    for reason in failing.reasons:
        print(f"whowaits: {reason}", file=sys.stderr)
    if (failing.findings or failing.over_budget) and not exit_zero:
        raise typer.Exit(FOUND)


def _what_to_read(
    paths: Sequence[Path], stdin_filename: Path | None
) -> tuple[Path, tuple[Path, ...], dict[str, bytes] | None]:
    """The root, what is reported, and what a file holds that is not saved yet."""
    if stdin_filename is None:
        return root_of(paths), tuple(paths), None
    unnamed = list(paths) == [Path()]
    root = config.find_root([stdin_filename]) if unnamed else root_of(paths)
    full = stdin_filename.resolve()
    if not full.is_relative_to(root.resolve()):
        fail(f"--stdin-filename {stdin_filename}: lies outside of {root}")
    return root, (stdin_filename,), {full.relative_to(root.resolve()).as_posix(): sys.stdin.buffer.read()}


def _overruled(settings: Config, fail_on: str | None, min_saving: str | None, budget: str | None) -> Config:
    """The settings with what the command line says instead."""
    gate = settings.gate
    return replace(
        settings,
        gate=replace(
            gate,
            fail_on=gate.fail_on if fail_on is None else _fail_on(fail_on),
            min_saving=gate.min_saving if min_saving is None else _dollars("--min-saving", min_saving),
            budget=gate.budget if budget is None else _dollars("--budget", budget),
        ),
    )


def _fail_on(word: str) -> FailOn:
    try:
        return one_of_fail_on(word)
    except ValueError as error:
        fail(f"--fail-on: {error}")


def _dollars(option: str, word: str) -> Decimal:
    try:
        amount = Decimal(word)
    except InvalidOperation:
        fail(f"{option} {word}: an amount of dollars is expected, for example 25")
    if not amount.is_finite() or amount < 0:
        fail(f"{option} {word}: an amount of dollars is expected, for example 25")
    return amount


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for each in given for word in each.replace(",", " ").split())


def _with_money(scan: Scan, usage: Sequence[str], settings: Config, today: date) -> Scan:
    """The scan with what each usage costs in 30 days, where a log is given that knows it."""
    if not usage:
        return scan
    from whowaits import join
    from whowaits.logs import workloads as log_half

    with log_half.classify(usage, settings, today) as session:
        return join.join(scan, session.classified, settings).scan or scan


def _show_without_reading(question: Question, settings: Config, *, files: bool) -> None:
    from whowaits.code import checked
    from whowaits.report.settings import render_settings

    show("".join(f"{p}\n" for p in checked.files_of(question, settings)) if files else render_settings(settings))
