"""HCL as Terraform writes it: blocks with their attributes as text, without evaluating anything.

A bounded reading of its own: the parsers there are take a second of CPU for a hundred kilobytes, and a few more to
build their tables the first time.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.{0,5000}?\*/)"
    r"|(?P<heredoc><<[-~]?\s*(\w+)\n.{0,5000}?\n?[ \t]*\3(?=\n|$))"
    r"|(?P<text>\"(?:\\.|\$\{[^}]*\}|[^\"\\])*\")|(?P<name>[A-Za-z_][\w-]*)|(?P<line>\n)|(?P<sign>.)",
    re.DOTALL,
)
_MAX_DEPTH: Final = 40
MAX_LENGTH: Final = 200_000
"""Characters of a file; written by hand, they have a few thousand."""
_OPENING: Final = {"{": "}", "[": "]", "(": ")"}


@dataclass(slots=True)
class Block:
    """`resource "aws_lambda_function" "tag" {...}`: labels are the type and the names, attributes (text, line)."""

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, tuple[str, int]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    @property
    def address(self) -> str:
        """How other blocks refer to it: `aws_lambda_function.tag`, `module.tag`."""
        return ".".join(self.labels if self.kind in ("resource", "data") else (self.kind, *self.labels))

    def everywhere(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield the attributes of a name here and in the blocks below."""
        if name in self.attributes:
            yield self.attributes[name]
        for block in self.blocks:
            yield from block.everywhere(name)

    def texts(self) -> Iterator[str]:
        """Yield the text of every attribute here and below."""
        yield from (text for text, _ in self.attributes.values())
        for block in self.blocks:
            yield from block.texts()


@functools.lru_cache(maxsize=64)
def blocks(text: str) -> list[Block]:
    """Return the blocks of a file, which nobody changes; what cannot be read is left out."""
    if len(text) > MAX_LENGTH:
        return []
    reader = _Reader(text)
    top = Block("", (), 1)
    reader.body(top, 0)
    return top.blocks


def strings(expression: str, values: Mapping[str, str], depth: int = 0) -> list[str]:
    """Return the texts an expression may be worth, in order: literals, and what `local.x` and `var.x` are set to."""
    found: list[str] = []
    for token in _TOKEN.finditer(expression):
        if token["text"] is not None:
            whole = re.fullmatch(r"\$\{([^}]*)\}", token["text"][1:-1])
            found += strings(whole[1], values, depth + 1) if whole and depth < 5 else [token["text"][1:-1]]
    for name in re.findall(r"\b(?:local|var)\.[\w-]+", expression) if depth < 5 else ():
        if name in values:
            found += strings(values[name], values, depth + 1)
    return found


def settings(all_blocks: list[Block]) -> dict[str, str]:
    """Return the expressions behind `local.x` and the defaults behind `var.x`."""
    found: dict[str, str] = {}
    for block in all_blocks:
        if block.kind == "locals":
            found |= {f"local.{name}": text for name, (text, _) in block.attributes.items()}
        elif block.kind == "variable" and "default" in block.attributes:
            found[f"var.{block.labels[0] if block.labels else ''}"] = block.attributes["default"][0]
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [token for token in _TOKEN.finditer(text) if token["space"] is None]
        self._starts = [found.start() for found in re.finditer(r"\n", text)]
        self._at = 0

    def body(self, block: Block, depth: int) -> None:
        """Read attributes and blocks up to the brace that closes `block`."""
        while self._at < len(self._tokens):
            token = self._next()
            if token[0] == "}":
                return
            if token["name"] is None:
                continue
            if self._peek() == "=":
                self._at += 1
                block.attributes[token[0]] = (self._expression(), self._line(token))
                continue
            labels = self._labels()
            if self._peek() == "{" and depth < _MAX_DEPTH:
                self._at += 1
                inner = Block(token[0], labels, self._line(token))
                block.blocks.append(inner)
                self.body(inner, depth + 1)

    def _labels(self) -> tuple[str, ...]:
        labels = []
        while self._at < len(self._tokens) and (self._tokens[self._at]["text"] or self._tokens[self._at]["name"]):
            labels.append(self._next()[0].strip('"'))
        return tuple(labels)

    def _expression(self) -> str:
        """The text up to the end of the line, or to the bracket that closes what it opens."""
        first, closing = self._at, [""]
        while self._at < len(self._tokens):
            word = self._tokens[self._at][0]
            if len(closing) == 1 and word in ("\n", "}"):
                break
            self._at += 1
            if word in _OPENING:
                closing.append(_OPENING[word])
            elif word == closing[-1]:
                closing.pop()
        if first == self._at:
            return ""
        return self._text[self._tokens[first].start() : self._tokens[self._at - 1].end()]

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _next(self) -> re.Match[str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def _line(self, token: re.Match[str]) -> int:
        return bisect.bisect_left(self._starts, token.start()) + 1
