"""Shell scripts as text: variables, commands with their lines and flags, endless loops that sleep."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from whowaits.deadlines import durations

_SET: Final = re.compile(r"^\s*(?:export\s+|readonly\s+|local\s+|ENV\s+|ARG\s+)?([A-Za-z_]\w*)=(.*)$", re.MULTILINE)
_USED: Final = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?[-=]([^}]*))?\})")
_LOOP: Final = re.compile(
    r"\b(?:while\s+(?:true|:|1|\[+\s*(?:1|true)\s*\]+)|until\s+false)\s*(?:;|#[^\n]*)?\s*do\b(.{0,2000}?)\bdone\b"
    r"|\bwatch\s+(?:-\w+\s+)*?(?:-n\s*|--interval[= ])([\d.]+)\s+([^\n]*)",
    re.DOTALL,
)
_SLEEP: Final = re.compile(r"\bsleep\s+(\$\(\(([\d\s*+]+)\)\)|[^\s;&|]+)")
_MAX_VALUE: Final = 500


class Command(NamedTuple):
    """One command with the line it starts on, its words with variables filled in where they are known."""

    line: int
    words: tuple[str, ...]

    def flag(self, *names: str) -> str | None:
        """Return the value of `--name value` or `--name=value`."""
        for position, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if name in names:
                return value if equals else "".join(self.words[position + 1 : position + 2])
        return None


class Loop(NamedTuple):
    """What is run again and again, and after how many seconds; None = that is set elsewhere."""

    line: int
    seconds: float | None
    body: str


def variables(text: str) -> dict[str, str]:
    """Return what variables are set to, of several times the first."""
    found: dict[str, str] = {}
    for name, value in _SET.findall(text):
        found.setdefault(name, filled(value.split(" #")[0].strip().strip("\"'")[:_MAX_VALUE], found))
    return found


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the variables filled in that are known or have a default."""

    def value(found: re.Match[str]) -> str:
        return known.get(found[1] or found[2]) or found[3] or found[0]

    return _USED.sub(value, text)


def commands(text: str, mark: str) -> Iterator[Command]:
    """Yield the commands of a script that contain `mark`, lines that go on joined."""
    known = variables(text)
    start, joined = 1, ""
    for number, line in enumerate(text.splitlines(), start=1):
        start = start if joined else number
        joined += line.strip().removesuffix("\\").rstrip() + " "
        if line.rstrip().endswith("\\"):
            continue
        if mark in joined and not joined.lstrip().startswith("#"):
            yield Command(start, tuple(filled(word, known) for word in _words(joined)))
        joined = ""


def loops(text: str) -> Iterator[Loop]:
    """Yield the endless loops of a text, wherever in it they stand, that sleep and have no way out."""
    known = variables(text)
    for found in _LOOP.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if _is_comment(text, found.start()):
            continue
        if found[2] is not None:
            yield Loop(line, durations.parse(found[2]), found[3].strip("\"'] \t"))
            continue
        sleep = _SLEEP.search(found[1])
        if sleep is None or re.search(r"\b(break|exit|return)\b", found[1]):
            continue
        yield Loop(line, _seconds(sleep, known), _SLEEP.sub("", found[1]).replace('\\"', '"'))


def _seconds(sleep: re.Match[str], known: Mapping[str, str]) -> float | None:
    if sleep[2] is not None:
        product = 1.0
        for factor in sleep[2].split("*"):
            product *= sum(float(number) for number in factor.split("+") if number.strip())
        return product or None
    return durations.parse(filled(sleep[1], known).strip("\"'"))


def _is_comment(text: str, position: int) -> bool:
    return text[text.rfind("\n", 0, position) + 1 : position].lstrip().startswith("#")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
