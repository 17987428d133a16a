"""Terraform: rules of EventBridge, schedules of its scheduler, Google's Cloud Scheduler, cron jobs of Kubernetes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats import hcl
from whowaits.deadlines.formats.hcl import Block
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.when import NotACronError, When
from whowaits.model import Place, Skipped

KIND: Final = "Terraform"
WORDS: Final = ("schedule",)
FILES: Final = (("", r".*\.tf"),)
_TIMES: Final = ("schedule_expression", "schedule")
_ZONES: Final = ("schedule_expression_timezone", "time_zone", "timezone")
_CRON: Final = ("google_cloud_scheduler_job", "kubernetes_cron_job", "kubernetes_cron_job_v1")
_RUNS: Final = re.compile(r"lambda|function|task_def|run|job|topic|module|archive|container|target|permission|invoker")
"""What may lie between a schedule and a program; roles and networks lead to everything."""
_MAX_STEPS: Final = 4
_REFERENCE: Final = re.compile(r"\b((?:module|[a-z]+_\w+)\.[\w-]+)")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each program that a scheduled rule, job or module of a file starts."""
    own = hcl.blocks(text)
    if not any(_time(block) for block in own):
        return
    folder = [block for file in texts.beside(path, ".tf") for block in hcl.blocks(texts.text(file))]
    module = _Folder(folder, str(PurePosixPath(path).parent))
    for block in own:
        time = _time(block)
        if time is not None and block.kind in ("resource", "module") and not _is_off(block):
            place = Place(path, time[1])
            yield from starting(place, KIND, partial(module.moment, block, time[0]), module.started(block))


def _time(block: Block) -> tuple[str, int] | None:
    return next((found for name in _TIMES for found in block.everywhere(name)), None)


def _is_off(block: Block) -> bool:
    words = {name: text.strip('"').lower() for name, (text, _) in block.attributes.items()}
    return words.get("state") == "disabled" or words.get("is_enabled") == "false" or words.get("paused") == "true"


class _Folder:
    """The blocks of one folder, which is what Terraform takes for one module."""

    def __init__(self, blocks: Sequence[Block], folder: str) -> None:
        self._blocks = [b for b in blocks if b.kind in ("resource", "data", "module")]
        self._by_address = {block.address: block for block in self._blocks}
        self._values: Mapping[str, str] = hcl.settings(list(blocks))
        self._folder = "" if folder == "." else folder

    def moment(self, block: Block, expression: str) -> When | None:
        """When a block runs: the first text that its schedule may be worth and that is a time."""
        zone = next((z for name in _ZONES for text, _ in block.everywhere(name) for z in self._texts(text)), None)
        cron = bool(block.labels) and block.labels[0] in _CRON
        refused: NotACronError | None = None
        for text in self._texts(expression):
            try:
                return when.of_template(text, zone or "UTC") if cron else when.of_aws(text, zone)
            except NotACronError as error:
                refused = error
        if refused is not None and not re.search(r"\b(var|local|each|module)\.", expression):
            raise refused
        return when.ELSEWHERE._replace(timezone=zone)

    def started(self, block: Block) -> list[Target]:
        """What the block runs itself, else what it leads to, or what names it as what starts it."""
        reached, waiting = {block.address: block}, [block]
        for _ in range(_MAX_STEPS):
            found = [target for b in waiting for target in self._runs(b)]
            if found:
                return found
            around = {b.address: b for w in waiting for b in self._around(w)}
            waiting = [b for address, b in around.items() if address not in reached]
            reached |= around
        return []

    def _around(self, block: Block) -> Iterator[Block]:
        text = "\n".join(block.texts())
        for address in _REFERENCE.findall(text):
            if address in self._by_address and _RUNS.search(address.partition(".")[0]):
                yield self._by_address[address]
        for other in self._blocks:
            if _RUNS.search(other.address.partition(".")[0]) and any(block.address in t for t in other.texts()):
                yield other

    def _runs(self, block: Block) -> Iterator[Target]:
        folder = self._source(block)
        for name in ("command", "container_definitions", "input", "container_overrides"):
            for expression, _ in block.everywhere(name):
                yield from targets(shlex.join(_command(expression)))
        for handler, _ in block.everywhere("handler"):
            yield from (Target("entry", text, folder) for text in self._texts(handler)[:1])
        for entry, _ in block.everywhere("entry_point"):
            yield from (Target("entry", f"main.py:{text}", folder) for text in self._texts(entry)[:1])

    def _source(self, block: Block) -> str:
        """The folder a function is made of, named by itself or by the archive that it is put into."""
        texts = "\n".join(block.texts())
        archives = [self._by_address.get(a) for a in re.findall(r"\bdata\.(archive_file\.[\w-]+)", texts)]
        for holder in (block, *filter(None, archives)):
            for name in ("source_dir", "source_path", "source_file"):
                for text in (t for expression, _ in holder.everywhere(name) for t in self._texts(expression)):
                    plain = re.sub(r"\$\{[^}]*\}/?", "", text)
                    return str(PurePosixPath(plain).parent) if plain.endswith(".py") else plain
        return ""

    def _texts(self, expression: str) -> list[str]:
        return hcl.strings(expression, self._values)


def _command(expression: str) -> list[str]:
    """The words of `command = [...]`, also inside `jsonencode({containerOverrides = [{command = [...]}]})`."""
    inner = re.search(r"\"?command\"?\s*[=:]\s*(\[[^\]]*\])", expression)
    if inner is None and not expression.startswith("["):
        return []
    return hcl.strings(inner[1] if inner else expression, {})
