"""YAML that a template makes (Helm, Jinja): read as far as it is YAML once the template's actions are words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

MAX_LENGTH: Final = 200_000
"""Characters of a template; written by hand, they have a few thousand."""
_ACTION: Final = re.compile(r"\{\{.{0,300}?\}\}", re.DOTALL)
_COMMENT: Final = re.compile(r"\{\{-?\s*/\*.{0,1000}?\*/\s*-?\}\}", re.DOTALL)
_ALONE: Final = re.compile(r"^[ \t]*(?:\{\{[^{}\n]*\}\}[ \t]*)+$", re.MULTILINE)
_VALUE: Final = re.compile(r"\{\{-?\s*(?:\.|\$\.)?Values\.([\w.]+)")
_DEFAULT: Final = re.compile(r"default\s+\"([^\"]*)\"")


def is_template(text: str) -> bool:
    """Whether a text holds actions of a template."""
    return "{{" in text


def plain(text: str, value: Callable[[str], str | None]) -> str:
    """Return the text with what `value` knows of `.Values.x.y` in place of actions; lines keep their numbers.

    A line of nothing but actions (`if`, `range`, `include`) is left empty; an action that is not known becomes `$`.
    """
    if len(text) > MAX_LENGTH:
        return text
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _ACTION.sub(lambda found: _word(found[0], value), _ALONE.sub("", text))


def _word(action: str, value: Callable[[str], str | None]) -> str:
    named, otherwise = _VALUE.match(action), _DEFAULT.search(action)
    text = value(named[1]) if named is not None else None
    if text is None:
        text = otherwise[1] if otherwise is not None else "$"
    quoted = re.search(r"\|\s*s?quote\b", action) is not None
    return f'"{text}"' if quoted else text
