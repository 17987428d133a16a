"""What kind of loop stands around a call: over data, until it works, until a person is done, or fed by answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import libcst as cst

from whowaits.code.steps import names
from whowaits.code.steps.flow import bindings, carried, derived, function_of, is_conversation, needed, parameters
from whowaits.code.steps.leaving import Leaves, how_it_leaves
from whowaits.code.steps.loop import Kind, Loop, collects, feeds_itself, names_retry, remembers, tries_again
from whowaits.code.steps.tree import Tree, calls_in, contains, dotted, last_name, reads, walk
from whowaits.code.steps.while_loops import kind_of_while

NO_PAUSES: Final[Mapping[int, float]] = MappingProxyType({})


def kind_of(
    tree: Tree, loop: Loop, asks: frozenset[int] = frozenset(), pauses: Mapping[int, float] = NO_PAUSES
) -> Kind:
    """What the loop is; the first that fits of: a person, over after one success, fed by answers, data.

    `asks` are lines at which a helper asks a person, `pauses` lines that sleep for so many seconds.
    """
    if isinstance(loop.node, cst.CompFor):
        return _comprehension(tree, loop)
    if _asks_somebody(tree, loop, loop.node, asks):
        return Kind("prompt-loop")
    if any(names.is_called(c, names.SOCKET) for c in calls_in(tree, loop.node)):
        return Kind("socket-loop")
    leaves = how_it_leaves(tree, loop.node, loop.call)
    if leaves == "always":
        return Kind(_until_success(tree, loop))
    if dependence := feeds_itself(tree, loop):
        return Kind("same-item-stages" if dependence == "refine-chain" and _runs_stages(tree, loop) else dependence)
    if _runs_each_once(tree, loop):
        return Kind("list-of-functions")
    if isinstance(loop.node, cst.For):
        return _for(tree, loop, loop.node, leaves)
    return kind_of_while(tree, loop, loop.node, leaves, pauses)


def _asks_somebody(tree: Tree, loop: Loop, node: cst.For | cst.While, asks: frozenset[int]) -> bool:
    """Whether a person is asked in each round; in one about data, by a helper, for what the call then gets."""
    if any(names.is_called(c, names.INPUT) for c in calls_in(tree, node.body)):
        return True
    helped = [c for c in calls_in(tree, node) if tree.line(c) in asks and c is not loop.call] if asks else []
    if isinstance(node, cst.While) or not helped:
        return bool(helped)
    if any(contains(tree, node.iter, c) for c in helped):
        return True
    bound = bindings(tree, node)
    used = needed(tree, loop.call, loop.arguments, bound)
    return any(contains(tree, loop.call, c) or derived(tree, c, bound) & used for c in helped)


def _runs_stages(tree: Tree, loop: Loop) -> bool:
    """Whether each round calls another function on the same item, which the loop takes from a list of steps."""
    if not isinstance(loop.node, cst.For) or loop.first:
        return False
    fed = {b.name for b in carried(tree, loop.node, loop.call, loop.arguments)}
    called = reads(tree, loop.call.func) & reads(tree, loop.node.target)
    return bool(called) and not any(is_conversation(name) for name in fed)


def _runs_each_once(tree: Tree, loop: Loop) -> bool:
    """Whether the loop goes through functions and calls each of them: `for check in checks: check()`."""
    targets = frozenset() if isinstance(loop.node, cst.While) else reads(tree, loop.node.target)
    callee = loop.call.func
    return isinstance(callee, cst.Name) and callee.value in targets and not targets & loop.arguments


def _until_success(tree: Tree, loop: Loop) -> str:
    """A loop that is over once the call has worked: the same again, or the next model, key or provider."""
    if not isinstance(loop.node, cst.For) or _is_range(loop.node.iter) or names_retry(tree, loop.node):
        return "retry-loop"
    targets = reads(tree, loop.node.target)
    used = needed(tree, loop.call, loop.arguments, bindings(tree, loop.node))
    return "fallback-loop" if targets & used else "retry-loop"


def _comprehension(tree: Tree, loop: Loop) -> Kind:
    assert isinstance(loop.node, cst.CompFor)
    if _runs_each_once(tree, loop):
        return Kind("list-of-functions")
    weak = _is_literal(loop.node.iter)
    started = ""
    for parent, child in tree.ancestors(loop.node):
        if isinstance(parent, cst.Call) and child is not parent.func:
            name = last_name(parent.func)
            if name in ("any", "all", "next"):
                return Kind("early-exit")
            started = started or (name if name in names.TASKS else "")
        if isinstance(parent, cst.BaseStatement | cst.BaseSmallStatement):
            break
    tasks = started or is_started(tree, loop)
    return Kind("tasks-over-data" if tasks else "comprehension-over-data", weak)


def is_started(tree: Tree, loop: Loop) -> bool:
    """Whether each round only starts the call (a task, a submit, a coroutine that is not awaited)."""
    if last_name(loop.call.func) in names.TASKS:
        return True
    for parent, child in tree.ancestors(loop.call):
        if isinstance(parent, cst.Await | cst.BaseStatement):
            return False
        if parent is loop.node:
            return False
        if isinstance(parent, cst.Call) and child is not parent.func and last_name(parent.func) in names.TASKS:
            return True
    return False


def _for(tree: Tree, loop: Loop, node: cst.For, leaves: Leaves) -> Kind:
    used = needed(tree, loop.call, loop.arguments, bindings(tree, node))
    counted = _is_range(node.iter)
    feeds = bool(reads(tree, node.target) & used)
    if counted and not feeds and leaves == "on-answer" and remembers(tree, loop):
        return Kind("growing-messages")
    tries = counted and not feeds and not collects(tree, loop) and tries_again(tree, loop)
    if tries and leaves == "never":
        return Kind("retry-without-break")
    if tries or names_retry(tree, node) or (counted and not feeds and leaves in ("on-answer", "maybe")):
        return Kind("retry-loop")
    if leaves == "on-answer":
        return Kind("early-exit")
    if _is_messages_of_a_queue(node):
        return Kind("queue-consumer")
    if mentions_records(tree, node.iter):
        return Kind("records-loop")
    started = is_started(tree, loop)
    weak = _is_literal(node.iter) or (counted and not feeds)
    if counted and not feeds:
        if _is_step(tree, loop):
            return Kind("repeated-step")
        return Kind("optional-repetition" if _is_once(tree, node) else "repetition", weak)
    return Kind("tasks-over-data" if started else "loop-over-data", weak)


def _is_step(tree: Tree, loop: Loop) -> bool:
    """Whether an object is told to go on, with nothing given to it and nothing kept of what it says."""
    on_object = isinstance(loop.call.func, cst.Attribute) and not loop.call.args
    return on_object and not loop.first and not collects(tree, loop)


def _is_once(tree: Tree, node: cst.For) -> bool:
    """Whether the number of rounds is one unless somebody asks for more: `n = options.get("n", 1)`, `def f(x, n=1)`."""
    function = function_of(tree)
    counts = reads(tree, node.iter)
    if function is None or not counts:
        return False
    defaults = [d for name, d in parameters(function).items() if name in counts and d is not None]
    made = [b.value for b in bindings(tree, function) if b.name in counts and b.how == "assign"]
    asked = [c for value in made for c in calls_in(tree, value) if last_name(c.func) in ("get", "pop", "getattr")]
    defaults += [c.args[-1].value for c in asked if len(c.args) > 1]
    return bool(defaults) and all(isinstance(d, cst.Integer) and d.value == "1" for d in defaults)


def _is_range(iterable: cst.CSTNode) -> bool:
    inner = _unwrapped(iterable)
    return isinstance(inner, cst.Call) and last_name(inner.func) in ("range", "trange", "count", "repeat")


def _unwrapped(iterable: cst.CSTNode) -> cst.CSTNode:
    while isinstance(iterable, cst.Call) and iterable.args and last_name(iterable.func) in names.WRAPPERS:
        if last_name(iterable.func) == "trange":
            return iterable
        iterable = iterable.args[0].value
    return iterable


def _is_literal(iterable: cst.CSTNode) -> bool:
    """Whether the data is a handful of constants written into the loop."""
    inner = _unwrapped(iterable)
    if not isinstance(inner, cst.List | cst.Tuple | cst.Set):
        return False
    constants = (cst.BaseString, cst.BaseNumber)
    return len(inner.elements) <= 3 and all(isinstance(e.value, constants) for e in inner.elements)


def _is_messages_of_a_queue(node: cst.For) -> bool:
    inner = _unwrapped(node.iter)
    if isinstance(inner, cst.Call):
        return names.takes_from_queue(inner) or last_name(inner.func) in ("listen", "consume", "subscribe")
    return bool(names.QUEUE_LIKE.search(dotted(inner))) and "consum" in dotted(inner).lower()


def mentions_records(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether the code takes `Records` out of anything, as a function does that a queue or a bucket calls."""
    return any(isinstance(n, cst.SimpleString) and n.value[1:-1] == "Records" for n in walk(tree, node))
