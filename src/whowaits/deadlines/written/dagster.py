"""Dagster: ScheduleDefinition, @schedule, conditions of assets; what the jobs and assets they name run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats import moments, task_names
from whowaits.deadlines.formats.callables import of_function, started
from whowaits.deadlines.formats.python_module import Module, argument, functions
from whowaits.deadlines.schedule import Schedule, Started, starting
from whowaits.model import Place, Skipped

KIND: Final = "Dagster"
WORDS: Final = ("dagster",)
_PARTITIONS: Final = {"hourly": "@hourly", "daily": "@daily", "weekly": "@weekly", "monthly": "@monthly"}


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each op, job or asset that a clock starts."""
    for call in module.calls():
        name = module.last_name(call.func)
        if name == "ScheduleDefinition":
            yield from _at(module, call, argument(call, None, "cron_schedule"), call)
        elif name == "build_schedule_from_partitioned_job":
            yield from _partitioned(module, call)
    for qualified, function in functions(module.tree):
        for decorator in (d for d in function.decorator_list if isinstance(d, ast.Call)):
            name = module.last_name(decorator.func)
            if name == "schedule":
                yield from _at(module, decorator, argument(decorator, 0, "cron_schedule"), decorator)
            elif name in ("asset", "multi_asset") and (condition := _on_cron(module, decorator)) is not None:
                yield from _each(module, condition, condition.args[0], of_function(module, qualified))


def _at(module: Module, call: ast.Call, cron: ast.expr | None, names: ast.Call) -> Iterator[Schedule | Skipped]:
    what = argument(names, None, "job", "job_name", "target", "assets")
    yield from _each(module, call, cron, list(_started(module, what, 0)))


def _each(module: Module, call: ast.Call, cron: ast.expr | None, what: list[Started]) -> Iterator[Schedule | Skipped]:
    """One schedule for each time and each thing that is started; the times may be a list."""
    for node in cron.elts if isinstance(cron, ast.List | ast.Tuple) else [cron]:
        zone = argument(call, None, "execution_timezone", "cron_timezone") or ast.Constant("UTC")
        yield from starting(Place(module.path, call.lineno), KIND, partial(moments.of_cron, module, node, zone), what)


def _on_cron(module: Module, decorator: ast.Call) -> ast.Call | None:
    """`automation_condition=AutomationCondition.on_cron("0 2 * * *")`, alone or with others."""
    given = argument(decorator, None, "automation_condition", "auto_materialize_policy")
    below = ast.walk(given) if given is not None else ()
    calls = (node for node in below if isinstance(node, ast.Call) and node.args)
    return next((call for call in calls if getattr(call.func, "attr", "") in ("on_cron", "cron_tick_passed")), None)


def _partitioned(module: Module, call: ast.Call) -> Iterator[Schedule | Skipped]:
    """A job whose partitions are days runs every day; how they are cut is told by a name in the file."""
    node = argument(call, 0, "job")
    made = module.constants.get(node.id) if isinstance(node, ast.Name) else None
    words = ast.unparse(made).lower() if made is not None else module.path.lower()
    preset = next((preset for name, preset in _PARTITIONS.items() if name in words), None)
    if preset is not None:
        place = Place(module.path, call.lineno)
        yield from starting(place, KIND, lambda: when.of_cron(preset, "UTC"), _started(module, node, 0))


def _started(module: Module, node: ast.expr | None, depth: int) -> Iterator[Started]:
    """A job, the job that an asset job, a graph or a selection of assets was made into, or all assets."""
    if depth > 3 or node is None:
        return
    made = module.constants.get(node.id, node) if isinstance(node, ast.Name) else node
    if isinstance(made, ast.List | ast.Tuple):
        for item in made.elts:
            yield from _started(module, item, depth + 1)
    elif isinstance(made, ast.Call):
        yield from _made(module, made, depth)
    elif (text := module.text(made)) is not None:
        yield from _selected(module, made, depth) if "*" in text else _by_name(module, text, depth)
    else:
        yield from started(module, made)


def _made(module: Module, call: ast.Call, depth: int) -> Iterator[Started]:
    last = getattr(call.func, "attr", "") or module.last_name(call.func)
    if last == "to_job" and isinstance(call.func, ast.Attribute):
        yield from started(module, call.func.value)
    elif last == "define_asset_job":
        selection = argument(call, 1, "selection")
        yield from _all_assets(module) if selection is None else _selected(module, selection, depth)
    elif last == "all":
        yield from _all_assets(module)
    elif last in ("assets", "keys"):
        for item in call.args:
            yield from _selected(module, item, depth)


def _selected(module: Module, node: ast.expr, depth: int) -> Iterator[Started]:
    text = module.text(node)
    if text == "*":
        yield from _all_assets(module)
    elif text is not None:
        for name in text.replace("*", "").replace("+", "").split(","):
            yield Started(Target("named", task_names.asset(name.strip().rpartition("/")[2])))
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _selected(module, item, depth + 1)
    else:
        yield from _started(module, node, depth + 1)


def _all_assets(module: Module) -> Iterator[Started]:
    """The assets that this file holds or imports by name."""
    for qualified, function in functions(module.tree):
        if any(module.last_name(d.func if isinstance(d, ast.Call) else d) == "asset" for d in function.decorator_list):
            yield from of_function(module, qualified)
    for name in sorted(set(module.imports.values())):
        yield Started(Target("named", task_names.asset(name.rpartition(".")[2])))


def _by_name(module: Module, name: str, depth: int) -> Iterator[Started]:
    """`job_name="nightly"`: a function of this file that is called so, or an asset job that was given the name."""
    if name in module.functions:
        yield from started(module, ast.Name(name))
        return
    for call in module.calls():
        if module.last_name(call.func) == "define_asset_job" and module.text(argument(call, 0, "name")) == name:
            yield from _made(module, call, depth + 1)
