"""GitHub Actions: workflows with `on: schedule`, and the programs their steps run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

import yaml

from whowaits.deadlines import cron
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.written.yaml_nodes import UnreadableError, child, documents, items, line_of, pairs, text_of
from whowaits.model import Place, Skipped

KIND: Final = "GitHub Actions"
_PATH: Final = re.compile(r"(^|/)\.github/workflows/[^/]+\.ya?ml$")
_SETUP: Final = frozenset({"pip", "venv", "ensurepip", "pytest", "build", "twine", "ruff", "mypy", "black", "isort"})


def may_hold(path: str) -> bool:
    """Whether a file is a workflow by its folder."""
    return _PATH.search(path) is not None


def mentions(text: str) -> bool:
    """Whether a workflow speaks of times at all."""
    return "cron" in text


def read(path: str, text: str) -> Iterator[Schedule | Skipped]:
    """Yield one Schedule for each time and each program that a step of the workflow starts."""
    try:
        roots = list(documents(text))
    except UnreadableError as error:
        yield Skipped(Place(path, error.line), f"a workflow that is {error}")
        return
    for root in roots:
        started = sorted(set(_programs(root, path.partition(".github/")[0].rstrip("/"))))
        for node in items(child(root, "on", "schedule")):
            expression = child(node, "cron")
            if expression is not None:
                yield from _at(path, expression, started, text_of(child(node, "timezone")) or "UTC")


def _at(path: str, node: yaml.Node, started: list[Target], timezone: str) -> Iterator[Schedule | Skipped]:
    place, expression = Place(path, line_of(node)), text_of(node) or ""
    try:
        period_s = cron.shortest_gap_s(expression)
    except cron.NotACronError as error:
        yield Skipped(place, str(error))
        return
    for target in started:
        yield Schedule(place, KIND, expression, period_s, target, timezone)


def _programs(root: yaml.Node, base: str) -> Iterator[Target]:
    everywhere = text_of(child(root, "defaults", "run", "working-directory"))
    for _, job in pairs(child(root, "jobs")):
        folder = text_of(child(job, "defaults", "run", "working-directory")) or everywhere or ""
        for step in items(child(job, "steps")):
            own = text_of(child(step, "working-directory")) or folder
            for target in targets(text_of(child(step, "run")) or "", str(PurePosixPath(base) / own)):
                if target.form != "program" and target.name not in _SETUP:
                    yield target
