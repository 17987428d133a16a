"""The commands that read logs: `classify` tags calls, `audit` joins them with code; `report` and `metrics`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import whowaits
from whowaits import config
from whowaits.cli import progress
from whowaits.cli.options import AsOf, Isolated, Mapping, NoCache, Paths
from whowaits.cli.shared import (
    NOTHING_READ,
    check_output,
    color,
    day,
    dollars,
    mapping_of,
    root_of,
    show,
    width,
    wrong_use_is_exit_2,
)
from whowaits.model import Written, WrongUse
from whowaits.pseudonyms import Hide, Pseudonyms

if TYPE_CHECKING:
    from whowaits.report.values import Report

Tagged = Annotated[
    list[str], typer.Argument(help="What `classify -o` or `ingest` wrote, or logs; `-` is standard input.")
]
Invoice = Annotated[
    str | None, typer.Option(metavar="USD", help="What the providers billed for the period of the logs.")
]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Make it fit to share: pseudonyms for names of keys, workloads, teams and paths."),
]
Logs = Annotated[list[str], typer.Argument(help="Log files, folders, patterns or addresses; `-` is standard input.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
SparkMaster = Annotated[
    str | None,
    typer.Option(help="Cluster, or sc://HOST of a Spark Connect server.", show_default="the session or environment"),
]
PlainUserIds = Annotated[
    bool, typer.Option("--plain-user-ids", help="Show users, sessions and e-mail addresses as the log has them.")
]

NO_CALL = "whowaits: no call to read in these logs; `whowaits classify --peek` says what they look like"


def classify(
    logs: Logs,
    output: Annotated[str | None, typer.Option("-o", "--output", help="Write every call, tagged, as Parquet.")] = None,
    tags_only: Annotated[str | None, typer.Option(help="Write request id and verdict only, as Parquet.")] = None,
    workloads: Annotated[str | None, typer.Option(help="Write the judged workloads as Parquet.")] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Say what is recognised; judge and write nothing.")] = False,
    project: Annotated[
        Path | None, typer.Option(help="Folder whose schedules and runbooks speak of the jobs in these logs.")
    ] = None,
    plain_user_ids: PlainUserIds = False,
    redact: Redact = False,
    engine: Annotated[str, typer.Option(help="Where calls are counted: duckdb (this machine) or spark.")] = "duckdb",
    spark_master: SparkMaster = None,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    as_of: AsOf = None,
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Tag every logged call: who waits, until when, and which tier it belongs on."""
    from whowaits import logs as log_half
    from whowaits.redacted import redact as redacted
    from whowaits.report import peeked, terminal

    with wrong_use_is_exit_2():
        opened = log_half.named(engine, spark_master)
        if peek:
            show(peeked.render_peek(log_half.peek(logs, mapping_of(mapping)), width=width(), color=color()))
            return
        for wanted in filter(None, (output, tags_only, workloads)):
            if opened is log_half.on_this_machine:
                check_output(Path(wanted), logs)
        settings = config.load(Path(), isolated=isolated)
        if redact and plain_user_ids:
            raise WrongUse("--redact and --plain-user-ids exclude one another: choose one")
        hide: Hide = "names" if redact else "nothing" if plain_user_ids else "people"
        pseudonyms = Pseudonyms(_project(settings, Path()), hide)
        with progress.bar(quiet=quiet) as meter:
            session = log_half.classify(
                logs,
                settings,
                day(as_of),
                mapping=mapping_of(mapping),
                pseudonyms=pseudonyms,
                opened=opened,
                meter=meter,
                written=() if project is None else _written(project, settings),
            )
    with wrong_use_is_exit_2(), session:
        writers = (session.write_tagged, session.write_tags, session.write_workloads)
        for path, write in zip((output, tags_only, workloads), writers, strict=True):
            if path is not None:
                write(path)
        shown = redacted(session.classified, pseudonyms) if redact else session.classified
        show(terminal.render_classified(shown, width=width(), color=color()))
        _say_where(pseudonyms.keep())
        if session.classified.rows_read == 0:
            print(NO_CALL, file=sys.stderr)
            raise typer.Exit(NOTHING_READ)


def _written(project: Path, settings: config.Config) -> tuple[Written, ...]:
    """What the files of a folder say about jobs."""
    from whowaits.code import files
    from whowaits.deadlines import jobs

    if not project.is_dir():
        raise WrongUse(f"{project}: no such folder")
    return jobs.find(project, sorted(files.names(project, settings.exclude, suffixes=("",))))


def _project(settings: config.Config, folder: Path) -> Path:
    """The folder that keeps the key of pseudonyms: that of the configuration."""
    return settings.path.parent if settings.path else folder


def _say_where(mapping: Path | None) -> None:
    if mapping is not None:
        print(f"kept what the pseudonyms stand for in {mapping}: share everything but that", file=sys.stderr)


