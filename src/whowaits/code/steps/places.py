"""Where nodes of a LibCST tree stand, taken from `ast`: LibCST itself finds places only by writing the code anew.

Both parsers see the same text, so the calls, loops, assignments, yields and functions of both trees follow one another
in the same order. Where they do not, which no known text shows, LibCST is asked after all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import libcst as cst

MAX_DEPTH: Final = 120
"""Deepest nesting of expressions and statements that is read; LibCST ends the interpreter on thousands."""


class TooDeepError(ValueError):
    """The text nests deeper than `MAX_DEPTH`."""


class Span(NamedTuple):
    """Where a node starts, and the line where it ends; everything counts from 1."""

    line: int
    column: int
    end_line: int


class Anchor(NamedTuple):
    """A node that both trees have: what it is, a name to know it by, and its place."""

    kind: str
    name: str
    span: Span


def spans(text: str) -> list[Anchor]:
    """The anchors of a text in the order of a LibCST tree; `TooDeepError` when it nests too deep."""
    found: list[Anchor] = []
    stack: list[tuple[Any, int]] = [(ast.parse(text), 0)]
    kinds, special, fields = _AST_KINDS, _AST_PARTS, _fields
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise TooDeepError
        cls = type(node)
        kind = kinds.get(cls)
        if kind is not None:
            found.append(_anchor(kind, node))
        parts = special[cls](node) if cls in special else fields(node, cls)
        stack.extend((part, depth + 1) for part in reversed(parts))
    return found


def matched(nodes: Iterable[cst.CSTNode], written: Sequence[Anchor]) -> dict[cst.CSTNode, Span] | None:
    """The places of the anchors among `nodes`, which come in order; None where the two trees do not agree."""
    ours = [(node, kind) for node in nodes if (kind := _CST_KINDS.get(type(node))) is not None]
    if len(ours) != len(written):
        return None
    found: dict[cst.CSTNode, Span] = {}
    for (node, kind), anchor in zip(ours, written, strict=True):
        if kind != anchor.kind or (isinstance(node, cst.Call) and _name(node.func) != anchor.name):
            return None
        found[node.target if isinstance(node, cst.CompFor) else node] = anchor.span
    return found


def generated(root: cst.Module) -> dict[cst.CSTNode, Span]:
    """The places of all nodes, as LibCST finds them: slow."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    places = MetadataWrapper(root, unsafe_skip_copy=True).resolve(PositionProvider)
    return {n: Span(p.start.line, p.start.column + 1, p.end.line) for n, p in places.items()}


_AST_KINDS: Final[dict[type, str]] = {
    ast.Call: "call", ast.For: "for", ast.AsyncFor: "for", ast.While: "while", ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def", ast.Yield: "yield", ast.YieldFrom: "yield", ast.Assign: "assign",
    ast.AugAssign: "augment", ast.AnnAssign: "annotated", ast.comprehension: "clause",
}  # fmt: skip
_CST_KINDS: Final[dict[type, str]] = {
    cst.Call: "call", cst.For: "for", cst.While: "while", cst.FunctionDef: "def", cst.Yield: "yield",
    cst.Assign: "assign", cst.AugAssign: "augment", cst.AnnAssign: "annotated", cst.CompFor: "clause",
}  # fmt: skip


def _anchor(kind: str, node: Any) -> Anchor:
    at = node.target if kind == "clause" else node
    name = ""
    if kind == "call":
        func = node.func
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return Anchor(kind, name, Span(at.lineno, at.col_offset + 1, at.end_lineno or at.lineno))


def _name(func: cst.CSTNode) -> str:
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


# -- the parts of an `ast` node in the order in which a LibCST tree has them; what it leaves out is left out ----------


def _fields(node: ast.AST, cls: type) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in cls._fields:  # type: ignore[attr-defined]
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif type(value) is list:
            found.extend(v for v in value if isinstance(v, ast.AST))
    return found


def _function(node: Any) -> list[ast.AST]:
    return [node.args, *node.body, *node.decorator_list]


def _arguments(node: ast.arguments) -> list[ast.AST]:
    plain = len(node.args)
    after = node.defaults[-plain:] if plain else []
    return [*after, *(d for d in node.kw_defaults if d), *node.defaults[: len(node.defaults) - len(after)]]


def _class(node: ast.ClassDef) -> list[ast.AST]:
    return [*node.body, *node.bases, *node.keywords, *node.decorator_list]


def _call(node: ast.Call) -> list[ast.AST]:
    if not (node.args and node.keywords):
        return [node.func, *node.args, *node.keywords]
    given: list[Any] = [*node.args, *node.keywords]
    return [node.func, *sorted(given, key=lambda g: (g.lineno, g.col_offset))]


def _dict(node: ast.Dict) -> list[ast.AST]:
    return [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part is not None]


def _annotated(node: ast.AnnAssign) -> list[ast.AST]:
    return [node.target] if node.value is None else [node.target, node.value]


def _handler(node: ast.ExceptHandler) -> list[ast.AST]:
    return [*node.body, *([node.type] if node.type else [])]


def _case(node: ast.match_case) -> list[ast.AST]:
    return [node.pattern, *node.body, *([node.guard] if node.guard else [])]


def _nothing(node: ast.AST) -> list[ast.AST]:
    return []


_AST_PARTS: Final[dict[type, Callable[[Any], list[ast.AST]]]] = {
    ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.arguments: _arguments, ast.ClassDef: _class,
    ast.Call: _call, ast.Dict: _dict, ast.AnnAssign: _annotated, ast.ExceptHandler: _handler, ast.match_case: _case,
    ast.Name: _nothing, ast.Constant: _nothing, ast.Pass: _nothing, ast.Import: _nothing, ast.ImportFrom: _nothing,
}  # fmt: skip
