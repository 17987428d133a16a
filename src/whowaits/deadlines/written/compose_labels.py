"""Compose files: labels of Ofelia and its kin that say when a command is run in a container."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats.yaml_nodes import child, command_of, items, line_of, pairs, roots_of, text_of
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "Compose"
WORDS: Final = ("schedule",)
FILES: Final = (("", r".*(compose|stack).*\.ya?ml"),)
_OFELIA: Final = re.compile(r"(?:ofelia|chadburn|cron)\.(job-[\w-]+\.[\w-]+|[\w-]+)\.(schedule|command|no-overlap)$")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each job that the labels of a service describe."""
    roots, unreadable = roots_of(path, text, "a Compose file")
    yield from unreadable
    for root in roots:
        for name, service in pairs(child(root, "services")):
            labels = [*_labels(child(service, "labels")), *_labels(child(service, "deploy", "labels"))]
            yield from _jobs(path, name, service, labels)


def _labels(node: Node | None) -> Iterator[tuple[str, str, int]]:
    """(name, value, line) of labels written as a mapping or as a list of `name=value`."""
    for key, value in pairs(node):
        yield key, text_of(value) or "", line_of(value)
    for item in items(node):
        key, _, text = (text_of(item) or "").partition("=")
        yield key, text.strip("\"' "), line_of(item)


def _jobs(path: str, name: str, service: Node, labels: list[tuple[str, str, int]]) -> Iterator[Schedule | Skipped]:
    image = text_of(child(service, "image")) or name
    command = command_of(child(service, "command"))
    own = list(targets(command)) or [Target("image", image)]
    jobs: dict[str, dict[str, tuple[str, int]]] = {}
    for label, value, line in labels:
        if (found := _OFELIA.match(label)) is not None:
            jobs.setdefault(found[1], {})[found[2]] = (value, line)
        elif label == "swarm.cronjob.schedule":
            yield from _at(Place(path, line), value, own)
    for job in jobs.values():
        if "schedule" in job:
            (expression, line), told = job["schedule"], job.get("command", ("", 0))[0]
            yield from _at(Place(path, line), expression, list(targets(told)) or own)


def _at(place: Place, expression: str, started: list[Target]) -> Iterator[Schedule | Skipped]:
    yield from starting(place, KIND, lambda: _moment(expression), started)


def _moment(expression: str) -> When:
    """`@every 1h`, `@daily`, five fields, or six of which the first are seconds."""
    return when.of_words(expression) if expression.startswith("@") else when.of_seconds_first(expression)
