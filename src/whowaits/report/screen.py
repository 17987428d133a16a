"""Lines and aligned tables of a given width. Figures are never cut; names are, with an ellipsis."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

GAP: Final = "  "
_CODES: Final = {"bold": "1", "dim": "2", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: `name` columns may be cut at their end, `place` columns at their start; figures stand to the right."""

    title: str
    kind: Literal["name", "place", "word", "figure"] = "word"
    least: int = 10
    """Cells that a column which may be cut keeps, however narrow the screen is."""


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
        self._lines += [self._styled(part, style) for part in wrap(text, self.width)]

    def gap(self) -> None:
        """Add an empty line."""
        self._lines.append("")

    def table(self, title: str, heads: Sequence[Head], rows: Iterable[Sequence[Text]]) -> None:
        """Add a title and aligned rows."""
        self.gap()
        self.line(title, "bold")
        self.rows(heads, rows)

    def rows(self, heads: Sequence[Head], rows: Iterable[Sequence[Text]]) -> None:
        """Add aligned rows below their heads."""
        body = list(rows)
        widths = self._widths(heads, body)
        header = [Text(h.title, "dim") for h in heads]
        self._lines += [self._row(heads, widths, row) for row in (header, *body)]

    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self._lines) + "\n"

    def _widths(self, heads: Sequence[Head], rows: Sequence[Sequence[Text]]) -> list[int]:
        """What each column needs; names give way, the widest first, until the row fits."""
        columns = zip(*[[h.title for h in heads], *[[t.text for t in row] for row in rows]], strict=True)
        widths = [max(cells(text) for text in column) for column in columns]
        over = sum(widths) + len(GAP) * (len(heads) - 1) - self.width
        while over > 0:
            able = [i for i, h in enumerate(heads) if h.kind in ("name", "place") and widths[i] > h.least]
            if not able:
                break
            widths[max(able, key=lambda i: widths[i])] -= 1
            over -= 1
        return widths

    def _row(self, heads: Sequence[Head], widths: Sequence[int], row: Sequence[Text]) -> str:
        parts = []
        for head, width, cell in zip(heads, widths, row, strict=True):
            text = cut_start(cell.text, width) if head.kind == "place" else cut(cell.text, width)
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


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` (2 or more) cells, broken at spaces, a longer word anywhere."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cells(longer) <= width:
            lines[-1] = longer
            continue
        lines += [word] if lines[-1] else []
        lines[-1] = lines[-1] or word
        while cells(lines[-1]) > width:
            head = _prefix(lines[-1], width)
            lines[-1:] = [head, lines[-1][len(head) :]]
    return lines


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where something is missing."""
    return text if cells(text) <= width else _prefix(text, width - 1) + "…"


def cut_start(text: str, width: int) -> str:
    """Return the end of `text` in at most `width` cells: the end of a path says most."""
    return text if cells(text) <= width else "…" + _prefix(text[::-1], width - 1)[::-1]


def _prefix(text: str, width: int) -> str:
    """The longest beginning of `text` that takes at most `width` cells."""
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > width:
            return text[:index]
    return text


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
