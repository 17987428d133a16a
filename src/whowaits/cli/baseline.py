"""`whowaits baseline`: accept what exists, then only ever make it less."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from whowaits import config
from whowaits.cli import shared
from whowaits.cli.options import AsOf, Isolated, NoCache
from whowaits.cli.shared import day, root_of, show, wrong_use_is_exit_2
from whowaits.model import Finding

app = typer.Typer(help="Accept the findings that exist, so that only new ones fail.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of the whole program.", show_default="here")]
File = Annotated[
    Path | None, typer.Option("--file", help="The baseline.", show_default="as configured, else whowaits-baseline.json")
]


@app.command()
def write(
    folder: Folder = Path(),
    file: File = None,
    as_of: AsOf = None,
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Accept every finding there is now; an older baseline is replaced."""
    from whowaits.code import baseline

    with wrong_use_is_exit_2():
        path = _file(folder, file, isolated)
        if not baseline.may_replace(path):
            shared.fail(f"{path}: is no baseline; remove it, or name another file with --file")
        found = _found(folder, as_of, no_cache, isolated)
        shared.write(path, baseline.render(found))
    print(f"wrote {path}: {len(found):,} accepted")


@app.command(name="show")
def listed(folder: Folder = Path(), file: File = None, isolated: Isolated = False) -> None:
    """Print what is accepted, sorted by file."""
    from whowaits.code import baseline

    with wrong_use_is_exit_2():
        known = baseline.read(_file(folder, file, isolated)).known.values()
    for finding in sorted(known, key=lambda f: (f.place.path, f.rule, f.fingerprint)):
        driver = "" if finding.driver is None or finding.driver == finding.place else f" (driven by {finding.driver})"
        show(f"{finding.place.path}: {finding.rule}{driver} {finding.fingerprint}\n")
    show(f"{len(known):,} accepted.\n")


@app.command()
def prune(
    folder: Folder = Path(),
    file: File = None,
    as_of: AsOf = None,
    no_cache: NoCache = False,
    isolated: Isolated = False,
) -> None:
    """Take out what is fixed; nothing is ever added."""
    from whowaits.code import baseline

    with wrong_use_is_exit_2():
        path = _file(folder, file, isolated)
        known = baseline.read(path).known
        found = {f.fingerprint for f in _found(folder, as_of, no_cache, isolated)}
        kept = [f for name, f in known.items() if name in found]
        shared.write(path, baseline.render(kept))
    print(f"wrote {path}: {len(kept):,} kept, {len(known) - len(kept):,} fixed and taken out")


def _file(folder: Path, file: Path | None, isolated: bool) -> Path:
    from whowaits.code.baseline import FILE_NAME

    if folder.is_file():
        shared.fail(f"{folder}: the folder of the program is expected; --file {folder} names a baseline")
    if file is not None:
        return file
    settings = config.load(root_of([folder]), isolated=isolated)
    if settings.gate.baseline is not None and settings.path is not None:
        return settings.path.parent / settings.gate.baseline
    return folder / FILE_NAME


def _found(folder: Path, as_of: date | None, no_cache: bool, isolated: bool) -> tuple[Finding, ...]:
    """What a baseline written now would accept."""
    from whowaits.code import baseline, checked, names

    root = root_of([folder])
    question = checked.Question(root, (folder,), cache=not no_cache, as_of=day(as_of))
    return baseline.accepted(checked.found(question, config.load(root, isolated=isolated)), names.paths_of(root))
