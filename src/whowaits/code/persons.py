"""Which calls of a function ask a person for something, through helpers of the tree that do."""

from __future__ import annotations

import builtins
import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from whowaits.code.edges import Node, node_of
from whowaits.code.summary import terminal
from whowaits.code.values import Resolver

ASKING: Final = (
    "input", "raw_input", "click.prompt", "typer.prompt", "rich.prompt.*.ask", "*Console().input",
    "prompt_toolkit.prompt", "prompt_toolkit.shortcuts.*", "prompt_toolkit.*PromptSession().prompt",
    "prompt_toolkit.*PromptSession().prompt_async", "questionary.*().ask", "questionary.*().ask_async",
    "inquirer.prompt", "InquirerPy.*().execute", "sys.stdin.readline", "easygui.*box", "*.simpledialog.ask*",
    "pywebio.input.*", "aioconsole.ainput", "speech_recognition.Recognizer().listen", "sounddevice.rec",
    "sounddevice.*InputStream*", "pyaudio.PyAudio().open().read", "pvrecorder.PvRecorder().read",
    "RealtimeSTT.AudioToTextRecorder().text", "azure.cognitiveservices.speech.SpeechRecognizer().recognize_once*",
)  # fmt: skip
"""Calls outside of the tree that give what somebody types or says."""

MAX_DEPTH: Final = 3
_GUESSED: Final = frozenset({"get_input", "read_input", "prompt_for_input", "listen_for_speech"})
"""What functions are called that ask a person, where it is not known what they do."""
_RUNS: Final = frozenset({"iter", "to_thread", "run_in_executor", "run_sync", "run_in_threadpool"})
"""Callables that run a function they are handed, for what it gives."""
_PLAIN: Final = (
    frozenset(name for owner in (builtins, str, list, dict, set) for name in dir(owner)) - {"input", "raw_input"}
) | {"info", "debug", "warning", "error", "exception", "add_argument", "Field", "sleep", "dumps", "loads"}
"""Names of calls that are hardly ever of a helper that asks: nothing more is asked about them, which saves time."""
_SECRET: Final = re.compile(r"(key|token|passw|secret|credential|login|auth|config|setup|confirm)", re.IGNORECASE)
"""What functions are called that ask for what a program needs once, and not for what somebody wants to know."""
_MAKES: Final = frozenset({"__init__", "__post_init__", "__new__"})
"""What makes an object may ask how; what it gives is not what somebody said."""


class Persons:
    """Looks from calls down into what they run, as far as a few functions deep."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._calls: dict[str, dict[Node, list[int]]] = {}
        self._known: dict[tuple[Node, int], bool] = {}
        self._questions: dict[tuple[str, int], bool] = {}

    def asked_by(self, node: Node, leading: int) -> list[int]:
        """The calls in a function, but for the one that leads on, that ask a person, or run a helper that does."""
        return [n for n in self._calls_in(node) if n != leading and self._is_known_question(node[0], n)]

    def _is_known_question(self, path: str, number: int) -> bool:
        """A function may hold many calls that lead on: what the others ask is found out once."""
        if (path, number) not in self._questions:
            self._questions[path, number] = self._is_question(path, number, MAX_DEPTH)
        return self._questions[path, number]

    def _calls_in(self, node: Node) -> list[int]:
        path = node[0]
        if path not in self._calls:
            by_node = self._calls[path] = {}
            for number, call in enumerate(self._resolver.files[path].calls):
                by_node.setdefault(node_of(self._resolver, path, call.scope), []).append(number)
        return self._calls[path].get(node, [])

    def _is_question(self, path: str, number: int, depth: int) -> bool:
        call = self._resolver.files[path].calls[number]
        if terminal(call.func) in _PLAIN and terminal(call.func) not in _RUNS:
            return False
        handed = call.args if terminal(call.func) in _RUNS else ()
        values = self._resolver.all_of(path, call.scope, (call.func, *handed))
        if any(v[0] == "X" and _is_asking(v[1].removeprefix("builtins.")) for v in values):
            return True
        if not values and terminal(call.func) in _GUESSED:
            return True
        functions = [v[1:3] for v in values if v[0] in ("F", "B")] if handed else []
        return any(self._asks(f, depth) for f in (*self._resolver.params.callees(path, number), *functions))

    def _asks(self, node: Node, depth: int) -> bool:
        name = self._resolver.scope(*node).name
        if not depth or name in _MAKES or _SECRET.search(name):
            return False
        if (node, depth) not in self._known:
            asks = any(self._is_question(node[0], n, depth - 1) for n in self._calls_in(node))
            self._known[node, depth] = asks
        return self._known[node, depth]


@lru_cache(maxsize=4096)
def _is_asking(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in ASKING)