def ingest(
    logs: Logs,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file that holds every call once, as Parquet.")],
    plain_user_ids: PlainUserIds = False,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Write the calls of logs as canonical Parquet, each once; a second run reads only what is new or has changed."""
    from whowaits.logs import keeping
    from whowaits.report import kept

    check_output(output, logs)
    with wrong_use_is_exit_2():
        settings = config.load(Path(), isolated=isolated)
        pseudonyms = Pseudonyms(_project(settings, Path()), "nothing" if plain_user_ids else "people")
        with progress.bar(quiet=quiet) as meter:
            done = keeping.keep(logs, output, settings, mapping_of(mapping), pseudonyms, meter)
    show(kept.render_kept(done, output.name, width=width(), color=color()))
    if done.calls + done.sums == 0:
        print(NO_CALL, file=sys.stderr)
        raise typer.Exit(NOTHING_READ)


def audit(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    logs: Annotated[list[str], typer.Option("--logs", help="Log file or folder; may be given again.")] = [],  # noqa: B006
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder that receives the report.")] = Path("reports"),
    name: Annotated[str | None, typer.Option(help="Name of the report.", show_default="the folder's name")] = None,
    invoice: Invoice = None,
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
        pseudonyms = Pseudonyms(_project(settings, root))
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
    publish(made, output, name, pseudonyms if redact else None)
    with wrong_use_is_exit_2():
        _say_where(pseudonyms.keep())
    if scan.files == 0 and (classified is None or classified.rows_read == 0):
        raise typer.Exit(NOTHING_READ)


def report(
    tagged: Tagged,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder that receives the report.")] = Path("reports"),
    name: Annotated[str, typer.Option(help="Name of the report.")] = "report",
    invoice: Invoice = None,
    as_of: AsOf = None,
    redact: Redact = False,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Write the report on calls alone: on tagged Parquet, on what `ingest` wrote, or on logs."""
    billed = None if invoice is None else dollars("--invoice", invoice)
    settings, pseudonyms = _settings(isolated=isolated)
    made, rows = _reported(tagged, settings, pseudonyms, mapping, day(as_of), name, billed, quiet=quiet)
    publish(made, output, name, pseudonyms if redact else None)
    with wrong_use_is_exit_2():
        _say_where(pseudonyms.keep())
    _end_with_nothing(rows)


def metrics(
    tagged: Tagged,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write there instead of to the screen.")] = None,
    as_of: AsOf = None,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    quiet: Quiet = False,
    isolated: Isolated = False,
) -> None:
    """Print what a dashboard shows, as OpenMetrics: calls in real time that nothing needs in real time, and money."""
    from whowaits.report.openmetrics import render_openmetrics
    from whowaits.report.write import write_whole

    settings, pseudonyms = _settings(isolated=isolated)
    made, rows = _reported(tagged, settings, pseudonyms, mapping, day(as_of), "", None, quiet=quiet)
    text = render_openmetrics(made)
    if output is None:
        sys.stdout.write(text)
    else:
        with wrong_use_is_exit_2():
            write_whole(output, text)
    _end_with_nothing(rows)


def publish(made: Report, output: Path, name: str | None, hide: Pseudonyms | None) -> None:
    """Write a report in every format and print its tables; with `hide`, fit to share."""
    from whowaits.redacted import redact as redacted
    from whowaits.report import terminal, write

    with wrong_use_is_exit_2():
        if hide is not None:
            made = redacted(made, hide)
            made = replace(made, name=name or made.name)
        written = write.write_all(made, output)
    show(terminal.render_text(made, width=width(), color=color()))
    for path in written:
        print(f"wrote {path}")


def _settings(*, isolated: bool) -> tuple[config.Config, Pseudonyms]:
    with wrong_use_is_exit_2():
        settings = config.load(Path(), isolated=isolated)
        return settings, Pseudonyms(_project(settings, Path()))


def _reported(
    tagged: list[str],
    settings: config.Config,
    pseudonyms: Pseudonyms,
    mapping: list[str],
    as_of: date,
    name: str,
    invoice: Decimal | None,
    *,
    quiet: bool,
) -> tuple[Report, int]:
    """The report on calls alone, judged by today's rules and register, and how many rows were read."""
    from whowaits import join
    from whowaits.logs import workloads as log_half
    from whowaits.report import build

    with wrong_use_is_exit_2(), progress.bar(quiet=quiet) as meter:
        fields = mapping_of(mapping)
        opened = log_half.classify(tagged, settings, as_of, mapping=fields, pseudonyms=pseudonyms, meter=meter)
        with opened as session:
            joined = join.join(None, session.classified, settings)
            made = build.build(joined, name=name, as_of=as_of, version=whowaits.__version__, invoice=invoice)
            return made, session.classified.rows_read


def _end_with_nothing(rows: int) -> None:
    if rows == 0:
        print(NO_CALL, file=sys.stderr)
        raise typer.Exit(NOTHING_READ)
