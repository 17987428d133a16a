"""Where an answer goes inside a function: whether a later call needs it, and who is shown it as it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final, Literal

import libcst as cst

from whowaits.code.steps import slots
from whowaits.code.steps.tree import Tree, contains, last_name, reads, statements, variable, walk
from whowaits.frozen import dataclass

_MUTATORS: Final = frozenset({"append", "extend", "insert", "update", "add", "appendleft"})
_CONVERSATION: Final = re.compile(
    r"(histor|(^|[._])hist$|turns$|trajector|scratchpad|message|msgs|convers|context|memor|chat|previous|prev_|_prev|prior|transcript|dialog|summar|so_far)",
    re.IGNORECASE,
)
_STORE: Final = re.compile(
    r"(cache|seen|done|result|output|saved|stats|cost|usage|token|count|total|error|fail)",
    re.IGNORECASE,
)

_COUNTER: Final = re.compile(r"(^|[._])(i|j|n|idx|index|pos|position|offset|num|number)$", re.IGNORECASE)

How = Literal["assign", "augment", "mutate"]
Names = AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Binding:
    """`name` gets a value that reads `sources`; `node` is the statement or expression that says so."""

    name: str
    how: How
    value: cst.CSTNode
    sources: frozenset[str]
    node: cst.CSTNode


def bindings(tree: Tree, region: cst.CSTNode) -> tuple[Binding, ...]:
    """All bindings inside of a region, in source order; variables of comprehensions are seen in those only."""
    key = ("bindings", region)
    if key not in tree.memo:
        inside = (node for node in walk(tree, region) if node is not region)
        tree.memo[key] = tuple(b for node in inside for b in _bindings_of(tree, node))
    found: tuple[Binding, ...] = tree.memo[key]
    return found


def _bindings_of(tree: Tree, node: cst.CSTNode) -> Iterator[Binding]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from _bind(tree, target.target, node.value, node)
    elif isinstance(node, cst.AnnAssign | cst.NamedExpr) and node.value is not None:
        yield from _bind(tree, node.target, node.value, node)
    elif isinstance(node, cst.AugAssign):
        yield from _one(tree, node.target, "augment", node.value, node)
    elif isinstance(node, cst.For):
        yield from _bind(tree, node.target, node.iter, node)
    elif isinstance(node, cst.WithItem) and node.asname is not None:
        yield from _bind(tree, node.asname.name, node.item, node)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _MUTATORS:
        for arg in node.args:
            yield from _one(tree, node.func.value, "mutate", arg.value, node)


def _bind(tree: Tree, target: cst.CSTNode, value: cst.CSTNode, node: cst.CSTNode) -> Iterator[Binding]:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _bind(tree, element.value, value, node)
    elif isinstance(target, cst.Subscript):
        yield from _one(tree, target, "mutate", value, node)
    else:
        yield from _one(tree, target, "assign", value, node)


def _one(tree: Tree, target: cst.CSTNode, how: How, value: cst.CSTNode, node: cst.CSTNode) -> Iterator[Binding]:
    name = variable(target)
    if name is not None:
        yield Binding(name, how, value, reads(tree, value), node)


def derived(tree: Tree, call: cst.CSTNode, bound: Sequence[Binding]) -> set[str]:
    """The variables whose value comes from the answer of `call`, directly or through others."""
    names: set[str] = set()
    while True:
        more = {b.name for b in bound if b.name not in names and (b.sources & names or contains(tree, b.value, call))}
        if not more:
            return names
        names |= more


def needed(tree: Tree, call: cst.CSTNode, arguments: Names, bound: Sequence[Binding]) -> set[str]:
    """The variables that the arguments of `call` depend on through bindings made before it."""
    return sources_of(
        arguments, [b for b in bound if tree.order[b.node] < tree.order[call] and not contains(tree, b.value, call)]
    )


def sources_of(names: Names, bound: Sequence[Binding]) -> set[str]:
    """`names` and every variable that one of them gets its value from."""
    known = set(names)
    while more := {s for b in bound if b.name in known for s in b.sources} - known:
        known |= more
    return known


def derived_names(start: Names, bound: Sequence[Binding]) -> set[str]:
    """`start` and every variable that gets its value from one of them."""
    known = set(start)
    while more := {b.name for b in bound if b.name not in known and b.sources & known}:
        known |= more
    return known


_FIGURES: Final = frozenset({"len", "int", "float", "bool", "sum", "round", "abs", "min", "max", "count", "any", "all"})


def contents(tree: Tree, bound: Sequence[Binding]) -> list[Binding]:
    """The bindings by which data travels on: not as a figure, and not as what other data is compared with."""
    kept = [b for b in bound if not isinstance(b.value, cst.Comparison) and not _is_figure(b.value)]
    return [replace(b, sources=b.sources - _compared(tree, b.value)) for b in kept]


def _is_figure(value: cst.CSTNode) -> bool:
    return isinstance(value, cst.Call) and called(value) in _FIGURES


def _compared(tree: Tree, value: cst.CSTNode) -> frozenset[str]:
    """The variables that an expression reads in comparisons."""
    return frozenset(name for n in walk(tree, value) if isinstance(n, cst.Comparison) for name in reads(tree, n))


def carried(tree: Tree, region: cst.CSTNode, call: cst.CSTNode, arguments: Names) -> list[Binding]:
    """The bindings by which an answer reaches the arguments of the same call in the next round of `region`."""
    bound = bindings(tree, region)
    used = needed(tree, call, arguments, bound)
    reached = _reached_next_round(tree, region, call, bound)
    stale = {name for name in used & reached if not is_renewed(tree, region, call, name, bound)}
    brought = [b for b in bound if b.name in stale and (b.sources & reached or contains(tree, b.value, call))]
    before = [b.value for b in bound if b.name in used and tree.order[b.node] < tree.order[call]]
    turning = _turning(tree, region, bound)
    return [b for b in brought if not _stays_in_its_place(tree, turning, b, [call, *before])]


def _reached_next_round(tree: Tree, region: cst.CSTNode, call: cst.CSTNode, bound: Sequence[Binding]) -> set[str]:
    """The variables that an answer gets to by the time the next round calls again: what holds it when a round ends
    and is not made anew, and what the next round takes from there."""
    held: set[str] = set()
    for loop in (*_loops_inside(tree, region, call), region):
        inside = bindings(tree, loop)
        later = [b for b in inside if tree.order[b.node] > tree.order[call] or contains(tree, b.value, call)]
        held = derived(tree, call, later) | derived_names(held, later)
        kept = {name for name in held if not is_renewed(tree, loop, call, name, inside)}
        if loop is not region:
            held |= derived_names(kept, inside)
    return kept | derived_names(kept, [b for b in bound if tree.order[b.node] < tree.order[call]])


def _loops_inside(tree: Tree, region: cst.CSTNode, call: cst.CSTNode) -> list[cst.CSTNode]:
    """The loops around `call` inside of `region`, innermost first."""
    return [
        parent
        for parent, _ in tree.ancestors(call)
        if isinstance(parent, cst.For | cst.While) and tree.order[parent] > tree.order[region]
    ]


def _stays_in_its_place(tree: Tree, turning: Names, b: Binding, read_in: Sequence[cst.CSTNode]) -> bool:
    """Whether an answer is put where only this round looks: `df.loc[i, "a"] = ask(df.loc[i, "q"])`."""
    targets = [t.target for t in b.node.targets] if isinstance(b.node, cst.Assign) else []
    mine = [t for t in targets if variable(t) == b.name]
    return bool(mine) and all(slots.is_own(tree, turning, b.name, t, read_in) for t in mine)


def _turning(tree: Tree, region: cst.CSTNode, bound: Sequence[Binding]) -> set[str]:
    """The variables that have another value in each round: the target of a `for`, what a `while` counts up."""
    if isinstance(region, cst.While):
        return {b.name for b in bound if b.how == "augment"}
    return {b.name for b in _bindings_of(tree, region)} if isinstance(region, cst.For) else set()


def is_renewed(tree: Tree, region: cst.CSTNode, call: cst.CSTNode, name: str, bound: Sequence[Binding]) -> bool:
    """Whether every round gives `name` a new value before the call, whatever the former round left in it."""
    around = {parent for parent, _ in tree.ancestors(call)}
    for b in bound:
        if b.name != name or b.how != "assign" or tree.order[b.node] > tree.order[call]:
            continue
        if contains(tree, b.value, call):
            continue  # it gets the answer itself
        if (isinstance(b.node, cst.For) or _always_runs(tree, b.node, around)) and name not in b.sources:
            return True
    return isinstance(region, cst.For) and name in {x.name for x in _bindings_of(tree, region)}


def _always_runs(tree: Tree, node: cst.CSTNode, around: AbstractSet[cst.CSTNode]) -> bool:
    """Whether a statement has run whenever what comes after it, inside of `around`, does."""
    for parent, child in tree.ancestors(node):
        if parent in around:
            return not isinstance(parent, cst.If | cst.Try | cst.For | cst.While)
        if isinstance(parent, cst.Try):
            if child is not parent.body or not all(_leaves(h.body) for h in parent.handlers):
                return False
        elif not isinstance(parent, cst.SimpleStatementLine | cst.BaseSuite | cst.With | cst.BaseSmallStatement):
            return False
    return False


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether a block does not go on to what comes after it."""
    last = statements(body)[-1:]
    return bool(last) and _ends_or_parts(last[0])


