"""What happens to an answer beyond loops: shown as it streams in, kept in a conversation, asked by a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import libcst as cst

from whowaits.code.steps import names
from whowaits.code.steps.flow import (
    Names,
    bindings,
    carried,
    derived,
    derived_names,
    function_of,
    is_conversation,
    is_store,
    needed,
    parameters,
)
from whowaits.code.steps.tree import Tree, calls_in, contains, dotted, last_name, reads, variable, walk


def is_streamed(tree: Tree, call: cst.Call, region: cst.CSTNode, method: bool) -> bool | None:
    """Whether the call streams its answer: yes, no, or None when that hangs on an option that is off by default."""
    if method:
        return True
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == "stream":
            return _is_true(arg.value, tree)
    if any(arg.star == "**" for arg in call.args):
        return _stream_in_dict(region, tree)
    return False


def _is_true(value: cst.CSTNode, tree: Tree) -> bool | None:
    if isinstance(value, cst.Name) and value.value in ("True", "False"):
        return value.value == "True"
    function = function_of(tree)
    name = variable(value)
    if function is not None and name is not None:
        default = parameters(function).get(name)
        if isinstance(default, cst.Name) and default.value == "True":
            return True
    return None


def _stream_in_dict(region: cst.CSTNode, tree: Tree) -> bool | None:
    """The value of "stream" in a dict that is built in the same function: `{"stream": True}`, `kw["stream"] = True`."""
    for node in walk(tree, region):
        if isinstance(node, cst.DictElement) and _is_text(node.key, "stream"):
            return _is_true(node.value, tree)
        if isinstance(node, cst.Assign) and _sets_stream(tree, node.targets[0].target):
            return _is_true(node.value, tree)
        if isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "stream":
            return _is_true(node.value, tree)
    return False


def _sets_stream(tree: Tree, target: cst.CSTNode) -> bool:
    return isinstance(target, cst.Subscript) and any(_is_text(n, "stream") for n in walk(tree, target))


def _is_text(node: cst.CSTNode, text: str) -> bool:
    return isinstance(node, cst.SimpleString) and node.value.strip("rbu\"'") == text


def shown_at(tree: Tree, call: cst.Call, region: cst.CSTNode) -> cst.CSTNode | None:
    """Where pieces of a streamed answer are printed, yielded, sent or written, if they are."""
    answer = derived(tree, call, bindings(tree, region))
    for node in walk(tree, region):
        if isinstance(node, cst.For) and _is_about(tree, node.iter, call, answer):
            if (shown := _showing(tree, node, answer)) is not None:
                return shown
        elif isinstance(node, cst.Call) and node is not call and _streams_on(node):
            if any(_is_about(tree, arg.value, call, answer) for arg in node.args):
                return node
        elif isinstance(node, cst.Yield) and node.value is not None and _is_about(tree, node.value, call, answer):
            return node
    return None


_JOINS: Final = frozenset({"join", "list", "tuple", "sum", "reduce", "joined", "collect", "to_list", "alist"})


def pieces_go(tree: Tree, call: cst.Call, region: cst.CSTNode) -> tuple[str, cst.CSTNode] | None:
    """What becomes of the pieces that the call of a helper gives: ("shows" | "passes" | "joins"), and where."""
    shown = shown_at(tree, call, region)
    if shown is not None:
        return ("passes" if isinstance(shown, cst.Yield) else "shows"), shown
    held = {b.name for b in bindings(tree, region) if b.how == "assign" and contains(tree, b.value, call)}
    for node in walk(tree, region):
        if isinstance(node, cst.Return) and node.value is not None and _is_itself(tree, node.value, call, held):
            return "passes", node
        if isinstance(node, cst.For | cst.CompFor) and _is_itself(tree, node.iter, call, held):
            return "joins", node.target
        joins = isinstance(node, cst.Call) and node is not call and last_name(node.func) in _JOINS
        if isinstance(node, cst.Call) and joins and any(_is_itself(tree, a.value, call, held) for a in node.args):
            return "joins", node
    return None


def _is_itself(tree: Tree, node: cst.CSTNode, call: cst.Call, held: Names) -> bool:
    """Whether an expression is the call or a variable that holds what it gave, and nothing made of it."""
    inner = node.expression if isinstance(node, cst.Await) else node
    return inner is call or variable(inner) in held


def typed_out(tree: Tree, call: cst.Call, region: cst.CSTNode) -> cst.CSTNode | None:
    """Where a finished answer is yielded piece by piece with pauses, as if somebody typed it."""
    answer = derived(tree, call, bindings(tree, region))
    for node in walk(tree, region):
        if not isinstance(node, cst.For | cst.While) or contains(tree, node, call):
            continue
        inside = walk(tree, node.body)
        pauses = any(names.is_called(c, names.SLEEP) for c in inside if isinstance(c, cst.Call))
        made = answer | derived_names(answer, bindings(tree, node))
        yields = [y for y in inside if isinstance(y, cst.Yield) and y.value is not None and reads(tree, y.value) & made]
        if pauses and yields:
            return yields[0]
    return None


_CONTENT: Final = frozenset(
    {"messages", "message", "input", "inputs", "prompt", "prompts", "contents", "content", "text", "texts", "query"}
    | {"question", "documents", "body", "json", "data", "system"}
)
"""Keywords that carry what is asked."""


def asks_the_same(tree: Tree, call: cst.Call, region: cst.CSTNode) -> bool:
    """Whether what is asked is written into the call and depends on nothing: a probe, a health check, a demo."""
    named = {a.keyword.value: a.value for a in call.args if a.keyword is not None}
    body = [named[key] for key in ("json", "data") if key in named]  # of a request; its address may be a variable
    given = body or [a.value for a in call.args if a.star == "" and (a.keyword is None or a.keyword.value in _CONTENT)]
    if not given or any(a.star for a in call.args):
        return False
    bound = bindings(tree, region)
    names_read = {name for value in given for name in reads(tree, value)}
    values = [b for b in bound if b.name in names_read]
    if any(b.how != "assign" or b.sources for b in values):
        return False
    if not any(_has_text(tree, value) for value in (*given, *(b.value for b in values))):
        return False
    return all(name.isupper() or any(b.name == name for b in values) for name in names_read)


def _has_text(tree: Tree, node: cst.CSTNode) -> bool:
    return any(isinstance(n, cst.SimpleString) and len(n.value) > 2 for n in walk(tree, node))


def _streams_on(node: cst.Call) -> bool:
    return last_name(node.func) in ("write_stream", "StreamingResponse", "EventSourceResponse", "stream_to_user")


def _showing(tree: Tree, loop: cst.For, answer: Names) -> cst.CSTNode | None:
    for node in walk(tree, loop.body):
        if isinstance(node, cst.Yield):
            return node
        if isinstance(node, cst.Call) and names.is_called(node, names.SHOWN) and _takes(tree, node, answer):
            return node
    return None


def _takes(tree: Tree, call: cst.Call, answer: Names) -> bool:
    return any(reads(tree, arg.value) & answer for arg in call.args)


def _is_about(tree: Tree, node: cst.CSTNode, call: cst.Call, answer: Names) -> bool:
    return contains(tree, node, call) or bool(reads(tree, node) & answer)


def offers_tools(tree: Tree, call: cst.Call, region: cst.CSTNode) -> bool:
    """Whether the model may choose a tool, so that its answer asks for a result; a forced choice only gives a form."""
    for given in (call, *_bound_tools(tree, call, region)):
        named = {a.keyword.value: a.value for a in given.args if a.keyword is not None}
        if given is not call or "tools" in named:
            tools = named.get("tools")
            empty = isinstance(tools, cst.List | cst.Tuple) and not tools.elements
            return "tool_choice" not in named and not empty
    return False


def _bound_tools(tree: Tree, call: cst.Call, region: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls of `bind_tools` that made what the call is made on."""
    on = variable(call.func.value) if isinstance(call.func, cst.Attribute) else None
    made = [b.value for b in bindings(tree, region) if b.name == on and b.how == "assign"]
    for value in [*made, call.func]:
        yield from (c for c in calls_in(tree, value) if last_name(c.func) in ("bind_tools", "bind_functions"))


