"""Lines and aligned tables of a given width. Figures are never cut; names are, with an ellipsis."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

GAP: Final = "  "
LEAST: Final = 10
"""Cells that a column of names keeps however narrow the screen is."""
_CODES: Final = {"bold": "1", "dim": "2", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: `name` columns may be cut, `figure` columns stand to the right."""

    title: str
    kind: Literal["name", "word", "figure"] = "word"


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in a cell, and how it looks where colour is wanted."""

    text: str
    style: str = ""


class Screen:
    """Collects lines; `color` adds terminal codes and changes nothing else."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = max(width, 40)
        self._color = color
        self._lines: list[str] = []

    def line(self, text: str, style: str = "") -> None:
        """Add a sentence, wrapped to the width."""
        wrapped = textwrap.wrap(text, self.width, break_on_hyphens=False) or [""]
        self._lines += [self._styled(part, style) for part in wrapped]

    def gap(self) -> None:
        """Add an empty line."""
        self._lines.append("")

    def table(self, title: str, heads: Sequence[Head], rows: Iterable[Sequence[Text]]) -> None:
        """Add a title and aligned rows."""
        body = list(rows)
        widths = self._widths(heads, body)
        self.gap()
        self.line(title, "bold")
        header = [Text(h.title, "dim") for h in heads]
        self._lines += [self._row(heads, widths, row) for row in (header, *body)]

    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self._lines) + "\n"

    def _widths(self, heads: Sequence[Head], rows: Sequence[Sequence[Text]]) -> list[int]:
        """What each column needs; names give way, the widest first, until the row fits."""
        columns = zip(*[[h.title for h in heads], *[[t.text for t in row] for row in rows]], strict=True)
        widths = [max(cells(text) for text in column) for column in columns]
        names = [i for i, head in enumerate(heads) if head.kind == "name"]
        over = sum(widths) + len(GAP) * (len(heads) - 1) - self.width
        while over > 0 and names and (widest := max(names, key=lambda i: widths[i])) is not None:
            if widths[widest] <= LEAST:
                break
            widths[widest] -= 1
            over -= 1
        return widths

    def _row(self, heads: Sequence[Head], widths: Sequence[int], row: Sequence[Text]) -> str:
        parts = []
        for head, width, cell in zip(heads, widths, row, strict=True):
            text = cut(cell.text, width)
            space = " " * (width - cells(text))
            styled = self._styled(text, cell.style)
            parts.append(space + styled if head.kind == "figure" else styled + space)
        return GAP.join(parts).rstrip()

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._color and style and text else text


def cells(text: str) -> int:
    """Return how many cells of a terminal `text` takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells(c) for c in text)


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        if used + _cells(character) > width - 1:
            break
        kept.append(character)
        used += _cells(character)
    return "".join(kept) + "…"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
