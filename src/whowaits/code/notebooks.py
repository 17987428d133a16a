"""A notebook -> the Python of its code cells; what is no Python in them is blanked, and lines keep their numbers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, Final

_PYTHON_CELLS: Final = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "px", "debug"})
_OTHER_LANGUAGES: Final = frozenset({"sql", "md", "sh", "scala", "r", "R", "fs", "bash", "html", "javascript"})
"""Line magics that stand above a whole cell in notebooks of Databricks."""
_MAGIC: Final = re.compile(r"^(\s*)(?:[%!?]|[\w.,\s()\[\]]+=\s*[%!]).*$|^(\s*)[\w.]+\?{1,2};?\s*$")
_AUTOMAGIC: Final = re.compile(
    r"^(\s*)(?:cd|ls|ll|lf|ldir|cat|cp|mv|rm|mkdir|rmdir|pwd|man|more|less|pushd|popd|pip|pip3|conda|mamba|uv|git|wget|curl|apt"
    r"|apt-get|python|python3|bash|sh|echo|export|unzip|tar|env|set_env|alias|load|load_ext|reload_ext|run|time|timeit|prun"
    r"|matplotlib|pylab|config|autoreload|autosave|who|whos|reset|store|recall|history|save|tensorboard|nvidia-smi)(?=\s+\S).*$"
)
"""A magic without its "%", or a command without its "!", as IPython accepts where it is no Python."""


class NotANotebook(ValueError):
    """The data are no notebook with cells of Python; the message says why."""


def cells(data: bytes) -> list[str]:
    """Return the source of each code cell as it is stored."""
    try:
        book: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotANotebook("not a notebook: its JSON cannot be read") from error
    if not isinstance(book, dict):
        raise NotANotebook("not a notebook: no cells")
    if (language := _language(book)) not in ("", "python", "ipython"):
        raise NotANotebook(f"a notebook in {language[:30]}")
    sheets = [book, *(s for s in book.get("worksheets") or [] if isinstance(s, dict))]
    found = [c for s in sheets for c in s.get("cells") or [] if isinstance(c, dict)]
    code = [c.get("source", c.get("input", "")) for c in found if c.get("cell_type") == "code"]
    return ["".join(map(str, s)) if isinstance(s, list) else str(s) for s in code]


def python_of(cell: str) -> str:
    """Return the Python of a cell: magics, shell lines and what they go on with are blank.

    Raises what `ast.parse` raises for a cell that is no Python then.
    """
    text = _without_magic(cell)
    try:
        ast.parse(text)
    except SyntaxError:
        text = _without_automagic(text)
        ast.parse(text)
    return text


def _language(book: dict[str, Any]) -> str:
    """The language that a notebook says it is in, "" where it says nothing."""
    about = book.get("metadata")
    about = about if isinstance(about, dict) else {}
    for name, key in (("language_info", "name"), ("kernelspec", "language")):
        told = about.get(name)
        if isinstance(told, dict) and isinstance(told.get(key), str):
            return str(told[key]).lower()
    return ""


def _without_magic(cell: str) -> str:
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    word = (first.lstrip("%").split() or [""])[0]
    foreign = first.startswith("%%") and word not in _PYTHON_CELLS
    if foreign or (first.startswith("%") and word in _OTHER_LANGUAGES and not first.startswith("%%")):
        return "\n" * (len(lines) - 1)
    return "\n".join(_blanked(lines, _MAGIC))


def _without_automagic(text: str) -> str:
    """Blank lines that read like a command and are no Python by themselves; `ls -la` is a difference of two names."""
    lines = text.split("\n")
    found = [bool(_AUTOMAGIC.match(line)) and not _is_python(line.strip()) for line in lines]
    return "\n".join(_blanked(lines, _AUTOMAGIC, found))


def _blanked(lines: list[str], pattern: re.Pattern[str], wanted: list[bool] | None = None) -> Iterator[str]:
    """The lines with those that fit, and the lines they go on in after a backslash, blank."""
    goes_on = False
    for number, line in enumerate(lines):
        found = pattern.match(line) if wanted is None or wanted[number] else None
        if goes_on:
            yield ""
        elif found is not None:
            indent = next((group for group in found.groups() if group), "")
            yield f"{indent}pass" if indent else ""
        else:
            yield line
        goes_on = (goes_on or found is not None) and line.rstrip().endswith("\\")


def _is_python(line: str) -> bool:
    try:
        ast.parse(line)
    except (SyntaxError, ValueError):
        return False
    return True
