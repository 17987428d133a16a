"""The command line: paths in, text out, exit code. No decisions are made here.

Exit codes: 0 nothing found, 1 findings, 2 wrong use or a rule or config error, 3 nothing could be read.
Modules that load pandas, pyarrow, DuckDB or Jinja are imported inside the command that needs them, so that
`check` starts fast.
"""

from __future__ import annotations

import enum
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

import whowaits
from whowaits import config
from whowaits.model import Scan, WrongUse

FOUND: Final = 1
WRONG_USE: Final = 2
NOTHING_READ: Final = 3

app = typer.Typer(
    help="Finds model calls that nobody waits for, in code and in logs, and what a batch API would save on them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class CheckFormat(enum.StrEnum):
    """The outputs of `check`."""

    text = "text"
    json = "json"


Paths = Annotated[list[Path], typer.Argument(help="Files or folders of the program to read.", show_default="here")]
Logs = Annotated[list[str], typer.Argument(help="Log files or folders; `-` is standard input.")]
Isolated = Annotated[bool, typer.Option("--isolated", help="Use no configuration file.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 although there are findings.")]
Mapping = Annotated[
    list[str], typer.Option("--map", metavar="FIELD=PATH", help="Where a plain log keeps a canonical column.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Date whose prices a slower tier costs.", show_default="today"),
]


def main() -> None:
    """Run the command line; a broken pipe ends quietly, as a terminal user expects."""
    try:
        app(args=logs_spread(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def logs_spread(words: Sequence[str]) -> list[str]:
    """Repeat `--logs` before each further log file: a shell turns `--logs night/*.gz` into several words.

    A folder or a Python file that follows is code to read, as without `--logs`.
    """
    spread: list[str] = []
    for word in words:
        of_logs = len(spread) > 1 and spread[-2] == "--logs"
        path = Path(word)
        if of_logs and path.is_file() and path.suffix not in (".py", ".ipynb"):
            spread.append("--logs")
        spread.append(word)
    return spread


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Print the version where it is asked for."""
    if show:
        print(f"whowaits {whowaits.__version__}")
        raise typer.Exit


@app.command()
def check(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    output_format: Annotated[CheckFormat, typer.Option("--format", help="How to print.")] = CheckFormat.text,
    exit_zero: ExitZero = False,
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Find model calls in code that nobody waits for."""
    from whowaits.report import check as render

    with wrong_use_is_exit_2():
        scan = _scan(paths, isolated=isolated, cache=not no_cache)
    text = render.render_json(scan) if output_format is CheckFormat.json else render.render_text(scan)
    _show(text)
    _leave(scan.findings, read=scan.files > 0, exit_zero=exit_zero)


@app.command()
def classify(
    logs: Logs,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write every call, tagged, as Parquet.")] = None,
    tags_only: Annotated[Path | None, typer.Option(help="Write request id and verdict only, as Parquet.")] = None,
    workloads: Annotated[Path | None, typer.Option(help="Write the judged workloads as Parquet.")] = None,
    peek: Annotated[bool, typer.Option("--peek", help="Say what is recognised; judge and write nothing.")] = False,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    as_of: AsOf = None,
    isolated: Isolated = False,
) -> None:
    """Tag every logged call: who waits, until when, and which tier it belongs on."""
    from whowaits.logs import workloads as log_half
    from whowaits.report import peeked, terminal

    with wrong_use_is_exit_2():
        if peek:
            _show(peeked.render_peek(log_half.peek(logs, _mapping(mapping)), width=_width(), color=_color()))
            return
        settings = config.load(Path(), isolated=isolated)
        session = log_half.classify(logs, settings, _day(as_of), mapping=_mapping(mapping))
    with session:
        writers = (session.write_tagged, session.write_tags, session.write_workloads)
        for path, write in zip((output, tags_only, workloads), writers, strict=True):
            if path is not None:
                write(path)
        _show(terminal.render_classified(session.classified, width=_width(), color=_color()))
        if session.classified.rows_read == 0:
            raise typer.Exit(NOTHING_READ)


@app.command()
def audit(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    logs: Annotated[list[str], typer.Option("--logs", help="Log file or folder; may be given again.")] = [],  # noqa: B006
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder that receives the report.")] = Path("reports"),
    name: Annotated[str | None, typer.Option(help="Name of the report.", show_default="the folder's name")] = None,
    as_of: AsOf = None,
    mapping: Mapping = [],  # noqa: B006 -- typer copies defaults
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Read code and logs, join them, and write the report: what could wait, and what that would save."""
    from whowaits import join
    from whowaits.logs import workloads as log_half
    from whowaits.report import build, terminal, write

    with wrong_use_is_exit_2():
        root = config.find_root(paths)
        settings = config.load(root, isolated=isolated)
        scan = _scan(paths, isolated=isolated, cache=not no_cache)
        with log_half.classify(logs, settings, _day(as_of), mapping=_mapping(mapping)) as session:
            classified = session.classified if logs else None
    joined = join.join(scan, classified, settings)
    report = build.build(joined, name=name or root.resolve().name, as_of=_day(as_of), version=whowaits.__version__)
    written = write.write_all(report, output)
    _show(terminal.render_text(report, width=_width(), color=_color()))
    for path in written:
        print(f"wrote {path}")
    if scan.files == 0 and (classified is None or classified.rows_read == 0):
        raise typer.Exit(NOTHING_READ)


@contextmanager
def wrong_use_is_exit_2() -> Iterator[None]:
    """Turn errors that the user can mend into one line on standard error and exit code 2."""
    try:
        yield
    except WrongUse as error:
        _fail(str(error))


def _show(text: str) -> None:
    sys.stdout.write(text)


def _width() -> int:
    """Columns of the terminal; a fixed width where the output goes into a pipe or a file."""
    return shutil.get_terminal_size((100, 40)).columns if sys.stdout.isatty() else 100


def _color() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _fail(message: str) -> NoReturn:
    print(f"whowaits: {message}", file=sys.stderr)
    raise typer.Exit(WRONG_USE)


def _scan(paths: Sequence[Path], *, isolated: bool, cache: bool) -> Scan:
    from whowaits.code import scan

    for path in paths:
        if not path.exists():
            _fail(f"{path}: no such file or folder")
    root = config.find_root(paths)
    return scan.scan(root, paths, config.load(root, isolated=isolated), cache=cache)


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        field, sign, path = pair.partition("=")
        if not (field and sign and path):
            _fail(f"--map {pair}: expected FIELD=PATH, for example --map input_tokens=usage.prompt_tokens")
        mapping[field] = path
    return mapping


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else datetime.now(UTC).date()


def _leave(findings: Sequence[object], *, read: bool, exit_zero: bool) -> None:
    if not read:
        print("whowaits: no Python file or notebook to read here", file=sys.stderr)
        raise typer.Exit(NOTHING_READ)
    if findings and not exit_zero:
        raise typer.Exit(FOUND)
