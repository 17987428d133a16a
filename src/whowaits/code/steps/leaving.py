"""What ends a loop before its data is used up: success, the answer that was looked for, or trouble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import libcst as cst

from whowaits.code.steps.flow import Names, bindings, derived
from whowaits.code.steps.tree import Tree, reads, variable, walk

Leaves = Literal["always", "on-answer", "on-trouble", "maybe", "never"]


def how_it_leaves(tree: Tree, loop: cst.CSTNode, call: cst.Call) -> Leaves:
    """What ends the loop after the call has worked, if anything does before its data is used up."""
    answer = derived(tree, call, [b for b in bindings(tree, loop) if b.how != "augment"])
    flags = reads(tree, loop.test) if isinstance(loop, cst.While) else set()
    found: list[Leaves] = []
    chain = [pair for pair in tree.ancestors(call) if tree.order[pair[0]] > tree.order[loop]]
    for number, (parent, child) in enumerate(chain):
        inner = any(isinstance(outer, cst.For | cst.While) for outer, _ in chain[number + 1 :])
        if isinstance(child, cst.Return):
            return "always"
        found.extend(_leaving(tree, s, answer, flags, inner) for s in _run_after(parent, child))
        if isinstance(parent, cst.If) and child is parent.test and leaves_somewhere(tree, parent):
            found.append("on-trouble" if _is_trouble(parent.test) else "on-answer")
        if "always" in found:
            return "always"
    return _strongest(found)


def _run_after(parent: cst.CSTNode, child: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The statements that run after `child` when nothing goes wrong."""
    if isinstance(parent, cst.BaseSuite | cst.SimpleStatementLine):
        body: list[cst.CSTNode] = list(parent.body)
        return body[next(n for n, s in enumerate(body) if s is child) + 1 :]
    if isinstance(parent, cst.Try) and child is parent.body and parent.orelse is not None:
        return parent.orelse.body.body
    return ()


def _strongest(found: list[Leaves]) -> Leaves:
    order: tuple[Leaves, ...] = ("always", "on-answer", "maybe", "on-trouble")
    return next((leaves for leaves in order if leaves in found), "never")


def _leaving(tree: Tree, statement: cst.CSTNode, answer: Names, flags: Names, inner: bool) -> Leaves:
    if isinstance(statement, cst.BaseSmallStatement):  # on the line of its `if`
        return "always" if _ends(statement, flags, inner) else "never"
    if isinstance(statement, cst.SimpleStatementLine):
        if any(_ends(s, flags, inner) for s in statement.body):
            return "always"
        return "never"
    if isinstance(statement, cst.Try | cst.With):
        inside = [_leaving(tree, s, answer, flags, inner) for s in statement.body.body]
        return _strongest(inside)
    if isinstance(statement, cst.If):
        return _leaving_if(tree, statement, answer, flags, inner)
    return "never"


def _leaving_if(tree: Tree, statement: cst.If, answer: Names, flags: Names, inner: bool) -> Leaves:
    other: Leaves = "never"
    if isinstance(statement.orelse, cst.If):
        other = _leaving(tree, statement.orelse, answer, flags, inner)
    elif statement.orelse is not None:
        inside = [_leaving(tree, s, answer, flags, inner) for s in statement.orelse.body.body]
        other = "always" if "always" in inside else "never"
    body = [_leaving(tree, s, answer, flags, inner) for s in statement.body.body]
    mine = "always" in body
    if mine and other == "always":
        return "always"
    if not mine and other != "always":
        return next((x for x in (*body, other) if x != "never"), "never")
    if not reads(tree, statement.test) & answer:
        return "maybe"
    trouble = _is_trouble(statement.test) and not _gives_verdict(tree, statement.body)
    return "on-trouble" if trouble and mine else "on-answer"


def _gives_verdict(tree: Tree, body: cst.BaseSuite) -> bool:
    """Whether a block returns True or False: then a missing answer is the answer that was looked for."""
    given = [n.value for n in walk(tree, body) if isinstance(n, cst.Return)]
    return any(isinstance(value, cst.Name) and value.value in ("True", "False") for value in given)


def _ends(statement: cst.CSTNode, flags: Names, inner: bool) -> bool:
    """Whether a statement ends the loop: return, break, or setting what its test asks for."""
    if isinstance(statement, cst.Return) or (isinstance(statement, cst.Break) and not inner):
        return True
    if isinstance(statement, cst.Assign) and isinstance(statement.value, cst.Name):
        set_now = {variable(t.target) for t in statement.targets}
        return statement.value.value in ("True", "False") and bool(set_now & flags)
    return False


def _is_trouble(test: cst.CSTNode) -> bool:
    """Whether a test asks for the absence of an answer: `not x`, `x is None`."""
    if isinstance(test, cst.UnaryOperation):
        return isinstance(test.operator, cst.Not)
    if isinstance(test, cst.Comparison):
        ending = test.comparisons[-1]
        return isinstance(ending.operator, cst.Is) and isinstance(ending.comparator, cst.Name)
    return False


def leaves_somewhere(tree: Tree, statement: cst.CSTNode) -> bool:
    return any(isinstance(n, cst.Return | cst.Break) for n in walk(tree, statement))