_RESULT: Final = frozenset({"get", "wait", "result", "join", "return_value", "get_result", "wait_result"})


def result_read(tree: Tree, calls: tuple[cst.Call, ...], region: cst.CSTNode) -> cst.CSTNode | None:
    """Where the result of work that was started is waited for: `task.delay(x).get()`, `job.result()`."""
    started = derived(tree, calls[-1], bindings(tree, region))
    for node in walk(tree, region):
        if not isinstance(node, cst.Attribute) or node.attr.value not in _RESULT:
            continue
        if contains(tree, node.value, calls[-1]) or variable(node.value) in started:
            return node
    return None


def conversation_kept(tree: Tree, call: cst.Call, arguments: Names, region: cst.CSTNode) -> cst.CSTNode | None:
    """Where the answer is put into a conversation that outlives the function and goes into its next call."""
    function = function_of(tree)
    if function is None:
        return None
    outer = set(parameters(function))
    for b in carried(tree, region, call, arguments):
        if _lives_on(b.name, outer) and (b.how == "mutate" or "." in b.name):
            return b.node
    bound = bindings(tree, region)
    answer, used = derived(tree, call, bound), needed(tree, call, arguments, bound)
    for node in calls_in(tree, region):
        kept_in = variable(node.func.value) if isinstance(node.func, cst.Attribute) else None
        told = kept_in in used and tree.order[node] > tree.order[call] and _lives_on(kept_in, outer)
        if told and not names.is_called(node, names.HANDED_ON) and _takes(tree, node, answer - used):
            return node
    return None


