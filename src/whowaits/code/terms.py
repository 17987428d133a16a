"""Expressions -> terms; see `summary` for what a term is."""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from whowaits.code.summary import Call, Scope, Term

MAX_TEXT: Final = 160
MAX_ITEMS: Final = 64
MAX_DEPTH: Final = 40
_CONVERSION: Final = re.compile(r"%(?:\(\w+\))?[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]")
"""What a text has where `%` puts something in."""
OPERATORS: Final[dict[type, str]] = {ast.RShift: "__rshift__", ast.LShift: "__lshift__", ast.MatMult: "__matmul__"}
"""Operators that code gives a meaning of its own, mostly that of joining steps: read as the method they call."""


def _text(value: object) -> Term:
    """A constant as a term: text is kept only where it is one short word."""
    if isinstance(value, str):
        keep = len(value) <= MAX_TEXT and (not value or value.split(None, 1) == [value])
        return ("s", value) if keep else None
    if value is None or isinstance(value, bool | int | float):
        return ("v", value)
    return None


class Terms:
    """Makes the terms of one file. Calls and lambdas are numbered when a term first mentions them.

    `unseen` are the calls that a term has mentioned and nobody has described yet.
    """

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.calls: list[Call | None] = []
        self.call_numbers: dict[int, int] = {}
        self.lambda_numbers: dict[int, int] = {}
        self.unseen: dict[int, ast.expr] = {}
        self.names: dict[str, Term] = {}
        """The term of each name, made once: most of a summary is names."""
        self.texts: dict[str, Term] = {}

    def term(self, node: ast.AST | None, depth: int = 0) -> Term:
        """Return the term of an expression; None where it says nothing about values or is nested too deep."""
        if node is None or depth > MAX_DEPTH:
            return None
        if type(node) is ast.Name:
            term = self.names.get(node.id)
            if term is None:
                term = self.names[node.id] = ("n", node.id)
            return term
        make = _TERMS.get(type(node))
        return make(self, node, depth + 1) if make else None

    def call_number(self, node: ast.Call | ast.BinOp) -> int:
        """Return the number of a call, or of an operator that calls a method, in the file's table."""
        number = self.call_numbers.get(id(node))
        if number is None:
            number = self.call_numbers[id(node)] = len(self.calls)
            self.calls.append(None)
            self.unseen[number] = node
        return number

    def lambda_number(self, node: ast.Lambda) -> int:
        """Return the number of a lambda's scope."""
        number = self.lambda_numbers.get(id(node))
        if number is None:
            lines = (node.lineno, node.lineno, node.end_lineno or node.lineno)
            number = self.lambda_numbers[id(node)] = self.new_scope("lambda", "<lambda>", "<lambda>", -1, lines, -1)
        return number

    def new_scope(
        self, kind: str, name: str, qualname: str, parent: int, lines: tuple[int, int, int], fence: int
    ) -> int:
        """Add a scope to the file's table and return its number."""
        self.scopes.append(Scope(kind, name, qualname, parent, *lines, fence, [], [], [], {}, []))
        return len(self.scopes) - 1

    def annotation(self, node: ast.AST | None) -> Term:
        """Return the term of an annotation; one written as text is read."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= MAX_TEXT:
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        return self.term(node)


def _t_constant(w: Terms, n: ast.Constant, d: int) -> Term:
    value = n.value
    if type(value) is not str:
        return _text(value)
    if value not in w.texts:
        w.texts[value] = _text(value)
    return w.texts[value]


def _t_attribute(w: Terms, n: ast.Attribute, d: int) -> Term:
    base = w.term(n.value, d)
    return ("a", base, n.attr)


def _t_list(w: Terms, n: Any, d: int) -> Term:
    return ("t", tuple([w.term(e.value if isinstance(e, ast.Starred) else e, d) for e in n.elts[:MAX_ITEMS]]))


def _t_dict(w: Terms, n: ast.Dict, d: int) -> Term:
    pairs = list(zip(n.keys, n.values, strict=True))[:MAX_ITEMS]
    return ("d", tuple([(w.term(k, d) if k is not None else ("**",), w.term(v, d)) for k, v in pairs]))


def _t_subscript(w: Terms, n: ast.Subscript, d: int) -> Term:
    key = n.slice
    if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
        return ("i", w.term(n.value, d), key.value if isinstance(key.value, int) or len(key.value) < 80 else None)
    return ("i", w.term(n.value, d), None, w.annotation(key) if not isinstance(key, ast.Slice) else None)


def _t_binop(w: Terms, n: ast.BinOp, d: int) -> Term:
    if type(n.op) in OPERATORS and not isinstance(n.left, ast.Constant):
        return ("c", w.call_number(n))
    left, right = w.term(n.left, d), w.term(n.right, d)
    if isinstance(n.op, ast.BitOr):
        return ("p", left, right)
    if isinstance(n.op, ast.Add):
        return ("j", (left, right))
    if not isinstance(n.op, ast.Mod):
        return None
    return _filled(w, left[1], n.right, d) if left and left[0] == "s" else ("j", (left, None))


def _filled(w: Terms, text: str, given: ast.expr, d: int) -> Term:
    """`"run_%s" % name`: the parts of the text with what is put in between."""
    first, *parts = _CONVERSION.split(text)
    items = given.elts if isinstance(given, ast.Tuple) else [given] * (not isinstance(given, ast.Dict))
    between = [w.term(item, d) for item in items[: len(parts)]]
    between += [None] * (len(parts) - len(between))
    pieces = [piece for item, part in zip(between, parts, strict=True) for piece in (item, ("s", part))]
    return ("j", (("s", first), *pieces))


def _t_joined(w: Terms, n: ast.JoinedStr, d: int) -> Term:
    return ("j", tuple([w.term(v.value if isinstance(v, ast.FormattedValue) else v, d) for v in n.values[:16]]))


def _t_comprehension(w: Terms, n: Any, d: int) -> Term:
    return ("t", (w.term(n.elt, d),))


def _t_call(w: Terms, n: ast.Call, d: int) -> Term:
    """A call; `getattr(x, "name")` is the attribute it gets."""
    if isinstance(n.func, ast.Name) and n.func.id == "getattr" and 2 <= len(n.args) <= 3:
        name = n.args[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found = ("a", w.term(n.args[0], d), name.value)
            default = w.term(n.args[2], d) if len(n.args) == 3 else None
            return ("o", (found, default)) if default and default != ("v", None) else found
    return ("c", w.call_number(n))


_TERMS: Final[dict[type, Any]] = {
    ast.Attribute: _t_attribute,
    ast.Call: _t_call,
    ast.Constant: _t_constant,
    ast.Lambda: lambda w, n, d: ("f", w.lambda_number(n)),
    ast.IfExp: lambda w, n, d: ("o", (w.term(n.body, d), w.term(n.orelse, d))),
    ast.BoolOp: lambda w, n, d: ("o", tuple(w.term(v, d) for v in n.values)),
    ast.Await: lambda w, n, d: w.term(n.value, d),
    ast.NamedExpr: lambda w, n, d: w.term(n.value, d),
    ast.Starred: lambda w, n, d: ("*", w.term(n.value, d)),
    ast.Tuple: _t_list,
    ast.List: _t_list,
    ast.Set: _t_list,
    ast.Dict: _t_dict,
    ast.Subscript: _t_subscript,
    ast.BinOp: _t_binop,
    ast.JoinedStr: _t_joined,
    ast.ListComp: _t_comprehension,
    ast.SetComp: _t_comprehension,
    ast.GeneratorExp: _t_comprehension,
    ast.DictComp: lambda w, n, d: ("d", ((None, w.term(n.value, d)),)),
    ast.Yield: lambda w, n, d: None,
}
