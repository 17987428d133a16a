"""CloudFormation and SAM: schedules of functions, rules of EventBridge and schedules of its scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats.yaml_nodes import (
    all_in,
    child,
    command_of,
    items,
    line_of,
    pairs,
    roots_of,
    text_of,
)
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import When
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "EventBridge"
WORDS: Final = ("AWS::Serverless", "AWS::Events::Rule", "AWS::Scheduler::Schedule")
FILES: Final = (
    ("", r".*(template|cloudformation|stack|sam|cfn|infra|lambda|schedule).*\.(ya?ml|json)"),
    (r"(^|[/._-])(cloudformation|cfn|sam|infra|infrastructure|aws)/", r".*\.(ya?ml|json)"),
)
_OFF: Final = (("Enabled", "false"), ("State", "DISABLED"))


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each function and container that a rule of the template starts."""
    roots, unreadable = roots_of(path, text, "a template")
    yield from unreadable
    for root in roots:
        resources = dict(pairs(child(root, "Resources")))
        for resource in resources.values():
            kind, properties = text_of(child(resource, "Type")), child(resource, "Properties")
            if kind == "AWS::Serverless::Function":
                for _, event in pairs(child(properties, "Events")):
                    if (text_of(child(event, "Type")) or "") in ("Schedule", "ScheduleV2"):
                        target = list(_started(path, resource, root))
                        yield from _at(path, child(event, "Properties"), ("Schedule", "ScheduleExpression"), target)
            elif kind in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
                named = [r for r in _named(properties, resources) if r is not resource]
                started = [target for r in named for target in _started(path, r, root)]
                yield from _at(path, properties, ("ScheduleExpression",), started)


def _at(
    path: str, properties: Node | None, names: tuple[str, ...], started: list[Target]
) -> Iterator[Schedule | Skipped]:
    if any(text_of(child(properties, name)) == value for name, value in _OFF):
        return
    zone = text_of(child(properties, "ScheduleExpressionTimezone"))
    for node in (found for name in names if (found := child(properties, name)) is not None):
        yield from starting(Place(path, line_of(node)), KIND, partial(_moment, node, zone), started)


def _moment(node: Node, zone: str | None) -> When | None:
    """A parameter of the template (`!Ref Every`) is set elsewhere."""
    text = text_of(node) or ""
    return when.of_aws(text, zone) if "(" in text and "${" not in text else when.ELSEWHERE


def _named(node: Node | None, resources: Mapping[str, Node]) -> list[Node]:
    """The resources whose names stand in what a rule targets: `!GetAtt Tag.Arn`, `!Ref Tag`, `${Tag.Arn}`."""
    words: list[str] = []
    for target in [*items(child(node, "Targets")), child(node, "Target")]:
        for mapping in all_in(target) if target is not None else ():
            words += [w for _, value in pairs(mapping) for w in re.findall(r"\w+", command_of(value))]
    return [resources[word] for word in dict.fromkeys(words) if word in resources]


def _started(path: str, resource: Node, root: Node) -> Iterator[Target]:
    """The handler of a function in the folder of its code, the commands of a task's containers."""
    properties, common = child(resource, "Properties"), child(root, "Globals", "Function")
    handler = text_of(child(properties, "Handler") or child(common, "Handler"))
    code = text_of(child(properties, "CodeUri") or child(common, "CodeUri") or child(properties, "Code")) or ""
    folder = PurePosixPath(path).parent / code
    if handler is not None:
        yield Target("entry", handler, "" if str(folder) == "." else str(folder))
    for command in [text_of(child(properties, "ImageConfig", "Command"))]:
        yield from targets(command or "")
    for container in items(child(properties, "ContainerDefinitions")):
        yield from targets(command_of(child(container, "Command")))