def _lives_on(name: str | None, parameters: Names) -> bool:
    """Whether a variable is a conversation that is there after the function is over."""
    if name is None or is_store(name) or not is_conversation(name):
        return False
    return name.startswith(("self.", "cls.")) or name in parameters


def chat_is_kept(tree: Tree, call: cst.Call, region: cst.CSTNode) -> bool:
    """Whether the chat object that gets the message is older than this round, so that it remembers former ones."""
    chat = variable(call.func.value) if isinstance(call.func, cst.Attribute) else None
    if chat is None or (isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Call)):
        return False
    return not any(b.name == chat and b.how == "assign" for b in bindings(tree, region))


def asked(
    tree: Tree, arguments: Names, call: cst.Call, region: cst.CSTNode, asks: frozenset[int]
) -> Iterator[tuple[str, cst.CSTNode]]:
    """("reads-input" | "asks-before", node) for each question to a person; the first when the call needs the reply.

    `asks` are lines at which a helper asks.
    """
    bound = bindings(tree, region)
    used = needed(tree, call, arguments, bound)
    for node in calls_in(tree, region):
        direct = contains(tree, call, node) and node is not call
        if not (names.is_called(node, names.INPUT) or tree.line(node) in asks) or (
            tree.order[node] > tree.order[call] and not direct
        ):
            continue
        replies = {b.name for b in bound if contains(tree, b.value, node)}
        yield ("reads-input" if direct or replies & used else "asks-before"), node


def asked_by_option(tree: Tree, arguments: Names, call: cst.Call, region: cst.CSTNode) -> cst.CSTNode | None:
    """The option of a command that is asked for where it is not given, if the call needs its value."""
    function = function_of(tree)
    if function is None:
        return None
    used = needed(tree, call, arguments, bindings(tree, region))
    for node in (c for d in function.decorators for c in calls_in(tree, d.decorator)):
        if _asks(node) and _option_name(node) in used:
            return node
    for name, default in parameters(function).items():
        if isinstance(default, cst.Call) and _asks(default) and name in used:
            return default
    return None


def _asks(option: cst.Call) -> bool:
    given = {a.keyword.value: a.value for a in option.args if a.keyword is not None}
    asks = given.get("prompt")
    return last_name(option.func).lower() == "option" and asks is not None and not names.is_false(asks)


def _option_name(option: cst.Call) -> str:
    """The parameter that gets the value: a bare name wins, else the longest name with dashes."""
    texts = [
        a.value.value.strip("\"'") for a in option.args if a.keyword is None and isinstance(a.value, cst.SimpleString)
    ]
    bare = [t for t in texts if not t.startswith("-")]
    return (bare or sorted(texts, key=len)[-1:] or [""])[0].lstrip("-").replace("-", "_")


_REQUESTED: Final = frozenset(
    {"httpMethod", "requestContext", "rawPath", "routeKey", "pathParameters", "queryStringParameters", "PATH_INFO"}
    | {"REQUEST_METHOD", "QUERY_STRING"}
)
"""Keys under which a gateway or a web server tells what was requested."""


def reads_request(tree: Tree, region: cst.CSTNode) -> cst.CSTNode | None:
    """Where a parameter of the function is asked what was requested: `event["rawPath"]`, `environ.get("PATH_INFO")`."""
    function = function_of(tree)
    given = set(parameters(function)) if function is not None else set()
    for node in walk(tree, region):
        if isinstance(node, cst.Subscript) and variable(node.value) in given:
            key: cst.CSTNode | None = node.slice[0].slice
            key = key.value if isinstance(key, cst.Index) else None
        elif (
            isinstance(node, cst.Call) and last_name(node.func) == "get" and node.args and variable(node.func) in given
        ):
            key = node.args[0].value
        else:
            continue
        if isinstance(key, cst.SimpleString) and key.value.strip("\"'") in _REQUESTED:
            return node
    return None


def handed_to(tree: Tree, call: cst.Call) -> Iterator[tuple[str, cst.Call]]:
    """The callables that get the lambda around `call`, innermost first: `map` of `map(lambda x: call(x), xs)`."""
    inside = False
    for parent, child in tree.ancestors(call):
        if isinstance(parent, cst.FunctionDef | cst.ClassDef):
            return
        if isinstance(parent, cst.Lambda):
            inside = True
        if inside and isinstance(parent, cst.Call) and child is not parent.func:
            yield dotted(parent.func), parent
            inside = False
