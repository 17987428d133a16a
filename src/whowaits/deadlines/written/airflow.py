"""Airflow: DAG(...) and @dag, and what their tasks run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.cron import NotACronError
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import of_function, started
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.schedule import Schedule, Started, starting
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

KIND: Final = "Airflow"
WORDS: Final = ("airflow",)
_SCHEDULE_ARGUMENTS: Final = ("schedule", "schedule_interval", "timetable")
_NO_TASKS: Final = sys.stdlib_module_names | {"airflow", "pendulum"}
_NEVER: Final = frozenset({"@once", "@continuous", "none", ""})
_CRON_TIMETABLES: Final = ("CronTriggerTimetable", "CronDataIntervalTimetable", "MultipleCronTriggerTimetable")
_SPAN_TIMETABLES: Final = ("DeltaTriggerTimetable", "DeltaDataIntervalTimetable")
_WITH_DATA: Final = ("DatasetOrTimeSchedule", "AssetOrTimeSchedule")
_DATA: Final = ("Dataset", "Asset", "AssetAlias", "DatasetAlias")
_COMMANDS: Final = ("bash_command", "command", "cmds", "arguments")


class _Dag(NamedTuple):
    """One DAG: the call that makes it, the names it is bound to, and the nodes that surely belong to it."""

    call: ast.Call
    name: str | None
    body: tuple[ast.stmt, ...]
    function: str | None


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield one Schedule for each program or function that a scheduled DAG of this file starts."""
    dags = list(_dags(module))
    for dag in dags:
        node = _given(module, dag.call)
        if node is None or _is_unscheduled(module, node):
            continue
        place = Place(module.path, (argument(dag.call, None, *_SCHEDULE_ARGUMENTS) or dag.call).lineno)
        zone = _zone(module, dag.call)
        nodes = dag.body if len(dags) > 1 and dag.body else tuple(module.tree.body)
        own = dag.name if len(dags) > 1 and not dag.body else None
        what = _started(module, nodes, own, dag.function)
        named = module.text(argument(dag.call, 0, "dag_id")) or (dag.function or "").rpartition(".")[2] or None
        yield from starting(place, KIND, partial(_of, module, node, zone), what, named)


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


def _given(module: Module, call: ast.Call) -> ast.expr | None:
    node = argument(call, None, *_SCHEDULE_ARGUMENTS)
    return module.constants.get(node.id, node) if isinstance(node, ast.Name) else node


def _is_unscheduled(module: Module, node: ast.expr) -> bool:
    """Whether a DAG is started by hand or by other data."""
    if isinstance(node, ast.List | ast.Tuple | ast.BinOp) or getattr(node, "value", 0) is None:
        return True
    if isinstance(node, ast.Call) and module.last_name(node.func) in _DATA:
        return True
    text = module.text(node)
    return text is not None and text.strip().lower() in _NEVER


def _of(module: Module, node: ast.expr, zone: str) -> When | None:
    """Of a cron expression, a span, or a timetable made of them."""
    name = module.last_name(node.func) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and name in _WITH_DATA:
        inner = argument(node, None, "timetable")
        return None if inner is None else _of(module, inner, zone)
    if isinstance(node, ast.Call) and name in _CRON_TIMETABLES:
        several = node.args if name.startswith("Multiple") else [argument(node, 0, "cron")]
        own = moments.zone(module, argument(node, None if name.startswith("Multiple") else 1, "timezone"))
        times = [when.of_template(text, own or zone) for cron in several if (text := module.text(cron)) is not None]
        return min(times, key=lambda m: m.period_s or 0, default=None)
    if isinstance(node, ast.Call) and name in _SPAN_TIMETABLES:
        return moments.of_span(module, argument(node, 0, "delta"))
    text = module.text(node)
    moment = moments.of_span(module, node) if text is None else when.of_template(text, zone)
    if moment is None:
        raise NotACronError("an Airflow schedule that is computed when it runs")
    return moment


def _zone(module: Module, call: ast.Call) -> str:
    """The zone of the start date, in which a DAG counts its days."""
    start = argument(call, None, "start_date")
    start = module.constants.get(start.id) if isinstance(start, ast.Name) else start
    given = argument(start, None, "tz", "tzinfo") if isinstance(start, ast.Call) else None
    return moments.zone(module, given) or "UTC"


def _started(module: Module, body: tuple[ast.stmt, ...], own: str | None, function: str | None) -> list[Started]:
    """Return what the tasks in `body` run; `own` = only tasks with dag=own."""
    seen: set[Started] = set()
    if function is not None:
        seen.add(Started(Target("function", function), module.path, function))
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _belongs(node, own):
                seen.update(_operator(module, node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and own is None and _is_task(module, node):
                seen.update(of_function(module, module.functions.get(node.name, node.name)))
    if function is not None or own is None:
        seen.update(_called_tasks(module, body))
    return sorted(seen, key=lambda s: (s.target, s.function or ""))


def _belongs(call: ast.Call, own: str | None) -> bool:
    if own is None:
        return True
    dag = argument(call, None, "dag")
    return isinstance(dag, ast.Name) and dag.id == own


def _operator(module: Module, call: ast.Call) -> Iterator[Started]:
    handed = argument(call, None, "python_callable")
    if handed is not None:
        yield from started(module, handed)
    words = [text for key in _COMMANDS for text in _texts(module, argument(call, None, key))]
    yield from (Started(target) for target in targets(" ".join(words)) if target.form != "program")


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


def _called_tasks(module: Module, body: tuple[ast.stmt, ...]) -> Iterator[Started]:
    """Tasks that are defined elsewhere and put into the DAG by calling them: `label(rows())`, `label.expand(...)`."""
    imported = set(module.imports.values())
    plain = [s for s in body if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    for statement in plain:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                name = module.name(node.func) or ""
                name = re.sub(r"\.(expand|expand_kwargs|partial|override)$", "", name)
                if name in imported and name.partition(".")[0] not in _NO_TASKS:
                    yield Started(Target("task", name))
