"""`whowaits check`: findings in code, new ones first of all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from whowaits import config
from whowaits.cli import formats
from whowaits.cli.shared import (
    FOUND,
    day,
    dollars,
    fail,
    nothing_read,
    root_of,
    say_on_the_side,
    show,
    wrong_use_is_exit_2,
)
from whowaits.config import Config
from whowaits.gate_settings import FailOn, one_of_fail_on
from whowaits.model import Scan

if TYPE_CHECKING:
    from datetime import date

    from whowaits.code.checked import Question


class Options(NamedTuple):
    """What `check` was asked for. The field `diff_base` is the option `--diff-base`; what each means, `check` says."""

    paths: tuple[Path, ...] = (Path(),)
    format: tuple[str, ...] = ()
    output_file: Path | None = None
    baseline: Path | None = None
    diff_base: str | None = None
    fail_on: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    min_saving: str | None = None
    budget: str | None = None
    statistics: bool = False
    show_settings: bool = False
    show_files: bool = False
    stdin_filename: Path | None = None
    as_of: date | None = None
    exit_zero: bool = False
    no_cache: bool = False
    isolated: bool = False


def run(options: Options) -> None:
    """Check, write the findings, and exit with 1 where they fail."""
    from whowaits.code import checked, gate

    wanted = formats.outputs(options.format, options.output_file)
    with wrong_use_is_exit_2():
        root, named, given = _what_to_read(options.paths, options.stdin_filename)
        settings = _overruled(config.load(root, isolated=options.isolated), options)
        question = checked.Question(
            root=root,
            named=named,
            cache=not options.no_cache,
            select=_words(options.select),
            ignore=_words(options.ignore),
            exclude=options.exclude,
            baseline=options.baseline,
            diff_base=options.diff_base,
            as_of=day(options.as_of),
            given=given,
        )
        if options.show_settings or options.show_files:
            _show_without_reading(question, settings, files=options.show_files)
            return
        scan = _with_money(checked.check(question, settings), options.usage, settings, day(options.as_of))
    if options.statistics:
        from whowaits.report import check_text

        show(check_text.render_statistics(scan))
    else:
        formats.write(scan, wanted, settings.gate.rule_link)
    if scan.files == 0:
        nothing_read()
    failing = gate.failing(scan, settings.gate)
    for reason in failing.reasons:
        print(f"whowaits: {reason}", file=sys.stderr)
    if (failing.findings or failing.over_budget) and not options.exit_zero:
        raise SystemExit(FOUND)


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


def _overruled(settings: Config, options: Options) -> Config:
    """The settings with what the command line says instead."""
    if options.budget is not None and not options.usage:
        fail("--budget needs --usage LOGS: without a log no cost is known")
    said: dict[str, object] = {}
    if options.fail_on is not None:
        said["fail_on"] = _fail_on(options.fail_on)
    if options.min_saving is not None:
        said["min_saving"] = dollars("--min-saving", options.min_saving)
    if options.budget is not None:
        said["budget"] = dollars("--budget", options.budget)
    return replace(settings, gate=replace(settings.gate, **said))  # type: ignore[arg-type]


def _fail_on(word: str) -> FailOn:
    try:
        return one_of_fail_on(word)
    except ValueError as error:
        fail(f"--fail-on: {error}")


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for each in given for word in each.replace(",", " ").split())


def _with_money(scan: Scan, usage: Sequence[str], settings: Config, today: date) -> Scan:
    """The scan with what each usage costs in 30 days, where a log is given that knows it."""
    if not usage:
        return scan
    from whowaits import join
    from whowaits import logs as log_half

    before = log_half.known(usage)
    say_on_the_side(before.notes)
    if before.classified is not None:
        return join.join(scan, before.classified, settings).scan or scan
    with log_half.classify(usage, settings, today, written=scan.written) as session:
        return join.join(scan, session.classified, settings).scan or scan


def _show_without_reading(question: Question, settings: Config, *, files: bool) -> None:
    from whowaits.code import checked
    from whowaits.report.settings import render_settings

    show("".join(f"{p}\n" for p in checked.files_of(question, settings)) if files else render_settings(settings))
