"""Places inside of a collection that belong to one round of a loop: `rows[i]["answer"] = ask(rows[i]["question"])`.

A round that writes only there gives the next round nothing, although both use the same variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

import libcst as cst

from whowaits.code.steps.tree import Tree, variable, walk

Names = AbstractSet[str]


def is_own(tree: Tree, turning: Names, name: str, written: cst.CSTNode, read_in: Iterable[cst.CSTNode]) -> bool:
    """Whether `written` is a place of `name` that one round has to itself, and `read_in` read `name` nowhere else.

    `turning` are the variables that have another value in each round.
    """
    places = _indexes(written) & turning
    chains = [chain for node in read_in for chain in _chains(tree, node, name)]
    return bool(places) and all(_indexes(chain) & places for chain in chains)


def _indexes(node: cst.CSTNode) -> set[str]:
    """The variables that stand by themselves as an index: `i` and `j` of `x.loc[i, "a"][j]`, nothing of `x[i - 1]`."""
    found: set[str] = set()
    while isinstance(node, cst.Attribute | cst.Subscript):
        if isinstance(node, cst.Subscript):
            inside = [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)]
            found |= {value.value for value in inside if isinstance(value, cst.Name)}
        node = node.value
    return found


def _chains(tree: Tree, region: cst.CSTNode, name: str) -> Iterator[cst.CSTNode]:
    """The longest expressions of attributes and subscripts that start at a variable."""
    for node in (region, *walk(tree, region)):
        if not isinstance(node, cst.Name | cst.Attribute | cst.Subscript) or variable(node) != name:
            continue
        parent, child = next(tree.ancestors(node), (None, None))
        if not (isinstance(parent, cst.Attribute | cst.Subscript) and child is parent.value):
            yield node
