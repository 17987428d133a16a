"""A shell command, as schedules hold it -> the Python programs that it starts. Nothing is ever run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final, Literal, NamedTuple

Form = Literal["script", "module", "management", "shell", "make", "unit", "program", "task", "function"]

_PYTHON: Final = re.compile(r"(python|pypy)(\d(\.\d+)?)?(\.exe)?$")
_SEPARATOR: Final = re.compile(r"&&|\|\||[;|\n]")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
_TAKES_VALUE: Final = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_WRAPPERS: Final = frozenset(
    {"sudo", "nice", "ionice", "nohup", "time", "timeout", "flock", "env", "exec", "chronic", "setsid", "caffeinate"}
    | {"poetry", "uv", "uvx", "pipenv", "pdm", "hatch", "rye", "conda", "mamba", "micromamba", "xvfb-run", "run"}
    | {"docker", "docker-compose", "podman", "kubectl", "compose"}
)
_SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ash", "source", "."})
_MAX_DEPTH: Final = 3


class Target(NamedTuple):
    """What is started, before it is looked up in the tree. `folder` is where the command changes to first."""

    form: Form
    name: str
    folder: str = ""

    def __str__(self) -> str:
        prefix = {"module": "python -m ", "script": "python ", "management": "manage.py "}.get(self.form, "")
        return prefix + self.name


def targets(command: str, folder: str = "", depth: int = 0) -> Iterator[Target]:
    """Yield what `command` starts, in order; `folder` is the working directory it begins in."""
    for piece in _pieces(command):
        words = _words(piece)
        if words[:1] == ["cd"] or words[1:2] == ["cd"]:  # the user column of a system crontab may stand before it
            folder = _joined(folder, words[-1])
            continue
        found = _started(words, folder)
        if found is not None:
            yield found
            continue
        for word in words:
            if depth < _MAX_DEPTH and re.search(r"\s", word):  # bash -c "cd x && python y.py"
                yield from targets(word, folder, depth + 1)


def _pieces(command: str) -> Iterator[str]:
    """Split at shell separators that stand outside quotes; a backslash joins lines."""
    text, start, quote = command.replace("\\\n", " "), 0, ""
    for position, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif (separator := _SEPARATOR.match(text, position)) and position >= start:
            yield text[start:position].strip()
            start = separator.end()
    yield text[start:].strip()


def _words(piece: str) -> list[str]:
    if piece.startswith("#"):
        return []
    try:
        words = shlex.split(piece.lstrip("({ "), comments=False)
    except ValueError:
        words = piece.split()
    while words and _ASSIGNMENT.match(words[0]):
        words = words[1:]
    return words


def _started(words: list[str], folder: str) -> Target | None:
    for position, word in enumerate(words):
        if re.search(r"\s", word):
            return None
        if _PYTHON.match(PurePosixPath(word).name):
            return _python(words[position + 1 :], folder)
        if word.endswith(".py"):
            return _script(word, words[position + 1 :], folder)
        if PurePosixPath(word).name == "django-admin":
            return _management(words[position + 1 :], folder)
        if PurePosixPath(word).name in ("make", "gmake"):
            return _make(words[position + 1 :], folder)
        if word.endswith(".sh"):
            return Target("shell", word, folder)
    for word in words:
        name = PurePosixPath(word).name
        if name and name not in _WRAPPERS and name not in _SHELLS and not word.startswith("-"):
            return Target("program", name, folder)
    return None


def _python(arguments: list[str], folder: str) -> Target | None:
    position = 0
    while position < len(arguments):
        word = arguments[position]
        if word == "-m" and position + 1 < len(arguments):
            name, rest = arguments[position + 1], arguments[position + 2 :]
            return _management(rest, folder) if name == "django" else Target("module", name, folder)
        if word.startswith("-m") and not word.startswith("--") and len(word) > 2:
            return Target("module", word[2:], folder)
        if not word.startswith("-"):
            return _script(word, arguments[position + 1 :], folder)
        if word in ("-", "-c"):
            return None
        position += 2 if word in _TAKES_VALUE else 1
    return None


def _script(word: str, rest: list[str], folder: str) -> Target | None:
    if PurePosixPath(word).name == "manage.py":
        return _management(rest, _joined(folder, str(PurePosixPath(word).parent)))
    return Target("script", word, folder)


def _management(arguments: list[str], folder: str) -> Target | None:
    for word in arguments:
        if not word.startswith("-"):
            return Target("management", word, folder)
    return None


def _make(arguments: list[str], folder: str) -> Target | None:
    """`make -C dir nightly`: the first target decides, and the folder that is changed to."""
    wanted: str | None = None
    following = iter(arguments)
    for word in following:
        if word in ("-C", "-f", "-j"):
            value = next(following, "")
            folder = _joined(folder, value) if word == "-C" else folder
        elif not word.startswith("-") and "=" not in word:
            wanted = wanted or word
    return None if wanted is None else Target("make", wanted, folder)


def recipe(makefile: str, wanted: str) -> str:
    """Return the commands of one target of a Makefile, without those of what it depends on."""
    lines, inside = [], False
    for line in makefile.splitlines():
        if line.startswith("\t"):
            lines += [line.strip().lstrip("@-+")] if inside else []
        elif line.strip() and not line.startswith("#"):
            names, sign, _ = line.partition(":")
            inside = bool(sign) and wanted in names.split()
    return "\n".join(lines)


def _joined(folder: str, more: str) -> str:
    if more.startswith(("/", "~", "$")):
        return more
    return "" if (joined := str(PurePosixPath(folder) / more)) == "." else joined
