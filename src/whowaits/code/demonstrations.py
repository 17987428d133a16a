"""Demonstration runs: a module that others use shows at its end what it does, on a few samples written beside it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Final

from whowaits.code.site import Path, Site, Step
from whowaits.code.sources import Sources

_Region = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_NOT_ELSEWHERE: Final = frozenset({"none", "test"})


class Demonstrations:
    """Tells the runs of a module on its own samples from its real use; parses a file at most once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._trees: dict[str, ast.Module | None] = {}

    def step(self, site: Site, path: Path) -> Step | None:
        """The step that hands in the samples, where this path is a demonstration: others call the same function."""
        if path.entry.kind != "script" or path.steps[-1].cell is not None:
            return None
        for upper, lower in _downwards(path):
            if upper.path != lower.path:
                return None
            given = self._arguments(upper)
            if given is None or not all(_is_written(a, self._region(upper), frozenset()) for a in given):
                return None
            if given:
                return upper if any(_uses(other, lower) for other in site.paths) else None
        return None

    def _arguments(self, step: Step) -> list[ast.expr] | None:
        """What the step's call gets; None where there is no such call."""
        line = step.line + self._sources.offset(step.path, step.cell)
        for node in ast.walk(self._region(step) or ast.Module([], [])):
            if isinstance(node, ast.Call) and (node.lineno, node.col_offset + 1) == (line, step.column):
                return [*node.args, *(k.value for k in node.keywords)]
        return None

    def _region(self, step: Step) -> _Region | None:
        tree = self._tree(step.path)
        if tree is None or step.function == "<module>":
            return tree
        name, end = step.function.rpartition(".")[2], step.last_line + self._sources.offset(step.path, step.cell)
        inside = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        return next((n for n in inside if n.name == name and n.end_lineno == end), None)

    def _tree(self, path: str) -> ast.Module | None:
        if path not in self._trees:
            try:
                self._trees[path] = ast.parse("".join(self._sources.lines(path)))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._trees[path] = None
        return self._trees[path]


def _downwards(path: Path) -> Iterator[tuple[Step, Step]]:
    """(caller, called) from the top of a path to its lower end."""
    down = path.steps[::-1]
    return itertools.pairwise(down)


def _uses(path: Path, step: Step) -> bool:
    """Whether the step's function is used on a path that starts elsewhere: from another file, or not by hand."""
    if path.entry.kind in _NOT_ELSEWHERE:
        return False
    above = [up for up, low in _downwards(path) if (low.path, low.function) == (step.path, step.function)]
    return any(path.entry.kind != "script" or up.path != step.path for up in above)


def _is_written(node: ast.expr, region: _Region | None, open_names: frozenset[str]) -> bool:
    """Whether a value is put together of literals that stand in the same region, and of nothing else."""
    return all(_is_plain(part, region, open_names) for part in ast.walk(node))


def _is_plain(part: ast.AST, region: _Region | None, open_names: frozenset[str]) -> bool:
    if isinstance(part, ast.Call):
        return _last_name(part.func)[:1].isupper()  # an object made of what it gets
    if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load) or part.id[:1].isupper():
        return not isinstance(part, ast.Await | ast.Yield | ast.YieldFrom)
    values = list(_values(part.id, region))
    known = open_names | {part.id}
    return part.id in open_names or (bool(values) and all(_is_written(v, region, known) for v in values))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _values(name: str, region: _Region | None) -> Iterator[ast.expr]:
    """Everything that a name is bound to in a region, itself or as a part."""
    for node in ast.walk(region) if region is not None else ():
        targets, value = _binding(node)
        if value is not None and any(isinstance(n, ast.Name) and n.id == name for t in targets for n in ast.walk(t)):
            yield value


def _binding(node: ast.AST) -> tuple[list[ast.expr], ast.expr | None]:
    """The targets that a node binds, and what to."""
    if isinstance(node, ast.Assign):
        return node.targets, node.value
    if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        return [node.target], node.value
    if isinstance(node, ast.For | ast.comprehension):
        return [node.target], node.iter
    return [], None
