"""What an expression that is handed to a scheduler makes it run: a function, a method, a task, a command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Started

_SIGNATURES: Final = frozenset({"signature", "Signature", "subtask"})
_OF_TASKS: Final = frozenset({"s", "si", "signature", "subtask", "name", "delay", "send", "kiq"})
_HAND_ON: Final = frozenset(
    {"partial", "create_task", "ensure_future", "to_thread", "run_until_complete", "run_coroutine_threadsafe"}
    | {"wraps", "Thread", "Process", "sync_to_async", "async_to_sync"}
)
"""Callables that run, or make runnable, what they are handed."""
_RUN_LOOPS: Final = frozenset({"asyncio.run", "anyio.run", "trio.run", "asyncio.Runner.run"})
_SHELL: Final = frozenset({"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput"})
_COMMAND_LINE: Final = re.compile(r"\s*(cd \S+ *&& *)?((uv|poetry|pipenv) run )?python[\d.]* +(-m +)?[\w./]+")
_SHOWS: Final = re.compile(
    r"print|log|echo|warn|error|info|debug|help|add_argument|Parser|write|exit|Error$|Exception$"
)
_MAX_DEPTH: Final = 4


def started(module: Module, node: ast.expr | None, depth: int = 0) -> list[Started]:
    """Return what a run of `node` starts; nothing where that is computed."""
    if node is None or depth > _MAX_DEPTH:
        return []
    text = module.text(node)
    if text is not None:
        return [Started(Target("task", text))]
    if isinstance(node, ast.Lambda):
        return [
            s
            for call in ast.walk(node.body)
            if isinstance(call, ast.Call)
            for s in started(module, call.func, depth + 1)
        ]
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    if isinstance(node, ast.Attribute) and node.attr in _OF_TASKS:
        node = node.value
    return _named(module, node)


def of_function(module: Module, qualified: str) -> list[Started]:
    """Return a function of the file, and the commands and scripts that it starts."""
    function = module.defined.get(qualified)
    inside = [] if function is None else [Started(target) for target in commands_in(module, function)]
    return [Started(Target("function", qualified), module.path, qualified), *inside]


def commands_in(module: Module, node: ast.AST) -> Iterator[Target]:
    """Yield what `subprocess.run(["python", "tag.py"])`, `os.system`, `call_command("tag")` below `node` start."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = module.name(call.func) or ""
        if name.rpartition(".")[2] == "call_command":
            command = module.text(call.args[0])
            if command:
                yield Target("management", command)
        elif name.partition(".")[0] in ("subprocess", "os", "asyncio", "runpy"):
            yield from _command(module, call, name.rpartition(".")[2])


def commands_told(module: Module) -> Iterator[Target]:
    """Yield what a file starts in other processes: what its calls say, and commands that it keeps for such calls."""
    if not any(_runs_processes(module, node) for node in ast.walk(module.tree)):
        return
    yield from commands_in(module, module.tree)
    for node in _values(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _COMMAND_LINE.match(node.value):
            yield from (t for t in targets(node.value) if t.form not in ("program", "image"))


def _runs_processes(module: Module, node: ast.AST) -> bool:
    name = (module.name(node.func) or "") if isinstance(node, ast.Call) else ""
    return name.partition(".")[0] in ("subprocess", "os", "asyncio") and name.rpartition(".")[2] in _SHELL


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """What is below `node`, but for sentences on their own and what is shown to people."""
    for child in ast.iter_child_nodes(node):
        shown = isinstance(child, ast.Call) and bool(_SHOWS.search(ast.unparse(child.func)))
        if shown or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            continue
        yield child
        yield from _values(child)


def _command(module: Module, call: ast.Call, name: str) -> Iterator[Target]:
    first = call.args[0]
    if name in _SHELL or name in ("create_subprocess_shell",):
        words = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
    elif name == "create_subprocess_exec":
        words = call.args
    elif name in ("run_path", "run_module") and (text := module.text(first)):
        yield Target("script" if name == "run_path" else "module", text)
        return
    else:
        return
    folder = module.text(argument(call, None, "cwd")) or ""
    texts = ["python" if _is_python(module, word) else module.text(word) or "{}" for word in words]
    yield from (t for t in targets(" ".join(texts), folder) if t.form not in ("program", "image"))


def _is_python(module: Module, node: ast.expr) -> bool:
    return module.name(node) == "sys.executable"


def _of_call(module: Module, node: ast.Call, depth: int) -> list[Started]:
    """`tag.s(1)`, `app.signature("tasks.tag")`, `partial(tag, x)`, `asyncio.run(tag())`, `make_job()`."""
    last = node.func.attr if isinstance(node.func, ast.Attribute) else module.last_name(node.func)
    literal = module.text(node.args[0]) if node.args else None
    if last in _SIGNATURES and literal is not None:
        return [Started(Target("task", literal))]
    hands_on = last in _HAND_ON or module.name(node.func) in _RUN_LOOPS
    if hands_on and (handed := argument(node, 0, "target", "func")) is not None:
        return started(module, handed, depth + 1)
    return started(module, node.func, depth + 1)


def _named(module: Module, node: ast.expr) -> list[Started]:
    name = module.name(node)
    if name is None:
        return []
    first, _, more = name.partition(".")
    if first in ("self", "cls") and more:
        method = f"{module.enclosing_class(node.lineno)}.{more}"
        return of_function(module, method) if method in module.defined else []
    if isinstance(node, ast.Name) and name in module.functions:
        return of_function(module, module.functions[name])
    if isinstance(node, ast.Attribute) and (of_class := _method(module, node)) is not None:
        return of_class
    return [Started(Target("task", name))]


def _method(module: Module, node: ast.Attribute) -> list[Started] | None:
    """`tagger.run` where `tagger = Tagger()`, and `Tagger().run`."""
    made: ast.expr | None = node.value
    if isinstance(made, ast.Name):
        made = module.constants.get(made.id, made)
    if isinstance(made, ast.Call):
        made = made.func
    owner = None if made is None else module.name(made)
    if owner is None:
        return None
    if (method := f"{owner}.{node.attr}") in module.defined:
        return of_function(module, method)
    if owner in module.imports.values() and made is not node.value:
        return [Started(Target("task", method))]
    return None
