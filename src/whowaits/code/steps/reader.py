"""Puts the facts of one step together; the one place where LibCST trees are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import libcst as cst

from whowaits.code.site import Step
from whowaits.code.steps import Fact, StepFacts, UnreadableError, answers, conversations, loops, names
from whowaits.code.steps.flow import Names, bindings, contents, derived, function_of, needed
from whowaits.code.steps.loop import Kind, Loop, carries_history, enclosing
from whowaits.code.steps.places import MAX_DEPTH, TooDeepError
from whowaits.code.steps.sent_back import sent_back
from whowaits.code.steps.tree import Tree, calls_in, contains, dotted, find_calls, parse, reads, seen_from


class Asked(NamedTuple):
    """What is known about the call of a step from outside of its function."""

    model_call: bool
    streams: bool
    chat: bool
    others: frozenset[int]
    asks: frozenset[int]
    pauses: Mapping[int, float]


def read(text: str, step: Step, asked: Asked) -> StepFacts:
    """The facts of a step; `UnreadableError` when its text cannot be parsed or nests too deep."""
    tree = _tree(text, step.first_line)
    if isinstance(tree, str):
        raise UnreadableError(tree)
    calls = find_calls(tree, step.line, step.end_line, step.column)
    if not calls:
        return StepFacts()
    facts = sorted(_facts(tree, calls, asked), key=lambda f: f.name == "asks-before")
    handed = [(name, tree.line(node)) for name, node in answers.handed_to(tree, calls[0])]
    return StepFacts(tuple(dict.fromkeys(facts)), tuple(handed))


@lru_cache(maxsize=256)
def _tree(text: str, first_line: int) -> Tree | str:
    """The tree of a function, or why it has none, which is found out once for all of its calls."""
    try:
        return parse(text, first_line)
    except (TooDeepError, RecursionError, MemoryError):
        return f"nests deeper than {MAX_DEPTH} levels"
    except (cst.ParserSyntaxError, SyntaxError) as error:
        return f"cannot be read: {type(error).__name__}"


def _facts(tree: Tree, calls: tuple[cst.Call, ...], asked: Asked) -> Iterator[Fact]:
    call = calls[0]
    arguments = frozenset(name for c in calls for arg in c.args for name in reads(tree, arg.value))
    region: cst.CSTNode = function_of(tree) or tree.root
    around = list(enclosing(tree, call, arguments, asked.model_call))
    for loop in around:
        kind = loops.kind_of(tree, loop, asked.asks, asked.pauses)
        outwards = around[around.index(loop) :]
        if kind.name in _OVER_DATA and any(_is_planned(tree, x, region, asked.others) for x in outwards):
            kind = Kind("planned-items")
        elif kind.name in _OVER_DATA and _is_prompt_in_pieces(tree, loop, region):
            kind = Kind("prompt-in-pieces")
        head = loop.node.target if isinstance(loop.node, cst.CompFor) else loop.node
        yield Fact(kind.name, tree.line(head), kind.weak, kind.value)
        if carries_history(tree, loop):
            yield Fact("carries-history", tree.line(head))
    yield from _stream(tree, calls, region, asked)
    if asked.model_call and answers.asks_the_same(tree, call, region):
        yield Fact("same-question", tree.line(call))
    yield from _conversation(tree, calls, arguments, around, region, asked)
    for name, node in answers.asked(tree, seen_from(tree, arguments, call, region), call, region, asked.asks):
        yield Fact(name, tree.line(node))
    seen = seen_from(tree, arguments, call, region)
    if (option := answers.asked_by_option(tree, seen, call, region)) is not None:
        yield Fact("reads-input", tree.line(option))
    if (request := answers.reads_request(tree, region)) is not None:
        yield Fact("answers-request", tree.line(request))
    if function_of(tree) is not None and loops.mentions_records(tree, region):
        yield Fact("records", tree.line(region))
    if asked.model_call and any(answers.offers_tools(tree, c, region) for c in calls):
        yield Fact("offers-tools", tree.line(call))
    if (reply := sent_back(tree, calls, region)) is not None:
        yield Fact("sent-back", tree.line(reply))
    if not asked.model_call and (reading := answers.result_read(tree, calls, region)) is not None:
        yield Fact("reads-result", tree.line(reading))
    yield from _stages(tree, call, arguments, around, asked.others)


_OVER_DATA: Final = frozenset({"loop-over-data", "comprehension-over-data", "tasks-over-data"})


def _is_planned(tree: Tree, loop: Loop, region: cst.CSTNode, others: frozenset[int]) -> bool:
    """Whether the items of a loop come out of a model's answer in the same function: a plan and its steps.

    A helper may make the plan, in front of the loop or in its head: `for step in plan(goal)`.
    """
    if not others or isinstance(loop.node, cst.While):
        return False
    bound = contents(tree, bindings(tree, region))
    over = seen_from(tree, reads(tree, loop.node.iter), loop.node, region)
    behind = needed(tree, loop.node, over, bound)
    if any(tree.line(n) in others and n is not loop.call for n in calls_in(tree, loop.node.iter)):
        return True
    earlier = [n for n in calls_in(tree, region) if tree.line(n) in others and tree.order[n] < tree.order[loop.node]]
    return any(not contains(tree, n, loop.node) and derived(tree, n, bound) & behind for n in earlier)


def _is_prompt_in_pieces(tree: Tree, loop: Loop, region: cst.CSTNode) -> bool:
    """Whether a loop runs over the parts that one prompt was cut into because it is too long."""
    if isinstance(loop.node, cst.While):
        return False
    over = seen_from(tree, reads(tree, loop.node.iter), loop.node, region)
    made = [b.value for b in bindings(tree, region) if b.name in over and b.how == "assign"]
    cuts = [c for value in (loop.node.iter, *made) for c in calls_in(tree, value) if names.CUTS.search(dotted(c.func))]
    return any(names.PROMPT.search(name) for c in cuts for arg in c.args for name in reads(tree, arg.value))


def _stream(tree: Tree, calls: tuple[cst.Call, ...], region: cst.CSTNode, asked: Asked) -> Iterator[Fact]:
    if not asked.model_call:
        if gone := answers.pieces_go(tree, calls[0], region):
            yield Fact(f"{gone[0]}-pieces", tree.line(gone[1]))
        return
    typed = answers.typed_out(tree, calls[0], region)
    if typed is not None:
        yield Fact("streamed-answer", tree.line(typed))
    streamed = [answers.is_streamed(tree, c, region, asked.streams) for c in calls]
    if not any(s is not False for s in streamed):
        return
    shown = answers.shown_at(tree, calls[0], region)
    if shown is None:
        yield Fact("streamed-away", tree.line(calls[0]))
    else:
        passed_on = isinstance(shown, cst.Yield)
        yield Fact("streamed-answer" if any(streamed) else "stream-option", tree.line(shown), passed_on)


def _conversation(
    tree: Tree,
    calls: tuple[cst.Call, ...],
    arguments: Names,
    around: list[Loop],
    region: cst.CSTNode,
    asked: Asked,
) -> Iterator[Fact]:
    kept = answers.conversation_kept(tree, calls[0], seen_from(tree, frozenset(arguments), calls[0], region), region)
    if kept is not None:
        yield Fact("growing-messages", tree.line(kept), weak=True)
    if not asked.model_call and conversations.is_new(tree, calls[0], around):
        yield Fact("new-conversation", tree.line(calls[0]))
    if asked.chat:
        inner = around[0].node if around else region
        if any(answers.chat_is_kept(tree, c, inner) for c in calls):
            yield Fact("stateful-chat", tree.line(calls[0]))


def _stages(tree: Tree, call: cst.Call, arguments: Names, around: list[Loop], others: frozenset[int]) -> Iterator[Fact]:
    """This call needs the answer of another call about the same item, or another needs its: a batch for each stage."""
    region = around[0].node if around else function_of(tree)
    if region is None:
        return
    bound = bindings(tree, region)
    used = needed(tree, call, seen_from(tree, frozenset(arguments), call, region), bound)
    answer = derived(tree, call, bound)
    for node in calls_in(tree, region):
        alike = dotted(node.func) == dotted(call.func) or tree.line(node) in others
        if not alike or contains(tree, node, call) or contains(tree, call, node):
            continue
        after = tree.order[node] > tree.order[call]
        needs = seen_from(tree, frozenset(name for arg in node.args for name in reads(tree, arg.value)), node, region)
        if needs & answer if after else derived(tree, node, bound) & used:
            yield Fact("same-item-stages", tree.line(node))
            return
