"""GitHub Actions: workflows with `on: schedule`, and the programs that their steps and called workflows run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats.yaml_nodes import (
    UnreadableError,
    child,
    documents,
    items,
    line_of,
    pairs,
    roots_of,
    text_of,
)
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "GitHub Actions"
WORDS: Final = ("cron",)
FILES: Final = ((r"(^|/)\.github/workflows/$", r".*\.ya?ml"),)
_MAX_CALLS: Final = 3
_EVENT: Final = re.compile(r"github\.event_name\s*(==|!=)\s*'(\w+)'")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield one Schedule for each time and each program that a step of the workflow starts."""
    roots, unreadable = roots_of(path, text, "a workflow")
    yield from unreadable
    base = path.partition(".github/")[0].rstrip("/")
    for root in roots:
        started = sorted(set(_programs(root, base, texts, 0)))
        for node in items(child(root, "on", "schedule")):
            expression = child(node, "cron")
            if expression is not None:
                yield from _at(path, expression, started, text_of(child(node, "timezone")) or "UTC")


def _at(path: str, node: Node, started: list[Target], timezone: str) -> Iterator[Schedule | Skipped]:
    place = Place(path, line_of(node))
    yield from starting(place, KIND, lambda: when.of_cron(text_of(node) or "", timezone), started)


def _programs(root: Node, base: str, texts: Texts, depth: int) -> Iterator[Target]:
    everywhere = text_of(child(root, "defaults", "run", "working-directory"))
    for _, job in pairs(child(root, "jobs")):
        if _is_for_others(text_of(child(job, "if"))):
            continue
        folder = text_of(child(job, "defaults", "run", "working-directory")) or everywhere or ""
        yield from _called(text_of(child(job, "uses")), base, texts, depth)
        yield from _of_steps(items(child(job, "steps")), base, folder, texts, depth)


def _of_steps(steps: list[Node], base: str, folder: str, texts: Texts, depth: int) -> Iterator[Target]:
    for step in steps:
        if _is_for_others(text_of(child(step, "if"))):
            continue
        own = text_of(child(step, "working-directory")) or folder
        yield from _called(text_of(child(step, "uses")), base, texts, depth)
        yield from targets(text_of(child(step, "run")) or "", str(PurePosixPath(base) / own))


def _called(uses: str | None, base: str, texts: Texts, depth: int) -> Iterator[Target]:
    """A workflow or an action of the same repository."""
    if uses is None or not uses.startswith("./") or depth >= _MAX_CALLS:
        return
    named = str(PurePosixPath(base) / uses[2:])
    text = next((t for end in ("", "/action.yml", "/action.yaml") if (t := texts.text(named + end))), "")
    try:
        for root in documents(text):
            yield from _programs(root, base, texts, depth + 1)
            yield from _of_steps(items(child(root, "runs", "steps")), base, "", texts, depth + 1)
    except UnreadableError:
        return  # the workflow that is called is named where it is read itself


def _is_for_others(condition: str | None) -> bool:
    """Whether an `if` keeps scheduled runs out: it names other events and not this one."""
    found = _EVENT.findall(condition or "")
    wanted = [event for sign, event in found if sign == "=="]
    return ("!=", "schedule") in found or bool(wanted and "schedule" not in wanted and "||" not in (condition or ""))
