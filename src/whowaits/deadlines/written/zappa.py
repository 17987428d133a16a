"""Zappa: events of a stage in zappa_settings.json."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target
from whowaits.deadlines.formats.yaml_nodes import child, items, line_of, pairs, roots_of, text_of
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "EventBridge"
WORDS: Final = ("expression",)
FILES: Final = (("", r"zappa_settings\.(json|ya?ml)"),)


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each event of each stage."""
    roots, unreadable = roots_of(path, text, "settings of Zappa")
    yield from unreadable
    for event in (e for root in roots for _, stage in pairs(root) for e in items(child(stage, "events"))):
        function = text_of(child(event, "function"))
        for node in _expressions(event) if function is not None else ():
            moment = partial(when.of_aws, text_of(node) or "")
            yield from starting(Place(path, line_of(node)), KIND, moment, [Target("task", function or "")])


def _expressions(event: Node) -> list[Node]:
    several = items(child(event, "expressions"))
    one = child(event, "expression")
    return several or ([one] if one is not None else [])