def _ends_or_parts(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.If):
        other = node.orelse
        rest = other is not None and (_ends_or_parts(other) if isinstance(other, cst.If) else _leaves(other.body))
        return rest and _leaves(node.body)
    return isinstance(node, cst.Return | cst.Raise | cst.Continue | cst.Break)


def is_counter(name: str) -> bool:
    """Whether a variable is called what people call a position or a number."""
    return bool(_COUNTER.search(name))


def is_conversation(name: str) -> bool:
    """Whether a variable is called what people call a running conversation."""
    return bool(_CONVERSATION.search(name)) and not _STORE.search(name)


def is_store(name: str) -> bool:
    """Whether a variable is called what people call a place for results or figures."""
    return bool(_STORE.search(name))


def function_of(tree: Tree) -> cst.FunctionDef | None:
    """The function that the text holds, if it is one."""
    for statement in tree.root.body:
        if isinstance(statement, cst.FunctionDef):
            return statement
        if isinstance(statement, cst.If) and len(tree.root.body) == 1:
            inner = [s for s in statements(statement.body) if isinstance(s, cst.FunctionDef)]
            if inner and len(statement.body.body) == 1:
                return inner[0]
    return None


def parameters(function: cst.FunctionDef) -> dict[str, cst.BaseExpression | None]:
    """The names of a function's parameters with their defaults."""
    given = function.params
    every = (*given.posonly_params, *given.params, *given.kwonly_params)
    return {p.name.value: p.default for p in every}


def called(node: cst.Call) -> str:
    """The last part of the name of what is called."""
    return last_name(node.func)
