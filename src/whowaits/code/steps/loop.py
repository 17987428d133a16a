"""A loop that repeats a call, and what can be seen of it whatever kind of loop it is."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from whowaits.code.steps import names
from whowaits.code.steps.flow import Binding, bindings, carried, derived, is_conversation, is_counter, is_store, needed
from whowaits.code.steps.tree import (
    COMPREHENSIONS,
    Tree,
    clauses,
    contains,
    dotted,
    last_name,
    seen_outside,
    variable,
    walk,
)
from whowaits.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that repeats `call`: a statement, or one `for` of a comprehension."""

    node: cst.For | cst.While | cst.CompFor
    call: cst.Call
    arguments: frozenset[str]
    first: bool
    """The call is the call of the model itself, so that its arguments are the prompt."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The name of a fact, whether its data is only a handful of literals, and a period in seconds."""

    name: str
    weak: bool = False
    value: float | None = None


def enclosing(tree: Tree, call: cst.Call, arguments: frozenset[str], first: bool) -> Iterator[Loop]:
    """The loops that repeat `call`, innermost first, up to the function it stands in."""
    for parent, child in tree.ancestors(call):
        if isinstance(parent, cst.FunctionDef | cst.ClassDef):
            return
        if (isinstance(parent, cst.For) and child is parent.body) or (
            isinstance(parent, cst.While) and child is not parent.orelse
        ):
            yield Loop(parent, call, arguments, first)
        elif isinstance(parent, COMPREHENSIONS) and child is not parent.for_in:
            for clause in reversed(clauses(parent.for_in)):
                yield Loop(clause, call, arguments, first)
                arguments = seen_outside(tree, arguments, clause)
        elif isinstance(parent, cst.CompFor) and child is not parent.iter:
            yield Loop(parent, call, arguments, first)


def feeds_itself(tree: Tree, loop: Loop) -> str | None:
    """ "growing-messages" or "refine-chain" when the next round's call needs this round's answer."""
    for b in carried(tree, loop.node, loop.call, loop.arguments):
        if is_store(b.name) or (is_counter(b.name) and not loop.first):
            continue
        if b.how == "assign":
            return "refine-chain"
        if loop.first or is_conversation(b.name):
            return "growing-messages"
    return None


def carries_history(tree: Tree, loop: Loop) -> bool:
    """Whether each round makes something for its call that is named after former rounds: `x = recent(history)`."""
    bound = bindings(tree, loop.node)
    used = needed(tree, loop.call, loop.arguments, bound)
    made = [b for b in bound if b.name in used and b.how != "mutate"]
    words = {last_name(n) for b in made for n in walk(tree, b.value)} | {b.name for b in made}
    return any(names.HISTORY.search(word) for word in words)


def kept_answers(tree: Tree, loop: Loop) -> list[Binding]:
    """The bindings that add the answer of a round to what there is already."""
    bound = bindings(tree, loop.node)
    answer = derived(tree, loop.call, bound)
    return [b for b in bound if b.how != "assign" and (b.sources & answer or contains(tree, b.value, loop.call))]


def collects(tree: Tree, loop: Loop) -> bool:
    """Whether the answers of all rounds are kept: then each of them is wanted."""
    return bool(kept_answers(tree, loop)) or any(isinstance(n, cst.Yield) for n in walk(tree, loop.node))


def remembers(tree: Tree, loop: Loop) -> bool:
    """Whether an object is asked round after round, and keeps of each answer what its next one can look at."""
    if variable(loop.call.func) is None or not dotted(loop.call.func).startswith("self."):
        return False
    bound = bindings(tree, loop.node)
    answer = derived(tree, loop.call, bound)
    kept = (b for b in bound if b.name.startswith("self.") and (b.how != "assign" or b.name in b.sources))
    return any(b.sources & answer and not is_store(b.name) for b in kept)


def tries_again(tree: Tree, loop: Loop) -> bool:
    """Whether a failed call is caught inside of the round and waited for, as a retry that forgot its `break` does."""
    for parent, child in tree.ancestors(loop.call):
        if parent is loop.node:
            return False
        if isinstance(parent, cst.Try) and child is parent.body:
            return True
    return False


def names_retry(tree: Tree, node: cst.For | cst.While) -> bool:
    """Whether the loop says so itself: `while attempt < n`, `for _ in range(max_retries)`, `for x in Retrying()`."""
    head = (node.target, node.iter) if isinstance(node, cst.For) else (node.test,)
    words = [n.value for part in head for n in walk(tree, part) if isinstance(n, cst.Name)]
    return any(names.RETRY.search(word) for word in words)
