"""Finds the schedules that are written down in a tree, each linked to the Python file or function it starts.

Nothing that is read here is run or imported. What there is to know of one scheduler is one file in `written`.
"""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from whowaits.deadlines import projects, written
from whowaits.deadlines.formats import task_names
from whowaits.deadlines.linking import FOLLOWED, Linker
from whowaits.deadlines.said import NOTHING, Said
from whowaits.deadlines.schedule import Schedule as Schedule
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.tree import Found, Tree
from whowaits.model import Skipped
from whowaits.rules.made import made

if TYPE_CHECKING:
    from types import ModuleType

    from whowaits.deadlines.formats.python_module import Module

_SETTINGS: Final = r"pyproject\.toml|setup\.cfg|setup\.py"


def may_hold(path: str) -> bool:
    """Whether a file of this name can hold a schedule or is needed to link one; decided without opening it."""
    folder, slash, name = path.rpartition("/")
    return name.endswith(".py") or _is_followed(name) or _names_in(folder + slash).fullmatch(name) is not None


def marks() -> tuple[str, ...]:
    """Return texts of which every Python file with a schedule has one; most files are passed over without decoding."""
    found = {word for kind in _kinds() if hasattr(kind, "in_python") for word in kind.WORDS} | set(task_names.WORDS)
    return tuple(sorted(mark for mark in found if not any(other != mark and other in mark for other in found)))


def files() -> tuple[tuple[str, str], ...]:
    """Return patterns of a folder and of the names of the files in it that some kind reads."""
    return tuple(pair for kind in _text_kinds() for pair in kind.FILES)


Ask: TypeAlias = Callable[[str, Texts], Said]
"""What a Python file of some texts says."""


def of_python(path: str, texts: Texts) -> Said:
    """Return what a Python file says; it depends on the path and the bytes of this file alone."""
    data = texts.data(path)
    return _python(path, data) if any(mark in data for mark in _in_bytes()) else NOTHING


def may_say(words: bytes) -> bool:
    """Whether a Python file can say anything in whose text these words stand, with spaces around each."""
    return any(all(word in words for word in mark) for mark in _in_words())


def read(texts: Texts, ask: Ask = of_python) -> tuple[list[Schedule], list[Skipped]]:
    """Return the schedules of a tree, each with what it starts, and what could not be understood.

    `ask` is for a caller who has kept what Python files say.
    """
    seen = _Seen()
    for path in texts.paths:
        if path.endswith(".py"):
            seen.take_said(path, ask(path, texts))
        else:
            seen.take(_in_text(path, texts))
        if projects.may_hold(path):
            seen.programs |= projects.programs(path, texts.text(path))
            seen.commands |= projects.commands(path, texts.text(path))
    tree = Tree(texts.paths, seen.known_tasks(), seen.programs)
    skipped = sorted({*seen.skipped, *texts.skipped.values()}, key=lambda s: (s.place, s.reason))
    return Linker(tree, texts, seen.commands).linked(seen.schedules), skipped


class _Seen:
    """What the files of a tree say, before it is linked."""

    def __init__(self) -> None:
        self.schedules: list[Schedule] = []
        self.skipped: list[Skipped] = []
        self.tasks: dict[str, list[Found]] = {}
        self.programs: dict[str, str] = {}
        self.commands: dict[str, str] = {}

    def take(self, items: Iterable[Schedule | Skipped]) -> None:
        for item in items:
            if isinstance(item, Schedule):
                self.schedules.append(item)
            else:
                self.skipped.append(item)

    def take_said(self, path: str, said: Said) -> None:
        self.schedules += said.schedules
        self.skipped += said.skipped
        for name, function in said.tasks:
            self.tasks.setdefault(name, []).append((path, function))

    def known_tasks(self) -> Mapping[str, Found]:
        """A name that two functions are registered under is ambiguous and links to neither."""
        return {name: places[0] for name, places in self.tasks.items() if len(places) == 1}


def _python(path: str, data: bytes) -> Said:
    text = data.decode("utf-8", errors="replace")
    kinds = [kind for kind in _kinds() if hasattr(kind, "in_python") and _mentions(kind, text)]
    named = task_names.mentions(text)
    module = _parsed(path, data) if kinds or named else None
    if module is None:
        return NOTHING
    seen = _Seen()
    for kind in kinds:
        seen.take(kind.in_python(module))
    return Said(tuple(seen.schedules), tuple(seen.skipped), tuple(task_names.read(module)) if named else ())


def _parsed(path: str, data: bytes) -> Module | None:
    from whowaits.deadlines.formats.python_module import Module

    try:
        return Module(path, ast.parse(data))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the index names the files that do not parse


def _in_text(path: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    folder, slash, name = path.rpartition("/")
    if _names_in(folder + slash).fullmatch(name) is None:
        return
    text: str | None = None
    for kind in _text_kinds():
        if any(
            re.search(where, folder + slash, re.I) and re.fullmatch(names, name, re.I) for where, names in kind.FILES
        ):
            text = texts.text(path) if text is None else text
            if _mentions(kind, text):
                yield from kind.in_text(path, text, texts)


def _mentions(kind: Any, text: str) -> bool:
    return not kind.WORDS or any(word in text for word in kind.WORDS)


@functools.cache
def _kinds() -> tuple[ModuleType, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(written.__path__))
    return tuple(importlib.import_module(f"{written.__name__}.{name}") for name in names)


@functools.cache
def _in_bytes() -> tuple[bytes, ...]:
    return tuple(mark.encode() for mark in _all_marks())


@functools.cache
def _in_words() -> tuple[tuple[bytes, ...], ...]:
    """The words of each mark, with a space where no letter of the word can follow: `task(` ends a word."""
    return tuple(tuple(_spaced(mark, word).encode() for word in re.finditer(r"\w+", mark)) for mark in _all_marks())


def _spaced(mark: str, word: re.Match[str]) -> str:
    return " " * (word.start() > 0) + word[0] + " " * (word.end() < len(mark))


@functools.cache
def _all_marks() -> tuple[str, ...]:
    found: tuple[str, ...] = made("schedule_marks") or marks()
    return found


@functools.cache
def _text_kinds() -> tuple[Any, ...]:
    return tuple(kind for kind in _kinds() if hasattr(kind, "in_text"))


@functools.lru_cache(maxsize=100_000)
def _names_in(folder: str) -> re.Pattern[str]:
    """The names of files that some kind reads in a folder: a tree has few folders and many files."""
    pairs: tuple[tuple[str, str], ...] = made("schedule_files") or files()
    return _any_of(tuple(dict.fromkeys(names for where, names in pairs if re.search(where, folder, re.I))))


@functools.cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _is_followed(name: str) -> bool:
    return _any_of((FOLLOWED, _SETTINGS)).fullmatch(name) is not None
