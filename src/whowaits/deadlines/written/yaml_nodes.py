"""YAML as nodes with their lines: nothing is constructed, no alias is expanded, size and depth are bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 100


class UnreadableError(ValueError):
    """The text is no YAML that we read. `line` is where reading stopped, when that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def documents(text: str) -> Iterator[yaml.Node]:
    """Yield the root node of each document. Aliases share nodes, so a bomb of them costs nothing until expanded."""
    if len(text) > MAX_BYTES or _too_deep(text):
        raise UnreadableError("larger or deeper than a schedule is")
    try:
        yield from (node for node in yaml.compose_all(text, Loader=_LOADER) if node is not None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableError("no YAML", None if mark is None else mark.line + 1) from None


def child(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Return the node at `path` below a mapping, None when there is none."""
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for name, value in node.value if getattr(name, "value", None) == key), None)
    return node


def pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    """Return the (key, value) pairs of a mapping, [] for anything else."""
    return [(str(k.value), v) for k, v in node.value] if isinstance(node, yaml.MappingNode) else []


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """Return the items of a sequence, [] for anything else."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def text_of(node: yaml.Node | None) -> str | None:
    """Return the text of a scalar as it is written."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def line_of(node: yaml.Node) -> int:
    """Return the line a node starts on, counted from 1."""
    return int(node.start_mark.line) + 1


def _too_deep(text: str) -> bool:
    """Flow nesting and indentation are what makes a YAML parser recurse."""
    if text.count("[") + text.count("{") > MAX_DEPTH and re.search(rf"(?:[\[{{]\s*){{{MAX_DEPTH}}}", text):
        return True
    return re.search(rf"^(?:- ?){{{MAX_DEPTH},}}", text, re.MULTILINE) is not None


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
