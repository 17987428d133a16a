"""What an expression in a schedule written in Python is worth, without running it: constants, spans, names."""

from __future__ import annotations

import ast
from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Final

_SPAN_ARGUMENTS: Final = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_MAX_DEPTH: Final = 40


class Module:
    """One parsed file: its constants, what its imported names mean, its functions and classes."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.constants: dict[str, ast.expr] = {}
        self.imports: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.defined: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.classes: list[ast.ClassDef] = []
        self.statements = list(statements(tree))
        for node in self.statements:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._learn_import(node)
            elif isinstance(node, ast.ClassDef):
                self.classes.append(node)
        self._learn_constants()
        for qualified, function in functions(tree):
            self.functions.setdefault(function.name, qualified)
            self.defined.setdefault(qualified, function)

    def calls(self) -> Iterator[ast.Call]:
        """Yield every call in the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def enclosing_class(self, line: int) -> str | None:
        """Return the name of the innermost class around a line."""
        around = [c for c in self.classes if c.lineno <= line <= (c.end_lineno or c.lineno)]
        return max(around, key=lambda c: c.lineno).name if around else None

    def _learn_constants(self) -> None:
        """Names of the module, and names that are given a value in one place of the file only."""
        inside = [pair for statement in self.statements for pair in assigned(statement)]
        times = Counter(name for name, _ in inside)
        self.constants.update((name, value) for name, value in inside if times[name] == 1)
        self.constants.update(pair for statement in self.tree.body for pair in assigned(statement))

    def _learn_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imports[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
            return
        package = ""
        if node.level:
            folder = PurePosixPath(self.path).parent
            for _ in range(node.level - 1):
                folder = folder.parent
            package = ".".join(p for p in folder.parts if p not in ("/", "."))
        module = ".".join(part for part in (package, node.module or "") if part)
        for alias in node.names:
            self.imports[alias.asname or alias.name] = f"{module}.{alias.name}" if module else alias.name

    def name(self, node: ast.expr) -> str | None:
        """Return the dotted name of an expression with its import resolved, None when it is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        parts.append(self.imports.get(node.id, node.id))
        return ".".join(reversed(parts))

    def last_name(self, node: ast.expr) -> str:
        """Return the last part of a dotted name, "" when the expression is no name."""
        return (self.name(node) or "").rpartition(".")[2]

    def text(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """Return the text of a constant, joined or named text; parts known only at run time become "{}"."""
        if node is None or depth > _MAX_DEPTH:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.text(self.constants[node.id], depth + 1)
        if isinstance(node, ast.JoinedStr):
            return "".join(self.text(v, depth + 1) or "{}" for v in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.text(node.value, depth + 1)
        if isinstance(node, ast.Call):
            return self.text(self._default(node), depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.text(node.left, depth + 1), self.text(node.right, depth + 1)
            return None if left is None and right is None else (left or "{}") + (right or "{}")
        return None

    def number(self, node: ast.expr | None, depth: int = 0) -> float | None:
        """Return the value of a number, of arithmetic on numbers, or of a name for one."""
        if node is None or depth > _MAX_DEPTH:
            return None
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and depth:  # int("3600")
                return _number(node.value)
            plain = isinstance(node.value, int | float) and not isinstance(node.value, bool)
            return float(node.value) if plain else None  # type: ignore[arg-type]
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.number(self.constants[node.id], depth + 1)
        if isinstance(node, ast.Call):
            return self.number(self._default(node), depth + 1)
        if isinstance(node, ast.BinOp):
            left, right = self.number(node.left, depth + 1), self.number(node.right, depth + 1)
            return None if left is None or right is None else _arithmetic(node.op, left, right)
        return None

    def seconds(self, node: ast.expr | None) -> float | None:
        """Return the seconds of a number or of a `timedelta(...)`."""
        if isinstance(node, ast.Name) and node.id in self.constants:
            node = self.constants[node.id]
        if isinstance(node, ast.Call) and self.last_name(node.func) in ("timedelta", "duration"):
            return self._span(node)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "total_seconds":
            return self.seconds(node.func.value) if isinstance(node.func, ast.Attribute) else None
        return self.number(node)

    def _default(self, node: ast.Call) -> ast.expr | None:
        """What `int(x)` is made of, and what `os.getenv("EVERY", "3600")` is where nobody says otherwise."""
        name = self.last_name(node.func)
        if name in ("int", "float", "str") and len(node.args) == 1:
            return node.args[0]
        if name in ("getenv", "get", "config", "env") and len(node.args) + len(node.keywords) == 2:
            return argument(node, 1, "default")
        return None

    def _span(self, node: ast.Call) -> float | None:
        given = dict(zip(_SPAN_ARGUMENTS, node.args, strict=False))
        given.update({k.arg: k.value for k in node.keywords if k.arg in _SPAN_ARGUMENTS})
        values = {name: self.number(value) for name, value in given.items()}
        if not values or None in values.values():
            return None
        try:
            return timedelta(**{k: v for k, v in values.items() if v is not None}).total_seconds()
        except (OverflowError, ValueError):
            return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None


def argument(call: ast.Call, position: int | None, *names: str) -> ast.expr | None:
    """Return the argument of a call by keyword, else by position, None when it is not given."""
    for keyword in call.keywords:
        if keyword.arg in names:
            return keyword.value
    if position is not None and position < len(call.args):
        return call.args[position]
    return None


def assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield (name, value) of an assignment to plain names."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
        yield statement.target.id, statement.value


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield every statement below `node`, less indented ones first, as `ast.walk` does."""
    waiting = deque(_blocks(node))
    while waiting:
        below = waiting.popleft()
        if isinstance(below, ast.stmt):
            yield below
        waiting.extend(_blocks(below))


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """The statements of a node, its handlers and its cases, in the order of the source."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        below = getattr(node, name, None)
        if type(below) is list:
            yield from below


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield (qualified name, definition) of every function below `node`; nested names are joined with dots."""
    for child in _blocks(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt):
            yield from functions(child, prefix)


def _arithmetic(operator: ast.operator, left: float, right: float) -> float | None:
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Div | ast.FloorDiv) and right:
        return left / right
    return None
