"""Which files belong to a tree, and their text: Python files and the code cells of notebooks."""

from __future__ import annotations

import ast
import os
import symtable
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from whowaits.code import notebooks
from whowaits.model import Place, Skipped

SUFFIXES: Final = (".py", ".ipynb")
MAX_BYTES: Final = 5_000_000
NEVER: Final = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "site-packages", "node_modules", "__pycache__", ".tox", ".nox"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".whowaits_cache", ".ipynb_checkpoints", ".eggs"}
)


class Source(NamedTuple):
    """The text of one file, ready to parse; `cells` = first line of each code cell of a notebook, else empty."""

    text: str | bytes
    cells: list[int]


class Unreadable(Exception):
    """A file, or one cell of it, cannot be read; the message is the reason."""


def find(
    root: Path, exclude: Sequence[str] = (), within: Path | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> list[Path]:
    """Return the files of the tree at `root` whose names end in one of `suffixes` ("" = all files), sorted.

    Ignore files at and below `root` hold; `exclude` are patterns of the same kind, relative to `root`. Links are
    not followed. With `within`, only that part of the tree is listed.
    """
    return [Path(root, name) for name in names(root, exclude, within, suffixes)]


def names(
    root: Path, exclude: Sequence[str] = (), within: Path | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> list[str]:
    """Return the same files as paths relative to `root`."""
    return listed(root, exclude, within, suffixes).names


class Listed(NamedTuple):
    """The files of a tree, and those among them that no output could name, since their name is no text."""

    names: list[str]
    nameless: list[str]


def listed(
    root: Path, exclude: Sequence[str] = (), within: Path | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> Listed:
    """Return the same files as paths relative to `root`, and those that have no name in text."""
    top = within.relative_to(root).as_posix() if within else "."
    found = sorted(_walk(str(root), _with_rules([], "", exclude), suffixes, "" if top == "." else top))
    nameless = [name for name in found if not is_text(name)]
    return Listed([name for name in found if is_text(name)] if nameless else found, nameless)


def is_text(name: str) -> bool:
    """Return whether a name can be written as UTF-8; systems also take names of any bytes."""
    return name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name)


def shown(name: str) -> str:
    """Return a name as outputs write it, bytes that are no UTF-8 as `\\xe9`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Rules(NamedTuple):
    """Patterns of an ignore file; they see paths without their first `skip` letters, the folder of the file."""

    skip: int
    ignores: Callable[[str], bool]


def _walk(root: str, rules: list[_Rules], suffixes: tuple[str, ...], top: str) -> Iterator[str]:
    """The names of the files at or below `top`, relative to `root`. Strings only: a tree has many files."""
    waiting = [("", rules)]
    while waiting:
        folder, rules = waiting.pop()
        entries = _entries(os.path.join(root, folder))  # noqa: PTH118 - once for each folder
        if folder and "pyvenv.cfg" in entries:
            continue
        if ".gitignore" in entries and entries[".gitignore"].is_file(follow_symlinks=False):
            rules = _with_rules(rules, folder, _lines_of(entries[".gitignore"].path))
        start = f"{folder}/" if folder else ""
        for name, entry in entries.items():
            path = start + name
            if entry.is_dir(follow_symlinks=False):
                if name not in NEVER and _leads_to(path, top) and not _ignored(f"{path}/", rules):
                    waiting.append((path, rules))
                continue
            wanted = name.endswith(suffixes) and _is_in(path, top) and entry.is_file(follow_symlinks=False)
            if wanted and not _ignored(path, rules):
                yield path


def _is_in(path: str, top: str) -> bool:
    return not top or path == top or path.startswith(f"{top}/")


def _leads_to(folder: str, top: str) -> bool:
    return _is_in(folder, top) or top.startswith(f"{folder}/")


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return {entry.name: entry for entry in found}
    except OSError:
        return {}


def _lines_of(file: str) -> list[str]:
    try:
        return Path(file).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _with_rules(rules: list[_Rules], folder: str, lines: Sequence[str]) -> list[_Rules]:
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return rules
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return rules
    return [*rules, _Rules(len(folder) + 1 if folder else 0, spec.match_file)]


def _ignored(path: str, rules: list[_Rules]) -> bool:
    return any(rule.ignores(path[rule.skip :]) for rule in rules)


def relative(path: Path, root: Path) -> str:
    """Return the path as places name it."""
    return path.relative_to(root).as_posix()


def read(path: Path, data: bytes, place: str) -> tuple[Source, list[Skipped]]:
    """Return the text to parse and the cells that had to be left out; raises `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES // 1_000_000} MB")
    if path.suffix != ".ipynb":
        return Source(data, []), []
    return _notebook(data, place)


def require_syntax(text: str | bytes) -> None:
    """Raise what `ast.parse` raises. Where it raises nothing, no tree is built, which takes most of the time."""
    try:
        symtable.symtable(text, "<file>", "exec")  # type: ignore[arg-type]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        ast.parse(text)  # decides: a table of names refuses more


def why_not_parsed(error: BaseException) -> str:
    """Return the reason for a text that this Python cannot parse."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if isinstance(error, SyntaxError):
        return f"Python {version} cannot parse it: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return f"Python {version} cannot parse it: nested too deep"
    return f"Python {version} cannot parse it: {str(error)[:120]}"


def _notebook(data: bytes, place: str) -> tuple[Source, list[Skipped]]:
    try:
        cells = notebooks.cells(data)
    except notebooks.NotANotebook as error:
        raise Unreadable(str(error)) from error
    texts, skipped, starts, line = [], [], [], 1
    for number, cell in enumerate(cells, start=1):
        try:
            text = notebooks.python_of(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = error.lineno if isinstance(error, SyntaxError) else None
            skipped.append(Skipped(Place(place, at, cell=number), why_not_parsed(error)))
            text = "\n" * cell.count("\n")
        starts.append(line)
        texts.append(text)
        line += text.count("\n") + 1
    return Source("\n".join(texts), starts or [1]), skipped
