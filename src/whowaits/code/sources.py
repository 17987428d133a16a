"""The text of functions, cut out of the files of a tree for `steps`."""

from __future__ import annotations

import ast
import bisect
import dataclasses
from collections.abc import Mapping
from pathlib import Path

from whowaits.code import files
from whowaits.code.site import Step


class Sources:
    """Reads each file once. Text that cannot be had is ""."""

    def __init__(self, root: Path, given: Mapping[str, bytes] | None = None) -> None:
        self._root = root
        self._given = given or {}
        self._lines: dict[str, tuple[list[str], list[int]]] = {}
        self._tops: dict[tuple[str, int | None], list[tuple[int, int]]] = {}

    def function(self, step: Step) -> tuple[str, Step]:
        """The lines of a step's function (outside of functions: its statement), and the step with those lines."""
        if step.function == "<module>":
            step = self._one_statement(step)
        return "".join(self.lines(step.path, step.cell)[step.first_line - 1 : step.last_line]), step

    def lines(self, path: str, cell: int | None = None) -> list[str]:
        """The lines of a file or of one code cell of a notebook, with their line ends."""
        if path not in self._lines:
            self._lines[path] = self._read(path)
        lines, cells = self._lines[path]
        if cell is None or not 0 < cell <= len(cells):
            return lines
        end = cells[cell] - 1 if cell < len(cells) else len(lines)
        return lines[cells[cell - 1] - 1 : end]

    def offset(self, path: str, cell: int | None) -> int:
        """How many lines of a notebook's code stand above a cell."""
        self.lines(path)
        starts = self._lines[path][1]
        return starts[cell - 1] - 1 if cell is not None and 0 < cell <= len(starts) else 0

    def cells(self, path: str) -> list[int | None]:
        """The numbers of the code cells of a notebook; one None for a Python file."""
        self.lines(path)
        return list(range(1, len(self._lines[path][1]) + 1)) if path.endswith(".ipynb") else [None]

    def mentions(self, path: str, word: bytes) -> bool:
        """Whether the bytes of a file hold a word."""
        try:
            return word in self._bytes(path)
        except OSError:
            return False

    def _bytes(self, path: str) -> bytes:
        return self._given[path] if path in self._given else (self._root / path).read_bytes()

    def _read(self, path: str) -> tuple[list[str], list[int]]:
        try:
            source, _ = files.read(self._root / path, self._bytes(path), path)
        except (OSError, files.Unreadable):
            return [], []
        text = source.text if isinstance(source.text, str) else _decoded(source.text)
        return text.splitlines(keepends=True), source.cells

    def _one_statement(self, step: Step) -> Step:
        key = (step.path, step.cell)
        if key not in self._tops:
            self._tops[key] = _statements("".join(self.lines(*key)))
        tops = self._tops[key]
        at = bisect.bisect_right(tops, (step.line, 1 << 30)) - 1
        if at < 0 or tops[at][1] < step.line:
            return step
        first, last = tops[at]
        asks, others = (tuple(n for n in lines if first <= n <= last) for lines in (step.asks, step.others))
        return dataclasses.replace(step, first_line=first, last_line=last, asks=asks, others=others)


def _decoded(data: bytes) -> str:
    """The text of a Python file in its declared encoding, with \\n line ends as `ast` counts lines."""
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _statements(text: str) -> list[tuple[int, int]]:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [(node.lineno, node.end_lineno or node.lineno) for node in body]
