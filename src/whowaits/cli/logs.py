"""The commands that write tables of calls: `classify` tags them, `ingest` keeps each once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whowaits import config
from whowaits.cli import progress
from whowaits.cli.options import AsOf, Isolated, Mapping, Project, Quiet, Redact
from whowaits.cli.shared import (
    check_output,
    color,
    day,
    key_folder,
    mapping_of,
    no_call,
    say_where,
    show,
    width,
    written_in,
    wrong_use_is_exit_2,
)
from whowaits.model import WrongUse
from whowaits.pseudonyms import Hide, Pseudonyms

Logs = Annotated[list[str], typer.Argument(help="Log files, folders, patterns or addresses; `-` is standard input.")]
SparkMaster = Annotated[
    str | None,
    typer.Option(help="Cluster, or sc://HOST of a Spark Connect server.", show_default="the session or environment"),
]
PlainUserIds = Annotated[
    bool, typer.Option("--plain-user-ids", help="Show users, sessions and e-mail addresses as the log has them.")
]


def classify(
    logs: Logs,
    output: Annotated[str | None, typer.Option("-o", "--output", help="Write every call, tagged, as Parquet.")] = None,
    tags_only: Annotated[str | None, typer.Option(help="Write request id and verdict only, as Parquet.")] = None,
    workloads: Annotated[str | None, typer.Option(help="Write the judged workloads as Parquet.")] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Say what is recognised; judge and write nothing.")] = False,
    project: Project = None,
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
        pseudonyms = Pseudonyms(key_folder(settings), hide)
        with progress.bar(quiet=quiet) as meter:
            session = log_half.classify(
                logs,
                settings,
                day(as_of),
                mapping=mapping_of(mapping),
                pseudonyms=pseudonyms,
                opened=opened,
                meter=meter,
                written=written_in(project, settings),
            )
    with wrong_use_is_exit_2(), session:
        writers = (session.write_tagged, session.write_tags, session.write_workloads)
        for path, write in zip((output, tags_only, workloads), writers, strict=True):
            if path is not None:
                write(path)
        show(terminal.render_classified(session.classified, width=width(), color=color()))
        say_where(pseudonyms.keep())
        if session.classified.rows_read == 0:
            no_call()


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
        pseudonyms = Pseudonyms(key_folder(settings), "nothing" if plain_user_ids else "people")
        with progress.bar(quiet=quiet) as meter:
            done = keeping.keep(logs, output, settings, mapping_of(mapping), pseudonyms, meter)
    show(kept.render_kept(done, output.name, width=width(), color=color()))
    if done.calls + done.sums == 0:
        no_call()
