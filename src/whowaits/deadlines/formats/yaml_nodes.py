"""YAML as nodes with their lines: nothing is constructed, no alias is expanded, size and depth are bounded."""

from __future__ import annotations

import re
import shlex
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 100
_MAX_MERGED: Final = 5


class UnreadableError(ValueError):
    """The text is no YAML that we read. `line` is where reading stopped, when that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def documents(text: str) -> Iterator[Node]:
    """Yield the root node of each document. Aliases share nodes, so a bomb of them costs nothing until expanded."""
    if len(text) > MAX_BYTES or _too_deep(text):
        raise UnreadableError("larger or deeper than a schedule is")
    import yaml  # loaded on use: most trees write no schedule in YAML

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from (node for node in yaml.compose_all(text, Loader=loader) if node is not None)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableError("no YAML", None if mark is None else mark.line + 1) from None


def roots_of(path: str, text: str, what: str) -> tuple[list[Node], list[Skipped]]:
    """Return the roots of the documents of a file, or why it is skipped; `what` is what it would be."""
    try:
        return list(documents(text)), []
    except UnreadableError as error:
        return [], [Skipped(Place(path, error.line), f"{what} that is {error}")]


def all_in(node: Node) -> Iterator[Node]:
    """Yield every mapping at or below a node, outermost first; a node that is shared comes once."""
    seen: set[int] = set()
    waiting = deque([node])
    while waiting:
        node = waiting.popleft()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if _kind(node) == "mapping":
            yield node
            waiting += [value for _, value in node.value]
        waiting += items(node)


def child(node: Node | None, *path: str) -> Node | None:
    """Return the node at `path` below a mapping, None when there is none."""
    for key in path:
        node = _own(node, key, 0)
    return node


def _own(node: Node | None, key: str, merged: int) -> Node | None:
    """The value of a key, of the mapping itself or of what is merged into it with `<<`."""
    if node is None or _kind(node) != "mapping" or merged > _MAX_MERGED:
        return None
    known = {str(name.value): value for name, value in reversed(node.value)}
    if key in known or "<<" not in known:
        return known.get(key)
    others = items(known["<<"]) or [known["<<"]]
    return next((found for other in others if (found := _own(other, key, merged + 1)) is not None), None)


def pairs(node: Node | None) -> list[tuple[str, Node]]:
    """Return the (key, value) pairs of a mapping, [] for anything else."""
    return [(str(k.value), v) for k, v in node.value] if node is not None and _kind(node) == "mapping" else []


def items(node: Node | None) -> list[Node]:
    """Return the items of a sequence, [] for anything else."""
    return list(node.value) if node is not None and _kind(node) == "sequence" else []


def text_of(node: Node | None) -> str | None:
    """Return the text of a scalar as it is written."""
    return str(node.value) if node is not None and _kind(node) == "scalar" else None


def words_of(node: Node | None) -> list[str]:
    """Return the texts of a sequence, or the one text of a scalar."""
    text = text_of(node)
    return [text] if text is not None else [text_of(item) or "" for item in items(node)]


def command_of(node: Node | None) -> str:
    """Return a command that may be a line of shell or a list of words, as a line of shell."""
    return shlex.join(words_of(node)) if items(node) else text_of(node) or ""


def line_of(node: Node) -> int:
    """Return the line a node starts on, counted from 1."""
    return int(node.start_mark.line) + 1


def _too_deep(text: str) -> bool:
    """Flow nesting and indentation are what makes a YAML parser recurse."""
    if text.count("[") + text.count("{") > MAX_DEPTH and re.search(rf"(?:[\[{{]\s*){{{MAX_DEPTH}}}", text):
        return True
    return re.search(rf"^(?:- ?){{{MAX_DEPTH},}}", text, re.MULTILINE) is not None


def _kind(node: Node) -> str:
    """ "mapping", "sequence" or "scalar"; said by the node itself, so that nothing here imports a parser."""
    return str(getattr(node, "id", ""))
