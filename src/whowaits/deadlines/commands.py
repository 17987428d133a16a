"""A shell command, as schedules hold it -> the Python programs that it starts. Nothing is ever run."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final, Literal, NamedTuple

Form = Literal[
    "script", "module", "management", "shell", "make", "unit", "program", "image", "task", "function", "entry", "named"
]

_PYTHON: Final = re.compile(r"(python|pypy)(\d(\.\d+)?)?(\.exe)?$")
_SEPARATOR: Final = re.compile(r"&&|\|\||[;|\n]|(?<!>)&(?!>)")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
_TAKES_VALUE: Final = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_WRAPPERS: Final = frozenset(
    {"sudo", "nice", "ionice", "nohup", "time", "timeout", "flock", "env", "exec", "chronic", "setsid", "caffeinate"}
    | {"poetry", "uv", "uvx", "pipenv", "pdm", "hatch", "rye", "conda", "mamba", "micromamba", "xvfb-run", "run", "poe"}
    | {"docker", "docker-compose", "podman", "kubectl", "compose", "cronitor", "sentry-cli", "then", "do", "else", "!"}
)
_SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ash", "source", "."})
_RUNS_NOTHING: Final = frozenset(
    {"echo", "pip", "apt-get", "apt", "mkdir", "rm", "cp", "export", "printf", "test", "["}
)
_NO_JOBS: Final = frozenset(
    {"uvicorn", "gunicorn", "hypercorn", "daphne", "celery", "pytest", "mypy", "ruff", "black", "isort"}
    | {"pip", "venv", "ensurepip", "build", "twine"}
)
"""Servers, checks and installers: what they run is not named on the command line."""
_MAX_DEPTH: Final = 3
_CONTAINERS: Final = frozenset({"docker", "podman", "docker-compose", "nerdctl"})
_MAX_ARGUMENTS: Final = 12
_MAX_WORDS: Final = 500


class Target(NamedTuple):
    """What is started, before it is looked up in the tree. `folder` is where the command changes to first."""

    form: Form
    name: str
    folder: str = ""
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        prefix = {"module": "python -m ", "script": "python ", "management": "manage.py "}.get(self.form, "")
        return prefix + self.name


def targets(command: str, folder: str = "", depth: int = 0) -> Iterator[Target]:
    """Yield what `command` starts, in order; `folder` is the working directory it begins in."""
    for piece in _pieces(command):
        assigned, words = _words(piece)
        for value in assigned if depth < _MAX_DEPTH else ():  # CMD="python x.py" make run
            yield from (t for t in targets(value, folder, depth + 1) if t.form != "program")
        if words[:1] == ["cd"] or words[1:2] == ["cd"]:  # the user column of a system crontab may stand before it
            folder = _joined(folder, words[-1])
            continue
        started = list(_started(words, folder))
        yield from started
        if started or depth >= _MAX_DEPTH:
            continue
        for word in words:
            if re.search(r"\s", word):  # bash -c "cd x && python y.py"
                yield from targets(word, folder, depth + 1)


def _pieces(command: str) -> Iterator[str]:
    """Split at shell separators that stand outside quotes; a backslash joins lines."""
    text, start, quote = command.replace("\\\n", " "), 0, ""
    for position, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif (
            (separator := _SEPARATOR.match(text, position))
            and position >= start
            and text[position - 1 : position] != ">"
        ):
            yield text[start:position].strip()
            start = separator.end()
    yield text[start:].strip()


def _words(piece: str) -> tuple[list[str], list[str]]:
    """The values of several words that variables are set to in front of a command, and the words of the command."""
    if piece.startswith("#"):
        return [], []
    try:
        words = shlex.split(piece.lstrip("({ "), comments=False)
    except ValueError:
        words = piece.split()
    count = next((number for number, word in enumerate(words) if not _ASSIGNMENT.match(word)), len(words))
    values = [word.partition("=")[2] for word in words[:count]]
    return [value for value in values if re.search(r"\s", value)], words[count : count + _MAX_WORDS]


def _started(words: list[str], folder: str) -> Iterator[Target]:
    if not words or PurePosixPath(words[0]).name in _RUNS_NOTHING:
        return
    for position, word in enumerate(words):
        name, rest = PurePosixPath(word).name, words[position + 1 :]
        if re.search(r"\s", word):
            return
        if _PYTHON.match(name):
            yield from _python(rest, folder)
            return
        if word.endswith((".py", ".ipynb")):  # papermill and nbconvert run notebooks
            yield _script(word, rest, folder)
            return
        if name == "django-admin":
            yield from _management(rest, folder)
            return
        if name in ("make", "gmake", "$(MAKE)", "${MAKE}"):
            yield from _make(rest, folder)
            return
        if word.endswith(".sh"):
            yield Target("shell", word, folder, _told(rest))
            return
    yield from _program(words, folder)


def _program(words: list[str], folder: str) -> Iterator[Target]:
    """A program by its name, with the words behind it: which of them the tree knows is seen when it is looked up."""
    contained = any(PurePosixPath(word).name in _CONTAINERS for word in words)
    candidates = [
        word
        for word in words
        if not word.startswith("-") and PurePosixPath(word).name not in _WRAPPERS | _SHELLS and PurePosixPath(word).name
    ]
    if candidates and PurePosixPath(candidates[0]).name not in _NO_JOBS:
        form: Form = "image" if contained else "program"
        name = candidates[0] if contained else PurePosixPath(candidates[0]).name
        yield Target(form, name, folder, _told(candidates[1:]))


def _python(arguments: list[str], folder: str) -> Iterator[Target]:
    position = 0
    while position < len(arguments):
        word, rest = arguments[position], arguments[position + 1 :]
        if word == "-c":
            yield from _code(rest[0] if rest else "", folder)
            return
        if word == "-m" and rest:
            yield from _module(rest[0], rest[1:], folder)
            return
        if word.startswith("-m") and not word.startswith("--") and len(word) > 2:
            yield from _module(word[2:], rest, folder)
            return
        if word == "-":
            return
        if not word.startswith("-"):
            yield _script(word, rest, folder)
            return
        position += 2 if word in _TAKES_VALUE else 1


def _module(name: str, rest: list[str], folder: str) -> Iterator[Target]:
    if name == "django":
        yield from _management(rest, folder)
    elif name not in _NO_JOBS:
        yield Target("module", name, folder, _told(rest))


def _code(text: str, folder: str) -> Iterator[Target]:
    """`python -c "from jobs.tag import main; main()"`: the functions that it imports and calls."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
        elif isinstance(node, ast.Import):
            imported.update({a.asname or a.name: a.name for a in node.names})
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, _, more = ast.unparse(node.func).partition(".")
            if first in imported:
                yield Target("task", f"{imported[first]}.{more}".rstrip("."), folder)


