"""Prefect: flow.serve(cron=...), deploy, to_deployment, deployments in prefect.yaml."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import durations, when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats import moments
from whowaits.deadlines.formats.callables import started
from whowaits.deadlines.formats.python_module import Module, argument
from whowaits.deadlines.formats.yaml_nodes import UnreadableError, child, documents, items, line_of, text_of
from whowaits.deadlines.schedule import Schedule, Started, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "Prefect"
WORDS: Final = ("prefect", "entrypoint:")
FILES: Final = (("", r".*(prefect|deployment).*\.ya?ml"),)
_METHODS: Final = frozenset({"serve", "deploy", "to_deployment", "apply_schedule"})
_TIMES: Final = frozenset({"cron", "interval", "rrule"})
_MADE: Final = frozenset({"Cron", "CronSchedule", "Interval", "IntervalSchedule", "RRule", "RRuleSchedule"})


def in_python(module: Module) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each time that a flow of this file is deployed with."""
    if not any(name.partition(".")[0] == "prefect" for name in module.imports.values()):
        return
    for call in module.calls():
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in _METHODS and isinstance(call.func, ast.Attribute) and not _is_paused(module, call):
            yield from _deployed(module, call, _flow(module, call.func.value))
        elif method == "build_from_flow" or module.last_name(call.func) == "DeploymentSpec":
            yield from _deployed(module, call, started(module, argument(call, 0, "flow")))


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each time of each deployment that names its flow."""
    try:
        roots = list(documents(text))
    except UnreadableError as error:
        yield Skipped(Place(path, error.line), f"deployments of Prefect that are {error}")
        return
    folder = str(PurePosixPath(path).parent)
    for deployment in (d for root in roots for d in items(child(root, "deployments"))):
        entrypoint = text_of(child(deployment, "entrypoint"))
        if entrypoint is None or text_of(child(deployment, "paused")) == "true":
            continue
        times = [child(deployment, "schedule"), *items(child(deployment, "schedules"))]
        for node in (t for t in times if t is not None and text_of(child(t, "active")) != "false"):
            yield from _in_yaml(path, node, Target("entry", entrypoint, "" if folder == "." else folder))


def _in_yaml(path: str, node: Node, target: Target) -> Iterator[Schedule | Skipped]:
    cron, interval, rule = (child(node, name) for name in ("cron", "interval", "rrule"))

    def moment() -> When | None:
        if cron is not None:
            return when.of_cron(text_of(cron) or "", text_of(child(node, "timezone")))
        if interval is not None:
            return when.of_span(durations.parse(text_of(interval) or "") or 0)
        return None if rule is None else when.of_rule(text_of(rule) or "")

    yield from starting(Place(path, line_of(cron or interval or rule or node)), KIND, moment, [target])


def _is_paused(module: Module, call: ast.Call) -> bool:
    paused = argument(call, None, "paused")
    return isinstance(paused, ast.Constant) and paused.value is True


def _flow(module: Module, node: ast.expr) -> list[Started]:
    """The flow itself, `flow.with_options(...)`, or the one that `flow.from_source(entrypoint="x.py:f")` names."""
    if isinstance(node, ast.Name) and isinstance(module.constants.get(node.id), ast.Call):
        node = module.constants[node.id]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        entrypoint = module.text(argument(node, None, "entrypoint"))
        if entrypoint is not None:
            return [Started(Target("entry", entrypoint))]
        return _flow(module, node.func.value) if node.func.attr == "with_options" else []
    return started(module, node)


def _deployed(module: Module, call: ast.Call, flows: list[Started]) -> Iterator[Schedule | Skipped]:
    for moment in _moments(module, call):
        yield from starting(Place(module.path, call.lineno), KIND, moment, flows)


def _moments(module: Module, call: ast.Call) -> Iterator[Callable[[], When | None]]:
    for one in _each(call):
        yield partial(_moment, module, one)
    several = argument(call, None, "schedules")
    for node in (
        argument(call, None, "schedule"),
        *(several.elts if isinstance(several, ast.List | ast.Tuple) else ()),
    ):
        made = module.constants.get(node.id) if isinstance(node, ast.Name) else node
        if isinstance(made, ast.Call) and module.last_name(made.func) in _MADE:
            yield partial(_moment, module, made, module.last_name(made.func))


def _moment(module: Module, call: ast.Call, made: str = "") -> When | None:
    """Of `serve(cron=..., interval=..., rrule=...)`, and of `Cron("0 2 * * *", timezone=...)`."""
    cron = argument(call, 0 if made.startswith("Cron") else None, "cron")
    interval = argument(call, 0 if made.startswith("Interval") else None, "interval")
    rule = module.text(argument(call, 0 if made.startswith("RRule") else None, "rrule"))
    return (
        moments.of_cron(module, cron, argument(call, None, "timezone"))
        or moments.of_span(module, interval)
        or (None if rule is None else when.of_rule(rule))
    )


def _each(call: ast.Call) -> Iterator[ast.Call]:
    """The call itself, or one for each item of `interval=[3600, 7200]`."""
    listed = [k for k in call.keywords if k.arg in _TIMES and isinstance(k.value, ast.List | ast.Tuple)]
    if not listed:
        yield call
    for keyword in listed:
        for item in getattr(keyword.value, "elts", []):
            others = [k for k in call.keywords if k.arg not in _TIMES]
            yield ast.Call(func=call.func, args=[], keywords=[ast.keyword(arg=keyword.arg, value=item), *others])
