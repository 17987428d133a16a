"""The commands that show what was found: `audit` on code and logs, `report` and `metrics` on calls alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

import whowaits
from whowaits import config
from whowaits.cli import progress
from whowaits.cli.options import AsOf, Isolated, Mapping, NoCache, Paths, Project, Quiet, Redact
from whowaits.cli.shared import (
    NOTHING_READ,
    color,
    day,
    dollars,
    fail,
    key_folder,
    mapping_of,
    no_call,
    root_of,
    say_on_the_side,
    say_where,
    show,
    width,
    write,
    written_in,
    wrong_use_is_exit_2,
)
from whowaits.model import Classified, WrongUse
from whowaits.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from whowaits.report.values import Report

Tagged = Annotated[
    list[str], typer.Argument(help="What `classify -o` or `ingest` wrote, or logs; `-` is standard input.")
]
Output = Annotated[Path, typer.Option("-o", "--output", help="Folder that receives the report.")]
Invoice = Annotated[
    str | None, typer.Option(metavar="USD", help="What the providers billed for the period of the logs.")
]


Compare = Annotated[
    list[Path], typer.Option("--compare", metavar="OLDER", help="JSON report of a former quarter; may be given again.")
]

Focus = Annotated[
    Path | None,
    typer.Option("--focus", metavar="FILE", help="Also write the calls as CSV by FOCUS 1.2."),
]


def audit(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    logs: Annotated[list[str], typer.Option("--logs", help="Log file or folder; may be given again.")] = [],  # noqa: B006
    output: Output = Path("reports"),
    name: Annotated[str | None, typer.Option(help="Name of the report.", show_default="the folder's name")] = None,
    invoice: Invoice = None,
    compare: Compare = [],  # noqa: B006 -- typer copies defaults
    focus: Focus = None,
    as_of: AsOf = None,
    redact: Redact = False,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Read code and logs, join them, and write the report: what could wait, and what that would save."""
    from whowaits import join
    from whowaits.code import scan as code_half
    from whowaits.report import build

    billed = None if invoice is None else dollars("--invoice", invoice)
    with wrong_use_is_exit_2():
        root = root_of(paths)
        settings = config.load(root, isolated=isolated)
        pseudonyms = Pseudonyms(key_folder(settings, root))
        scan = code_half.scan(root, paths, settings, cache=not no_cache, as_of=day(as_of))
        classified = None
        if logs:
            from whowaits.logs import workloads as log_half

            with log_half.classify(
                logs, settings, day(as_of), mapping=mapping_of(mapping), pseudonyms=pseudonyms, written=scan.written
            ) as session:
                classified = session.classified
        joined = join.join(scan, classified, settings)
        made = build.build(
            joined, name=name or root.resolve().name, as_of=day(as_of), version=whowaits.__version__, invoice=billed
        )
        made = _compared(made, compare)
    publish(made, output, name, pseudonyms if redact else None, focus)
    with wrong_use_is_exit_2():
        say_where(pseudonyms.keep())
    if scan.files == 0 and (classified is None or classified.rows_read == 0):
        raise typer.Exit(NOTHING_READ)


