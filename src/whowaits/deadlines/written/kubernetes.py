"""Kubernetes: CronJob manifests and the command of their containers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

import yaml

from whowaits.deadlines import cron
from whowaits.deadlines.commands import targets
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.written.yaml_nodes import UnreadableError, child, documents, items, line_of, text_of
from whowaits.model import Place, Skipped

KIND: Final = "Kubernetes"
_MENTION: Final = re.compile(r"^\s*kind:\s*[\"']?CronJob\b", re.MULTILINE)


def may_hold(path: str) -> bool:
    """Any YAML file outside of a workflow folder may."""
    return path.endswith((".yaml", ".yml")) and "/.github/" not in f"/{path}"


def mentions(text: str) -> bool:
    """Whether the text holds a CronJob."""
    return _MENTION.search(text) is not None


def read(path: str, text: str) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each program that a container of a CronJob starts."""
    try:
        roots = list(documents(text))
    except UnreadableError as error:
        yield Skipped(Place(path, error.line), f"a CronJob manifest that is {error}")
        return
    for root in roots:
        when = child(root, "spec", "schedule")
        if text_of(child(root, "kind")) == "CronJob" and when is not None:
            yield from _job(path, root, when)


def _job(path: str, root: yaml.Node, when: yaml.Node) -> Iterator[Schedule | Skipped]:
    place, expression = Place(path, line_of(when)), text_of(when) or ""
    timezone = text_of(child(root, "spec", "timeZone")) or "UTC"
    try:
        period_s = cron.shortest_gap_s(expression)
    except cron.NotACronError as error:
        yield Skipped(place, str(error))
        return
    pod = child(root, "spec", "jobTemplate", "spec", "template", "spec")
    for container in items(child(pod, "containers")):
        words = [text_of(word) or "" for key in ("command", "args") for word in items(child(container, key))]
        for target in targets(shlex.join(words), text_of(child(container, "workingDir")) or ""):
            yield Schedule(place, KIND, expression, period_s, target, timezone)
