"""What the commands share: exit codes, messages, the terminal. Loads no typer: a hook does without."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NoReturn

from whowaits import config
from whowaits.model import Written, WrongUse
from whowaits.whole_files import checked_target

FOUND: Final = 1
WRONG_USE: Final = 2
NOTHING_READ: Final = 3


@contextmanager
def wrong_use_is_exit_2() -> Iterator[None]:
    """Turn errors that the user can mend into one line on standard error and exit code 2."""
    try:
        yield
    except WrongUse as error:
        fail(str(error))


def show(text: str) -> None:
    """Write to standard output as it is."""
    sys.stdout.write(text)


def write(file: Path, text: str) -> None:
    """Write a file whole; where that cannot be, say so and exit with 2."""
    from whowaits.report.write import write_whole

    try:
        write_whole(file, text)
    except OSError as error:
        fail(f"{file}: cannot be written: {error.strerror}")


def say_on_the_side(notes: Sequence[str]) -> None:
    """Say on standard error what a user should know of and need not mend."""
    for note in notes:
        print(f"whowaits: {note}", file=sys.stderr)


def width() -> int:
    """Return the columns of the terminal; a fixed width where the output goes into a pipe or a file."""
    if not sys.stdout.isatty():
        return 100
    import shutil

    return shutil.get_terminal_size((100, 40)).columns


def color() -> bool:
    """Return whether colours are wanted: on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def fail(message: str) -> NoReturn:
    """Say what was wrong with the use, and exit with 2."""
    print(f"whowaits: {message}", file=sys.stderr)
    raise SystemExit(WRONG_USE)


def root_of(paths: Sequence[Path]) -> Path:
    """Return the folder that the paths are reported relative to; a path that is not there ends the run."""
    for path in paths:
        if not path.exists():
            fail(f"{path}: no such file or folder")
    return config.find_root(paths)


def check_output(path: Path, logs: Sequence[str]) -> None:
    """End the run before anything is read where `path` cannot be written, or where that would destroy a log."""
    with wrong_use_is_exit_2():
        target = checked_target(path)
    if target.exists() and not target.is_file():
        return
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        fail(f"{path}: {path.parent} is no folder that can be written to")
    if target.exists() and any(_covers(Path(log), target) for log in logs):
        fail(f"{path}: is one of the logs to read; name another file to write")


def _covers(log: Path, path: Path) -> bool:
    """Whether reading `log`, a file, a folder or a pattern, would read `path`."""
    whole, target = log.resolve(), path.resolve()
    return target == whole or target.is_relative_to(whole) or target.match(str(whole))


def mapping_of(pairs: Sequence[str]) -> dict[str, str]:
    """Return what `--map` says, canonical column by canonical column."""
    mapping = {}
    for pair in pairs:
        field, sign, path = pair.partition("=")
        if not (field and sign and path):
            fail(f"--map {pair}: expected FIELD=PATH, for example --map input_tokens_total=usage.prompt")
        mapping[field] = path
    return mapping


def day(as_of: date | None) -> date:
    """Return the day of a run: the one that was given, else today."""
    return as_of or datetime.now(UTC).date()


def nothing_read() -> NoReturn:
    """Say that there was no code, and exit with 3."""
    print("whowaits: no Python file or notebook to read here", file=sys.stderr)
    raise SystemExit(NOTHING_READ)


def no_call() -> NoReturn:
    """Say that there was no call, and exit with 3."""
    print(
        "whowaits: no call to read in these logs; `whowaits classify --peek` says what they look like", file=sys.stderr
    )
    raise SystemExit(NOTHING_READ)


def key_folder(settings: config.Config, folder: Path = Path()) -> Path:
    """Return the folder that keeps the key of pseudonyms: that of the configuration, where there is one."""
    return settings.path.parent if settings.path else folder


def say_where(mapping: Path | None) -> None:
    """Say where it is kept what pseudonyms stand for."""
    if mapping is not None:
        print(f"kept what the pseudonyms stand for in {mapping}: share everything but that", file=sys.stderr)


def written_in(project: Path | None, settings: config.Config) -> tuple[Written, ...]:
    """Return what the files of a folder say about jobs. WrongUse where there is no such folder."""
    if project is None:
        return ()
    from whowaits.code import files
    from whowaits.deadlines import jobs

    if not project.is_dir():
        raise WrongUse(f"{project}: no such folder")
    return jobs.find(project, sorted(files.names(project, settings.exclude, suffixes=("",))))


def dollars(option: str, word: str) -> Decimal:
    """Return an amount of dollars; anything else ends the run."""
    try:
        amount = Decimal(word)
    except InvalidOperation:
        fail(f"{option} {word}: an amount of dollars is expected, for example 25")
    if not amount.is_finite() or amount < 0:
        fail(f"{option} {word}: an amount of dollars is expected, for example 25")
    return amount
