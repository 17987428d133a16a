"""What kind of loop stands around a call: over data, until it works, until a person is done, or fed by answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import libcst as cst

from whowaits.code.steps import names
from whowaits.code.steps.flow import (
    Binding,
    Names,
    bindings,
    carried,
    derived,
    derived_names,
    function_of,
    is_conversation,
    is_counter,
    is_store,
    needed,
    parameters,
    sources_of,
)
from whowaits.code.steps.leaving import Leaves, how_it_leaves, leaves_somewhere
from whowaits.code.steps.tree import (
    COMPREHENSIONS,
    Tree,
    calls_in,
    clauses,
    contains,
    dotted,
    last_name,
    reads,
    seen_outside,
    variable,
    walk,
)
from whowaits.frozen import dataclass
from whowaits.model import DAY_S

NO_PAUSES: Final[Mapping[int, float]] = MappingProxyType({})
PERIOD_FROM_S: Final = 60
"""A `while True` that sleeps this long or longer between rounds is a schedule; shorter is polling."""


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
    return _while(tree, loop, loop.node, leaves, pauses)


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


def carries_history(tree: Tree, loop: Loop) -> bool:
    """Whether each round makes something for its call that is named after former rounds: `x = recent(history)`."""
    bound = bindings(tree, loop.node)
    used = needed(tree, loop.call, loop.arguments, bound)
    made = [b for b in bound if b.name in used and b.how != "mutate"]
    words = {last_name(n) for b in made for n in walk(tree, b.value)} | {b.name for b in made}
    return any(names.HISTORY.search(word) for word in words)


def _until_success(tree: Tree, loop: Loop) -> str:
    """A loop that is over once the call has worked: the same again, or the next model, key or provider."""
    if not isinstance(loop.node, cst.For) or _is_range(loop.node.iter) or _names_retry(tree, loop.node):
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
    if counted and not feeds and leaves == "on-answer" and _remembers(tree, loop):
        return Kind("growing-messages")
    tries = counted and not feeds and not _collects(tree, loop) and _tries_again(tree, loop)
    if tries and leaves == "never":
        return Kind("retry-without-break")
    if tries or _names_retry(tree, node) or (counted and not feeds and leaves in ("on-answer", "maybe")):
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


def _remembers(tree: Tree, loop: Loop) -> bool:
    """Whether an object is asked round after round, and keeps of each answer what its next one can look at."""
    if variable(loop.call.func) is None or not dotted(loop.call.func).startswith("self."):
        return False
    bound = bindings(tree, loop.node)
    answer = derived(tree, loop.call, bound)
    kept = (b for b in bound if b.name.startswith("self.") and (b.how != "assign" or b.name in b.sources))
    return any(b.sources & answer and not is_store(b.name) for b in kept)


def _is_step(tree: Tree, loop: Loop) -> bool:
    """Whether an object is told to go on, with nothing given to it and nothing kept of what it says."""
    on_object = isinstance(loop.call.func, cst.Attribute) and not loop.call.args
    return on_object and not loop.first and not _collects(tree, loop)


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


def _collects(tree: Tree, loop: Loop) -> bool:
    """Whether the answers of all rounds are kept: then each of them is wanted."""
    bound = bindings(tree, loop.node)
    answer = derived(tree, loop.call, bound)
    kept = (b for b in bound if b.how != "assign" and (b.sources & answer or contains(tree, b.value, loop.call)))
    yields = (n for n in walk(tree, loop.node) if isinstance(n, cst.Yield))
    return any(True for _ in kept) or any(True for _ in yields)


def _tries_again(tree: Tree, loop: Loop) -> bool:
    """Whether a failed call is caught inside of the round and waited for, as a retry that forgot its `break` does."""
    for parent, child in tree.ancestors(loop.call):
        if parent is loop.node:
            return False
        if isinstance(parent, cst.Try) and child is parent.body:
            return True
    return False


def _while(tree: Tree, loop: Loop, node: cst.While, leaves: Leaves, pauses: Mapping[int, float]) -> Kind:
    bound = bindings(tree, node)
    answer = derived(tree, loop.call, bound)
    tested = reads(tree, node.test)
    used = needed(tree, loop.call, loop.arguments, bound)
    if any(names.takes_from_queue(c) for c in calls_in(tree, node)):
        return Kind("queue-consumer")
    if _names_retry(tree, node):
        return Kind("retry-loop")
    if leaves == "never" and (clock := _by_the_clock(tree, node, bound, pauses)):
        return clock
    if leaves != "always" and _takes_next(tree, loop, bound, used):
        return Kind("queue-consumer")
    if leaves == "never" and _gathers_enough(tree, loop, node, bound):
        return Kind("loop-over-data" if used & {b.name for b in bound} else "repetition")
    if (tested & answer) and not _counts(tested, bound):
        return Kind("tool-loop" if _asks_for_tools(tree, node) else "until-answer")
    if work := _worklist(tree, tested, bound, used, node):
        return Kind("refine-chain" if work & answer else "loop-over-data")
    if _counts(tested & used, bound) or _is_paged(tree, loop, bound, used, answer, tested):
        return Kind("paged-loop")
    if leaves == "on-answer" and _remembers(tree, loop):
        return Kind("growing-messages")
    if leaves in ("on-answer", "maybe") or _tries_again(tree, loop):
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


def _gathers_enough(tree: Tree, loop: Loop, node: cst.While, bound: Sequence[Binding]) -> bool:
    """Whether each round adds its answer to a list until that is long enough: `while len(a) < n: a.append(ask())`."""
    if not isinstance(node.test, cst.Comparison):
        return False
    measured = {
        variable(c.args[0].value) for c in calls_in(tree, node.test.left) if last_name(c.func) == "len" and c.args
    }
    answer = derived(tree, loop.call, bound)
    added = [b for b in bound if b.how != "assign" and (b.sources & answer or contains(tree, b.value, loop.call))]
    return any(b.name in measured and _in_every_round(tree, node, b.node) for b in added)


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


def _names_retry(tree: Tree, node: cst.For | cst.While) -> bool:
    """Whether the loop says so itself: `while attempt < n`, `for _ in range(max_retries)`, `for x in Retrying()`."""
    head = (node.target, node.iter) if isinstance(node, cst.For) else (node.test,)
    words = [n.value for part in head for n in walk(tree, part) if isinstance(n, cst.Name)]
    return any(names.RETRY.search(word) for word in words)


def _is_messages_of_a_queue(node: cst.For) -> bool:
    inner = _unwrapped(node.iter)
    if isinstance(inner, cst.Call):
        return names.takes_from_queue(inner) or last_name(inner.func) in ("listen", "consume", "subscribe")
    return bool(names.QUEUE_LIKE.search(dotted(inner))) and "consum" in dotted(inner).lower()


def mentions_records(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether the code takes `Records` out of anything, as a function does that a queue or a bucket calls."""
    return any(isinstance(n, cst.SimpleString) and n.value[1:-1] == "Records" for n in walk(tree, node))


_TOOL = re.compile(r"(tool|function_call|stop_reason|finish_reason|action|requires_action)", re.IGNORECASE)


def _asks_for_tools(tree: Tree, node: cst.While) -> bool:
    said = [n.value for n in walk(tree, node) if isinstance(n, cst.Name | cst.SimpleString)]
    return any(_TOOL.search(word) for word in said)
