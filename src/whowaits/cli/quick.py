"""`check` without typer, which takes longer to load than a hook may: plain uses only, anything else is typer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from whowaits.cli.checking import Options

_FILES: Final = frozenset({"output_file", "baseline", "stdin_filename"})
_NOT_PLAIN: Final = frozenset({"paths", "as_of"})


def options(words: Sequence[str]) -> Options | None:
    """Return what typer would make of `check …`; None where that is not certain, or no `check` at all.

    Certain are: options in full, each with its value, and paths. Help, mistakes, days and what begins with a dash
    though it is a value are left to typer, which says it better.
    """
    if not words or words[0] != "check":
        return None
    from whowaits.cli.checking import Options

    given = _given(iter(words[1:]), Options._field_defaults)
    return None if given is None else Options(**given)


def _given(words: Iterator[str], defaults: dict[str, Any]) -> dict[str, Any] | None:
    """Field -> value, for the fields that the words set."""
    given: dict[str, Any] = {}
    for word in words:
        if not word.startswith("-"):
            given["paths"] = (*given.get("paths", ()), Path(word))
            continue
        name, sign, value = word.partition("=")
        field = name[2:].replace("-", "_")
        if not name.startswith("--") or "_" in name or field not in defaults or field in _NOT_PLAIN:
            return None
        if defaults[field] is False:
            if sign:
                return None
            given[field] = True
            continue
        value = value if sign else next(words, "-")
        if value.startswith("-"):
            return None
        repeated = isinstance(defaults[field], tuple)
        given[field] = (*given.get(field, ()), value) if repeated else Path(value) if field in _FILES else value
    return given