def report(
    tagged: Tagged,
    project: Project = None,
    output: Output = Path("reports"),
    name: Annotated[str, typer.Option(help="Name of the report.")] = "report",
    invoice: Invoice = None,
    compare: Compare = [],  # noqa: B006 -- typer copies defaults
    focus: Focus = None,
    as_of: AsOf = None,
    redact: Redact = False,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Write the report on calls alone: on tagged Parquet, on what `ingest` wrote, or on logs."""
    billed = None if invoice is None else dollars("--invoice", invoice)
    asked = _asked(project, mapping, as_of, quiet=quiet, isolated=isolated)
    made, rows = _reported(tagged, asked, name, billed)
    with wrong_use_is_exit_2():
        made = _compared(made, compare)
    publish(made, output, name, asked.pseudonyms if redact else None, focus)
    with wrong_use_is_exit_2():
        say_where(asked.pseudonyms.keep())
    if rows == 0:
        no_call()


def metrics(
    tagged: Annotated[
        list[str] | None, typer.Argument(help="As of `report`; nothing with --dashboard.", show_default=False)
    ] = None,
    project: Project = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write there instead of to the screen.")] = None,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="Print a Grafana dashboard of these metrics; reads no calls.")
    ] = False,
    as_of: AsOf = None,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Print what a dashboard shows, as OpenMetrics: calls in real time that nothing needs in real time, and money."""
    from whowaits.report.dashboard import render_dashboard
    from whowaits.report.openmetrics import render_openmetrics

    if dashboard == bool(tagged):
        fail("name the calls to measure, or give --dashboard alone: a dashboard holds no figures")
    if not tagged:
        _put(render_dashboard(), output)
        return
    made, rows = _reported(tagged, _asked(project, mapping, as_of, quiet=quiet, isolated=isolated))
    _put(render_openmetrics(made), output)
    if rows == 0:
        no_call()


def _put(text: str, output: Path | None) -> None:
    if output is None:
        show(text)
    else:
        write(output, text)


def publish(made: Report, output: Path, name: str | None, hide: Pseudonyms | None, focus: Path | None = None) -> None:
    """Write a report in every format and print its tables; with `hide`, fit to share."""
    from whowaits.redacted import redact as redacted
    from whowaits.report import terminal
    from whowaits.report import write as files

    with wrong_use_is_exit_2():
        if hide is not None:
            made = redacted(made, hide)
            made = replace(made, name=name or made.name)
        written = files.write_all(made, output)
        if focus is not None:
            written.append(_write_focus(made, focus))
    show(terminal.render_text(made, width=width(), color=color()))
    for path in written:
        print(f"wrote {path}")


def _write_focus(made: Report, file: Path) -> Path:
    from whowaits.report import focus

    left = focus.left_out(made)
    if left.calls or left.spend_usd:
        what = f"{left.calls:,} calls (${left.spend_usd:f})"
        say_on_the_side([f"{file}: {what} without provider, model, time or price left out"])
    write(file, focus.render_focus(made))
    return file


def _compared(made: Report, older: list[Path]) -> Report:
    """The report beside former ones, where any are given."""
    if not older:
        return made
    from whowaits.report import compared, former

    return compared.with_former(made, [former.read(path) for path in older])


class _Asked(NamedTuple):
    """How calls are to be read and judged, beside which they are."""

    settings: config.Config
    pseudonyms: Pseudonyms
    fields: dict[str, str]
    project: Path | None
    as_of: date | None
    quiet: bool


def _asked(project: Path | None, mapping: list[str], as_of: date | None, *, quiet: bool, isolated: bool) -> _Asked:
    with wrong_use_is_exit_2():
        settings = config.load(Path(), isolated=isolated)
        pseudonyms = Pseudonyms(key_folder(settings))
        return _Asked(settings, pseudonyms, mapping_of(mapping), project, as_of, quiet)


def _reported(tagged: list[str], asked: _Asked, name: str = "", invoice: Decimal | None = None) -> tuple[Report, int]:
    """The report on calls alone, and how many rows they were read from."""
    from whowaits import join
    from whowaits.report import build

    with wrong_use_is_exit_2():
        classified = _classified(tagged, asked)
        joined = join.join(None, classified, asked.settings)
        as_of = date.fromisoformat(classified.price_date)
        made = build.build(joined, name=name, as_of=as_of, version=whowaits.__version__, invoice=invoice)
        return made, classified.rows_read


def _classified(tagged: list[str], asked: _Asked) -> Classified:
    """The verdicts that these files hold, else those of today on their calls."""
    from whowaits import logs as log_half

    before = log_half.known(tagged)
    say_on_the_side(before.notes)
    if before.classified is not None:
        _refuse_to_judge_again(asked, before.classified)
        return before.classified
    with (
        progress.bar(quiet=asked.quiet) as meter,
        log_half.classify(
            tagged,
            asked.settings,
            day(asked.as_of),
            mapping=asked.fields,
            pseudonyms=asked.pseudonyms,
            meter=meter,
            written=written_in(asked.project, asked.settings),
        ) as session,
    ):
        return session.classified


def _refuse_to_judge_again(asked: _Asked, before: Classified) -> None:
    """What speaks of judging or pricing has no say about what is judged and priced."""
    given = {
        "--project": asked.project is not None,
        "--map": bool(asked.fields),
        f"--as-of {asked.as_of}": asked.as_of is not None and asked.as_of.isoformat() != before.price_date,
    }
    for option in (option for option, is_given in given.items() if is_given):
        raise WrongUse(
            f"{option}: these calls were judged and priced as of {before.price_date}; give it to `whowaits classify`"
        )