def _script(word: str, rest: list[str], folder: str) -> Target:
    if PurePosixPath(word).name == "manage.py":
        folder = _joined(folder, str(PurePosixPath(word).parent))
        return next(_management(rest, folder), Target("script", word, folder))
    return Target("script", word, folder, _told(rest))


def _management(arguments: list[str], folder: str) -> Iterator[Target]:
    for word in arguments:
        if not word.startswith("-"):
            yield Target("management", word, folder)
            return


def _make(arguments: list[str], folder: str) -> Iterator[Target]:
    """`make -C dir nightly`: each target, in the folder that is changed to."""
    wanted: list[str] = []
    following = iter(arguments)
    for word in following:
        if word in ("-C", "-f", "-j"):
            value = next(following, "")
            folder = _joined(folder, value) if word == "-C" else folder
        elif not word.startswith("-") and "=" not in word:
            wanted.append(word)
    yield from (Target("make", name, folder) for name in wanted)


def _told(words: list[str]) -> tuple[str, ...]:
    """What a program is told, up to where its output goes; no more of it than names need."""
    ends = (number for number, word in enumerate(words) if re.match(r"\d?>|<", word))
    return tuple(words[: min(next(ends, _MAX_ARGUMENTS), _MAX_ARGUMENTS)])


def recipe(makefile: str, wanted: str) -> str:
    """Return the commands of one target of a Makefile; of one without commands, `make` of what it depends on."""
    lines: list[str] = []
    needed: list[str] = []
    inside = False
    for line in makefile.replace("\\\n", " ").splitlines():
        if line.startswith("\t"):
            lines += [line.strip().lstrip("@-+")] if inside else []
        elif line.strip() and not line.startswith("#"):
            names, sign, more = line.partition(":")
            inside = bool(sign) and not more.startswith("=") and wanted in names.split()
            needed += more.split() if inside else []
    return "\n".join(lines or [f"make {name}" for name in needed if name != wanted])


def _joined(folder: str, more: str) -> str:
    if more.startswith(("/", "~", "$")):
        return more
    return "" if (joined := str(PurePosixPath(folder) / more)) == "." else joined
