"""What the files of a Python project say that its programs are called -> the function, or the command, behind each."""

from __future__ import annotations

import re
from typing import Any, Final

_NAMES: Final = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
_ENTRY: Final = re.compile(r"^\s*([\w.-]+)\s*=\s*([\w.]+):([\w.]+)\s*(?:\[[^\]]*\])?\s*$")
_IN_QUOTES: Final = re.compile(r"\"\"\"(.*?)\"\"\"|'''(.*?)'''|\"([^\"\n]*)\"|'([^'\n]*)'", re.DOTALL)


def may_hold(path: str) -> bool:
    """Whether a file of this name declares programs."""
    return path.rpartition("/")[2] in _NAMES


def programs(path: str, text: str) -> dict[str, str]:
    """Return program -> "module:function"."""
    name = path.rpartition("/")[2]
    if name == "setup.py":
        pieces = [piece for found in _IN_QUOTES.findall(text) for piece in found if piece]
        return dict(entry for piece in pieces for entry in _entries(piece))
    if name == "setup.cfg":
        return dict(_entries(_section(text)))
    tables = [_table(_toml(text), *keys) for keys in (("project", "scripts"), ("tool", "poetry", "scripts"))]
    return {name: entry for table in tables for name, entry in table.items() if isinstance(entry, str)}


def commands(path: str, text: str) -> dict[str, str]:
    """Return the shell commands that task runners of a pyproject.toml know by a name."""
    if path.rpartition("/")[2] != "pyproject.toml":
        return {}
    found: dict[str, str] = {}
    for keys in (("tool", "poe", "tasks"), ("tool", "pdm", "scripts"), ("tool", "hatch", "envs", "default", "scripts")):
        for name, command in _table(_toml(text), *keys).items():
            if isinstance(command, dict):
                command = command.get("cmd") or command.get("shell")
            if isinstance(command, str):
                found[name] = command
    return found


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(data: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _section(text: str) -> str:
    import configparser

    reader = configparser.RawConfigParser()
    try:
        reader.read_string(text)
        return reader.get("options.entry_points", "console_scripts", fallback="")
    except configparser.Error:
        return ""


def _entries(text: str) -> list[tuple[str, str]]:
    found = (_ENTRY.match(line) for line in text.splitlines())
    return [(entry[1], f"{entry[2]}:{entry[3]}") for entry in found if entry is not None]
