"""What calls and variables are named when they read a person, a queue, a clock, or try again."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

import libcst as cst

from whowaits.code.steps.tree import dotted, last_name

INPUT: Final = (
    "input", "raw_input", "*.Prompt.ask", "Prompt.ask", "IntPrompt.ask", "click.prompt", "typer.prompt",
    "questionary.*.ask", "questionary.*().ask", "inquirer.prompt", "*console.input", "*prompt_session.prompt",
    "*session.prompt", "*session.prompt_async", "PromptSession().prompt", "prompt_toolkit.prompt", "getpass.getpass",
    "ask_user*", "*.ask_user*", "user_input", "*.user_input", "*get_user_input", "*read_user_input",
    "*wait_for_user*", "*await_user*", "*receive_user*", "*input_from_user*", "prompt_user*", "*.prompt_user*",
    "*recognizer.listen", "sys.stdin.readline", "easygui.*", "simpledialog.ask*",
)  # fmt: skip
"""Calls that ask a person; `persons` knows those that a helper of the tree makes."""
SOCKET: Final = (
    "*websocket.receive*", "*ws.receive*", "*websocket.recv", "*ws.recv", "*socket.recv*", "*conn.recv*",
    "*websocket.iter_*", "*ws.iter_*", "*socket.accept",
)  # fmt: skip
RECEIVE: Final = (
    "*.receive_message", "*.receive_messages", "*.poll", "*.consume", "*.brpop", "*.blpop", "*.brpoplpush", "*.xread",
    "*.xreadgroup", "*.xread_group", "*.lpop", "*.rpop", "*.dequeue", "*.get_nowait", "*.pull", "*.reserve",
    "*.fetch_messages", "*.get_message", "*.get_messages", "*.getmany", "*.basic_get", "*.basic_consume",
    "*.receive", "*.next_message", "*.claim", "*.zpopmin", "*.bzpopmin", "*.lease_tasks",
)  # fmt: skip
HANDED_ON: Final = ("*.xcom_push",)
"""What gives a result to the next step of a plan: nothing that the call reads again."""

SHOWN: Final = (
    "print", "*.print", "*.write", "*send*", "*emit*", "*stream_token", "*stream_output", "*.put", "*.put_nowait",
    "*.markdown", "*.write_stream", "*.update", "*.edit*", "*.yield_*", "*publish*", "*.on_*", "*.reply*", "*callback",
    "*.echo", "*broadcast*",
)  # fmt: skip
TASKS: Final = frozenset(
    {
        "gather", "as_completed", "wait", "create_task", "ensure_future", "submit", "to_thread", "run_in_executor",
        "start_soon", "apply_async", "spawn", "delay", "enqueue", "delayed", "run_sync", "schedule",
    }
)  # fmt: skip
"""Callables that start work without waiting for it, and those that wait for much started work."""

WRAPPERS: Final = frozenset(
    {
        "tqdm", "track", "enumerate", "list", "tuple", "reversed", "sorted", "zip", "iter", "trange", "progress_bar",
        "set", "islice", "cycle", "atqdm", "auto", "notebook",
    }
)  # fmt: skip
"""Callables around an iterable that do not change what it is an iterable of."""

QUEUE_LIKE: Final = re.compile(r"(queue|consumer|subscri|pubsub|inbox|mailbox|(^|_|\.)q$|broker|topic)", re.IGNORECASE)
RETRY: Final = re.compile(r"(retr(y|ies)|attempt|(^|_)tries|n_try|num_try|max_try|trial|backoff)", re.IGNORECASE)
HISTORY: Final = re.compile(
    r"(histor|(^|[._])prev(ious)?([._]|$)|so_far|preceding|(^|[._])prior_|last_(answer|response|summary|reply))",
    re.IGNORECASE,
)
OF_PEOPLE: Final = re.compile(
    r"(messag|msg|chat|update|mention|comment|tweet|question|quer|prompt|user|event|utter|speech|audio|voice|request"
    r"|mail|notif|repl|command|input|turn|conversation)",
    re.IGNORECASE,
)
"""What lists are called that hold what people say or ask."""
CUTS: Final = re.compile(r"(chunk|split|pieces|segment)", re.IGNORECASE)
PROMPT: Final = re.compile(r"(^|[._])prompt$", re.IGNORECASE)
CLOCK: Final = re.compile(r"(until|midnight|cron|timedelta|datetime|next_run|next_time)", re.IGNORECASE)
SLEEP: Final = ("sleep", "*.sleep", "*.wait")


def is_called(call: cst.Call, patterns: tuple[str, ...]) -> bool:
    """Whether the name of what is called fits one of the patterns."""
    return _fits(dotted(call.func), patterns)


def is_false(node: cst.CSTNode) -> bool:
    """Whether an expression is the constant False or None."""
    return isinstance(node, cst.Name) and node.value in ("False", "None")


@lru_cache(maxsize=4096)
def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def takes_from_queue(call: cst.Call) -> bool:
    """Whether the call takes a message from a queue."""
    if is_called(call, SOCKET):
        return False
    if is_called(call, RECEIVE):
        return True
    return last_name(call.func) == "get" and bool(QUEUE_LIKE.search(dotted(call.func).removesuffix(".get")))
