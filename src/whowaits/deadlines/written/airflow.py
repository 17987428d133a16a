"""Airflow: DAG(...) and @dag, and what their tasks run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from whowaits.deadlines import cron
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.written.python_values import Module, argument
from whowaits.model import Place, Skipped

KIND: Final = "Airflow"
_MENTION: Final = re.compile(r"\bairflow\b")
_MADE: Final = re.compile(r"\b(DAG|dag)\s*(\(|\\|as\b)")
_SCHEDULE_ARGUMENTS: Final = ("schedule", "schedule_interval", "timetable")
_NO_TASKS: Final = sys.stdlib_module_names | {"airflow", "pendulum"}
_NEVER: Final = frozenset({"@once", "@continuous", "none", ""})
_CRON_TIMETABLES: Final = ("CronTriggerTimetable", "CronDataIntervalTimetable")
_COMMANDS: Final = ("bash_command", "command", "cmds", "arguments")


class _When(NamedTuple):
    place: Place
    expression: str
    period_s: float
    timezone: str | None


class _Dag(NamedTuple):
    """One DAG: the call that makes it, the names it is bound to, and the nodes that surely belong to it."""

    call: ast.Call
    name: str | None
    body: tuple[ast.stmt, ...]
    function: str | None


def mentions(text: str) -> bool:
    """Whether the text imports Airflow and makes a DAG; the many operators and hooks of a provider make none."""
    return _MENTION.search(text) is not None and _MADE.search(text) is not None


def read(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield one Schedule for each program or function that a scheduled DAG of this file starts."""
    dags = list(_dags(module))
    for dag in dags:
        when = _when(module, dag.call)
        if isinstance(when, Skipped):
            yield when
        elif when is not None:
            nodes = dag.body if len(dags) > 1 and dag.body else tuple(module.tree.body)
            own = dag.name if len(dags) > 1 and not dag.body else None
            for target, function in _started(module, nodes, own, dag.function):
                path = None if function is None else module.path
                yield Schedule(when.place, KIND, when.expression, when.period_s, target, when.timezone, path, function)


def _dags(module: Module) -> Iterator[_Dag]:
    for node in module.statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and module.last_name(decorator.func) == "dag":
                    yield _Dag(decorator, None, tuple(node.body), module.functions.get(node.name))
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.context_expr, ast.Call) and _makes_dag(module, item.context_expr):
                    yield _Dag(item.context_expr, None, tuple(node.body), None)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _makes_dag(module, node.value):
            name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else None
            yield _Dag(node.value, name, (), None)


def _makes_dag(module: Module, call: ast.Call) -> bool:
    return module.last_name(call.func) == "DAG"


def _when(module: Module, call: ast.Call) -> _When | Skipped | None:
    """Return when a DAG runs; None for one that is started by hand or by other data."""
    node = argument(call, None, *_SCHEDULE_ARGUMENTS)
    place, timezone = Place(module.path, call.lineno if node is None else node.lineno), None
    if isinstance(node, ast.Name):
        node = module.constants.get(node.id, node)
    if node is None or isinstance(node, ast.List | ast.Tuple) or getattr(node, "value", 0) is None:
        return None
    if isinstance(node, ast.Call) and module.last_name(node.func) in _CRON_TIMETABLES:
        timezone = module.text(argument(node, 1, "timezone"))
        node = argument(node, 0, "cron")
    text = module.text(node)
    if text is not None and text.strip().lower() in _NEVER:
        return None
    seconds = module.seconds(node)
    if seconds:
        return _When(place, cron.say_period(seconds), seconds, timezone)
    if text is None:
        return Skipped(place, "an Airflow schedule that is computed when it runs")
    try:
        return _When(place, text, cron.shortest_gap_s(text), timezone)
    except cron.NotACronError as error:
        return Skipped(place, str(error))


def _started(
    module: Module, body: tuple[ast.stmt, ...], own: str | None, function: str | None
) -> Iterator[tuple[Target, str | None]]:
    """Yield (target, qualified name in this file) of what the tasks in `body` run; `own` = only tasks with dag=own."""
    seen: set[tuple[Target, str | None]] = set()
    if function is not None:
        seen.add((Target("function", function), function))
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _belongs(node, own):
                seen.update(_operator(module, node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and own is None and _is_task(module, node):
                seen.add((Target("function", node.name), _qualified(module, node)))
    if function is not None or own is None:
        seen.update(_called_tasks(module, body))
    yield from sorted(seen, key=lambda found: (found[0], found[1] or ""))


def _belongs(call: ast.Call, own: str | None) -> bool:
    if own is None:
        return True
    dag = argument(call, None, "dag")
    return isinstance(dag, ast.Name) and dag.id == own


def _operator(module: Module, call: ast.Call) -> Iterator[tuple[Target, str | None]]:
    handed = argument(call, None, "python_callable")
    if handed is not None:
        name = module.name(handed)
        if name is not None and name in module.functions:
            yield Target("function", name), module.functions[name]
        elif name is not None:
            yield Target("task", name), None
    words = [text for key in _COMMANDS for text in _texts(module, argument(call, None, key))]
    for target in targets(" ".join(words)):
        if target.form != "program":
            yield target, None


def _texts(module: Module, node: ast.expr | None) -> list[str]:
    if isinstance(node, ast.List | ast.Tuple):
        return [module.text(item) or "{}" for item in node.elts]
    text = module.text(node)
    return [] if text is None else [text]


def _is_task(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        name = module.name(decorator.func if isinstance(decorator, ast.Call) else decorator) or ""
        if re.search(r"(^|\.)task(\.\w+)?$", name):
            return True
    return False


def _qualified(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return module.functions.get(function.name, function.name)


def _called_tasks(module: Module, body: tuple[ast.stmt, ...]) -> Iterator[tuple[Target, str | None]]:
    """Tasks that are defined elsewhere and put into the DAG by calling them: `label(rows())`, `label.expand(...)`."""
    imported = set(module.imports.values())
    plain = [s for s in body if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    for statement in plain:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                name = module.name(node.func) or ""
                name = re.sub(r"\.(expand|expand_kwargs|partial|override)$", "", name)
                if name in imported and name.partition(".")[0] not in _NO_TASKS:
                    yield Target("task", name), None
