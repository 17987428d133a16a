"""The workload register: `workloads` shows what it takes, `init` proposes entries, `answer` writes one down."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whowaits import config
from whowaits.cli.options import AsOf, Isolated, Mapping, NoCache, Paths
from whowaits.cli.shared import day, fail, mapping_of, root_of, show, write, wrong_use_is_exit_2

if TYPE_CHECKING:
    from whowaits.join import Register

Logs = Annotated[list[str], typer.Option("--logs", help="Log file or folder; may be given again.")]
Folder = Annotated[Path, typer.Option("--project", help="Folder whose register is written.", show_default="here")]


def workloads(
    paths: Paths = [Path()],  # noqa: B006 -- typer copies defaults
    logs: Logs = [],  # noqa: B006
    as_of: AsOf = None,
    mapping: Mapping = [],  # noqa: B006
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Show which calls and call sites each entry of the register takes, and what nobody has declared."""
    from whowaits.report.register_text import render_register

    with wrong_use_is_exit_2():
        register = _register(paths, logs, day(as_of), mapping_of(mapping), no_cache, isolated)
    show(render_register(register))


def init(
    paths: Paths = [Path()],  # noqa: B006
    logs: Logs = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the file that would be written.")] = False,
    as_of: AsOf = None,
    mapping: Mapping = [],  # noqa: B006
    no_cache: NoCache = False,
) -> None:
    """Add an entry to the register for each open question; answer them with `whowaits answer`."""
    from whowaits.deadlines import register_edit
    from whowaits.report.register_text import proposals

    with wrong_use_is_exit_2():
        found = proposals(_register(paths, logs, day(as_of), mapping_of(mapping), no_cache, isolated=False))
        file, inside, text = _file(root_of(paths))
        new = register_edit.proposed(text, inside, found)
        config.check(file, new)
    if new == text:
        print(f"{file}: nothing to ask that is not in the register", file=sys.stderr if dry_run else None)
    if dry_run:
        show(new)
    if dry_run or new == text:
        return
    write(file, new)
    print(f"wrote {file}; answer with: whowaits answer NAME person|program|nobody|4h|02:00-06:00")


def answer(
    name: Annotated[str, typer.Argument(metavar="WORKLOAD", help="Name of its entry.")],
    word: Annotated[
        str, typer.Argument(metavar="ANSWER", help="person, program, nobody, a deadline (4h), or clock times.")
    ],
    owner: Annotated[str | None, typer.Option(help="Whom to ask.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it is written down.")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Of clock times.")] = None,
    match: Annotated[list[str], typer.Option(metavar="KEY=PATTERN", help="Calls that a new entry takes.")] = [],  # noqa: B006
    code: Annotated[list[str], typer.Option(metavar="PATH", help="Code that a new entry takes.")] = [],  # noqa: B006
    project: Folder = Path(),
    as_of: AsOf = None,
) -> None:
    """Write down who waits for a workload, or by when it is needed; the day counts as its review."""
    from whowaits.deadlines import register_edit

    with wrong_use_is_exit_2():
        said = register_edit.answer_of(word)
        if timezone is not None and "start" not in dict(said):
            fail(f"--timezone {timezone}: {word} is the same in every zone; a time zone goes with clock times")
        file, inside, text = _file(root_of([project]))
        if not text and not (match or code):
            fail(f"{file}: there is no register yet; `whowaits init` makes one")
        full = register_edit.Answer(said, owner, source, note, day(as_of), timezone)
        new = register_edit.answered(text, inside, name, full, _selectors(match), code)
        config.check(file, new)
    write(file, new)
    print(f"wrote {file}: {name}: {', '.join(f'{key} = {value}' for key, value in full.keys().items())}")


def _selectors(pairs: list[str]) -> list[tuple[str, str]]:
    """What `--match` says; which keys there are, the configuration knows."""
    found = [tuple(pair.partition("=")[::2]) for pair in pairs]
    wrong = next((pair for pair, (key, pattern) in zip(pairs, found, strict=True) if not (key and pattern)), None)
    if wrong is not None:
        fail(f"--match {wrong}: expected KEY=PATTERN, for example --match service=article-tagger")
    return [(key, pattern) for key, pattern in found]


def _file(root: Path) -> tuple[Path, tuple[str, ...], str]:
    """The configuration file, the table inside it that is ours, and its text; a new one where there is none."""
    file = config.find(root) or root / config.FILE_NAME
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return file, () if file.name == config.FILE_NAME else ("tool", "whowaits"), text


def _register(
    paths: list[Path], logs: list[str], today: date, mapping: dict[str, str], no_cache: bool, isolated: bool
) -> Register:
    from whowaits import join
    from whowaits.code import scan as code_half

    root = root_of(paths)
    settings = config.load(root, isolated=isolated)
    scan = code_half.scan(root, paths, settings, cache=not no_cache, as_of=today)
    if not logs:
        return join.claims(scan, None, settings)
    from whowaits.logs import workloads as log_half

    asking = config.with_questions(settings)
    with log_half.classify(logs, asking, today, mapping=mapping, written=scan.written) as session:
        return join.claims(scan, session.classified, settings)
