"""What kind of loop a `while` is: over a queue, a list or pages, by the clock, until an answer will do."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Final

import libcst as cst

from whowaits.code.steps import names
from whowaits.code.steps.flow import Binding, Names, bindings, derived, derived_names, needed, sources_of
from whowaits.code.steps.leaving import Leaves, leaves_somewhere
from whowaits.code.steps.loop import Kind, Loop, kept_answers, names_retry, remembers, tries_again
from whowaits.code.steps.tree import Tree, calls_in, dotted, last_name, reads, variable, walk
from whowaits.model import DAY_S

PERIOD_FROM_S: Final = 60
"""A `while True` that sleeps this long or longer between rounds is a schedule; shorter is polling."""
_TOOL: Final = re.compile(r"(tool|function_call|stop_reason|finish_reason|action|requires_action)", re.IGNORECASE)


def kind_of_while(tree: Tree, loop: Loop, node: cst.While, leaves: Leaves, pauses: Mapping[int, float]) -> Kind:
    """What a `while` is; `leaves` is how it ends, `pauses` has the lines that sleep for so many seconds."""
    bound = bindings(tree, node)
    answer = derived(tree, loop.call, bound)
    tested = reads(tree, node.test)
    used = needed(tree, loop.call, loop.arguments, bound)
    if any(names.takes_from_queue(c) for c in calls_in(tree, node)):
        return Kind("queue-consumer")
    if names_retry(tree, node):
        return Kind("retry-loop")
    if leaves == "never" and (clock := _by_the_clock(tree, node, bound, pauses)):
        return clock
    if leaves != "always" and _takes_next(tree, loop, bound, used):
        return Kind("queue-consumer")
    if leaves == "never" and _gathers_enough(tree, loop, node):
        return Kind("loop-over-data" if used & {b.name for b in bound} else "repetition")
    if (tested & answer) and not _counts(tested, bound):
        return Kind("tool-loop" if _asks_for_tools(tree, node) else "until-answer")
    if work := _worklist(tree, tested, bound, used, node):
        return Kind("refine-chain" if work & answer else "loop-over-data")
    if _counts(tested & used, bound) or _is_paged(tree, loop, bound, used, answer, tested):
        return Kind("paged-loop")
    if leaves == "on-answer" and remembers(tree, loop):
        return Kind("growing-messages")
    if leaves in ("on-answer", "maybe") or tries_again(tree, loop):
        return Kind("tool-loop" if _asks_for_tools(tree, node) else "until-answer")
    sleeps = any(names.is_called(c, names.SLEEP) for c in calls_in(tree, node.body))
    return Kind("polling-loop" if sleeps else "endless-loop")


def _takes_next(tree: Tree, loop: Loop, bound: Sequence[Binding], used: Names) -> bool:
    """Whether each round lists what there is to do and takes the first of it: `todo = pending(); do(todo[0])`.

    What people say is asked for in the same way, and does not wait.
    """
    made = [b for b in bound if b.how == "assign" and isinstance(b.node, cst.Assign | cst.AnnAssign | cst.NamedExpr)]
    answer = derived(tree, loop.call, made)
    listed = {b.name for b in made if any(c is not loop.call for c in calls_in(tree, b.value))}
    first = {variable(n.value) for n in walk(tree, loop.node) if isinstance(n, cst.Subscript) and _is_first(n)}
    tests = (n.test for n in walk(tree, loop.node) if isinstance(n, cst.If | cst.While))
    checked = {name for test in tests for name in reads(tree, test)}
    return any(not names.OF_PEOPLE.search(name) for name in (listed - answer) & first & checked & used)


def _is_first(node: cst.Subscript) -> bool:
    index = node.slice[0].slice
    return isinstance(index, cst.Index) and isinstance(index.value, cst.Integer) and index.value.value == "0"


def _gathers_enough(tree: Tree, loop: Loop, node: cst.While) -> bool:
    """Whether each round adds its answer to a list until that is long enough: `while len(a) < n: a.append(ask())`."""
    if not isinstance(node.test, cst.Comparison):
        return False
    measured = {
        variable(c.args[0].value) for c in calls_in(tree, node.test.left) if last_name(c.func) == "len" and c.args
    }
    return any(b.name in measured and _in_every_round(tree, node, b.node) for b in kept_answers(tree, loop))


def _in_every_round(tree: Tree, loop: cst.While, node: cst.CSTNode) -> bool:
    """Whether a statement runs in each round in which nothing goes wrong."""
    for parent, _ in tree.ancestors(node):
        if parent is loop:
            return True
        if isinstance(parent, cst.If | cst.While | cst.ExceptHandler):
            return False
    return False


def _counts(tested: Names, bound: Sequence[Binding]) -> bool:
    """Whether the loop runs until a number that it counts up itself: `while i < len(rows): ...; i += n`."""
    return any(b.name in tested and (b.how == "augment" or b.name in b.sources) for b in bound if b.how != "mutate")


def _worklist(tree: Tree, tested: Names, bound: Sequence[Binding], used: set[str], node: cst.While) -> set[str]:
    """The lists that the loop empties item by item: `while todo: item = todo.pop()`."""
    popped = {
        variable(c.func.value)
        for c in calls_in(tree, node)
        if isinstance(c.func, cst.Attribute) and c.func.attr.value in ("pop", "popleft", "get", "heappop")
    }
    return {name for name in tested if name in popped and name in used | {b.name for b in bound}}


def _is_paged(tree: Tree, loop: Loop, bound: Sequence[Binding], used: Names, answer: Names, tested: Names) -> bool:
    """Whether each round fetches a page or a chunk, until none is left, and the call is made on it."""
    made = {b.name: b.sources for b in bound if b.how == "assign" and any(True for _ in calls_in(tree, b.value))}
    fetched = (made.keys() - answer) & (used | tested)
    if any(made[name] & loop.arguments and name in loop.arguments for name in fetched):
        return False  # the call gets what the page was taken from, and may leave another one there
    leaving = [n for n in walk(tree, loop.node) if isinstance(n, cst.If) and leaves_somewhere(tree, n)]
    ends = {name for n in leaving for name in reads(tree, n.test)}
    more = derived_names(fetched, bound)
    return bool(fetched & used) and bool((ends | tested) & more)


def _by_the_clock(tree: Tree, node: cst.While, bound: Sequence[Binding], pauses: Mapping[int, float]) -> Kind | None:
    """A schedule written by hand: each round sleeps for a minute or longer, or until a time of day."""
    for call in calls_in(tree, node.body):
        if not names.is_called(call, names.SLEEP) or not call.args:
            continue
        seconds = _seconds(call.args[0].value)
        seconds = pauses.get(tree.line(call)) if seconds is None else seconds
        if seconds is not None and seconds >= PERIOD_FROM_S:
            return Kind("periodic-loop", value=seconds)
        length = call.args[0].value
        behind = sources_of(reads(tree, length), bound)
        values = [length, *(b.value for b in bound if b.name in behind)]
        if any(names.CLOCK.search(dotted(c.func)) for value in values for c in calls_in(tree, value)):
            return Kind("clock-loop", value=_day(tree, values))
    return None


def _day(tree: Tree, values: Sequence[cst.CSTNode]) -> float | None:
    """A day, where a loop sleeps until a time of the next one: `now + timedelta(days=1)`."""
    spans = [c for v in values for c in calls_in(tree, v) if last_name(c.func) == "timedelta"]
    given = [(a.keyword.value if a.keyword else "days", _seconds(a.value)) for c in spans for a in c.args]
    return DAY_S if given and all(pair == ("days", 1.0) for pair in given) else None


def _seconds(node: cst.CSTNode) -> float | None:
    """The value of a number or a product of numbers, as in `sleep(24 * 60 * 60)`."""
    if isinstance(node, cst.Integer | cst.Float):
        return float(ast.literal_eval(node.value))
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
        left, right = _seconds(node.left), _seconds(node.right)
        return None if left is None or right is None else left * right
    return None


def _asks_for_tools(tree: Tree, node: cst.While) -> bool:
    said = [n.value for n in walk(tree, node) if isinstance(n, cst.Name | cst.SimpleString)]
    return any(_TOOL.search(word) for word in said)
