"""Whether a conversation begins anew where it is continued: then former items are not in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import libcst as cst

from whowaits.code.steps.flow import Binding, bindings, called, function_of, is_conversation, is_renewed
from whowaits.code.steps.loop import Loop
from whowaits.code.steps.tree import Tree, calls_in, reads, variable

_CLASS: Final = re.compile(r"^_*[A-Z]")
_RESETS: Final = re.compile(
    r"(^|_)(reset|clear|restart|forget|flush|(new|start)_(chat|conversation|session|thread|dialog))(_|$)", re.IGNORECASE
)


def is_new(tree: Tree, call: cst.Call, around: Sequence[Loop]) -> bool:
    """Whether each round of the innermost loop, else each run of the function, gives `call` a conversation of its own.

    The object whose method is called is made there or told to forget, or the list of messages it gets begins there.
    """
    region = around[0].node if around else function_of(tree)
    if region is None:
        return False
    on = call.func.value if isinstance(call.func, cst.Attribute) else None
    if isinstance(on, cst.Call):
        return _makes_object(on)
    bound = bindings(tree, region)
    if on is not None and (name := variable(on)) is not None and _is_new_object(tree, region, call, name, bound):
        return True
    given = {name for arg in call.args for name in reads(tree, arg.value) if is_conversation(name)}
    return any(is_renewed(tree, region, call, name, bound) for name in given)


def _is_new_object(tree: Tree, region: cst.CSTNode, call: cst.Call, name: str, bound: Sequence[Binding]) -> bool:
    made = [b for b in bound if b.name == name and b.how == "assign" and tree.order[b.node] < tree.order[call]]
    begins = any(_makes_object(b.value) or _empties_conversation(b) for b in made)
    return (begins and is_renewed(tree, region, call, name, bound)) or _forgets(tree, region, call, name)


def _makes_object(value: cst.CSTNode) -> bool:
    """Whether an expression calls something that is named like a class."""
    return isinstance(value, cst.Call) and bool(_CLASS.match(called(value)))


def _empties_conversation(b: Binding) -> bool:
    """`bot.history = []`"""
    targets = [t.target for t in b.node.targets] if isinstance(b.node, cst.Assign) else []
    attributes = [t.attr.value for t in targets if isinstance(t, cst.Attribute)]
    return isinstance(b.value, cst.List) and any(is_conversation(name) for name in attributes)


def _forgets(tree: Tree, region: cst.CSTNode, call: cst.Call, name: str) -> bool:
    """`bot.reset()` before the call."""
    before = [c for c in calls_in(tree, region) if tree.order[c] < tree.order[call] and _RESETS.search(called(c))]
    return any(isinstance(c.func, cst.Attribute) and variable(c.func.value) == name for c in before)
