"""The Serverless framework: functions with `schedule` among their events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats.yaml_nodes import child, items, line_of, pairs, roots_of, text_of
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "Serverless"
WORDS: Final = ("schedule",)
FILES: Final = (("", r"serverless.*\.(ya?ml|json)"),)
_SELF: Final = re.compile(r"\$\{self:([\w.]+)(?:,\s*'?([^}']*)'?)?\}$")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each time of each function."""
    roots, unreadable = roots_of(path, text, "a service")
    yield from unreadable
    folder = str(PurePosixPath(path).parent)
    for root in roots:
        for _, function in pairs(child(root, "functions")):
            handler = text_of(child(function, "handler"))
            for event in items(child(function, "events")):
                given = child(event, "schedule")
                if given is None or handler is None or text_of(child(given, "enabled")) == "false":
                    continue
                zone = text_of(child(given, "timezone"))
                for node in _times(given):
                    moment = partial(_moment, _resolved(node, root), zone)
                    target = Target("entry", handler, "" if folder == "." else folder)
                    yield from starting(Place(path, line_of(node)), KIND, moment, [target])


def _times(given: Node) -> list[Node]:
    """`schedule: rate(1 day)`, or a mapping whose `rate` is one time or a list of them."""
    rate = child(given, "rate")
    return items(rate) or [node for node in (rate or given,) if text_of(node) is not None]


def _resolved(node: Node, root: Node) -> str:
    text = text_of(node) or ""
    found = _SELF.match(text)
    if found is None:
        return text
    return text_of(child(root, *found[1].split("."))) or found[2] or text


def _moment(text: str, zone: str | None) -> When | None:
    return when.ELSEWHERE if "${" in text else when.of_aws(text, zone)
