"""Google Cloud Scheduler, created with gcloud in a script; the job or function behind what it calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats import shell
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

KIND: Final = "Cloud Scheduler"
WORDS: Final = ("scheduler jobs",)
FILES: Final = (
    ("", r".*\.(sh|bash)|Makefile|.*cloudbuild.*\.ya?ml"),
    (r"(^|/)\.github/workflows/$", r".*\.ya?ml"),
)
_DEPLOYS: Final = r"\.sh$"
_CREATES: Final = re.compile(r"scheduler jobs (?:create|update) (http|pubsub|app-engine)\b")
_RUN_JOB: Final = re.compile(r"/jobs/([^/:]+):run\b")
_FUNCTION: Final = re.compile(r"cloudfunctions\.net/([\w-]+)")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each command that makes one; a web service behind it is a route and no program."""
    deployed = _Deployed(path, text, texts)
    for command in shell.commands(text, "scheduler jobs"):
        found = _CREATES.search(" ".join(command.words))
        times, zone = command.flag("--schedule"), command.flag("--time-zone")
        if found is not None and times is not None:
            zone = "Etc/UTC" if zone is None or "$" in zone else zone
            started = list(deployed.started(command))
            yield from starting(Place(path, command.line), KIND, partial(when.of_template, times, zone), started)


class _Deployed:
    """What the scripts of a tree say they deploy."""

    def __init__(self, path: str, text: str, texts: Texts) -> None:
        files = [path, *(p for p in texts.paths if re.search(_DEPLOYS, p) and p != path)]
        scripts = [text if file == path else texts.text(file) for file in files]
        self._functions = [c for script in scripts for c in shell.commands(script, "functions deploy")]
        self._jobs = [c for script in scripts for c in shell.commands(script, "run jobs")]

    def started(self, command: shell.Command) -> Iterator[Target]:
        """The command or image of a job of Cloud Run, the entry point of a function."""
        uri, topic = command.flag("--uri") or "", command.flag("--topic")
        if (job := _RUN_JOB.search(uri)) is not None:
            yield from self._of_job(job[1])
        called = _FUNCTION.search(uri)
        for deploy in self._functions:
            name = deploy.words[deploy.words.index("deploy") + 1 :][:1] if "deploy" in deploy.words else ()
            by_topic = topic is not None and deploy.flag("--trigger-topic") == topic
            if by_topic or (called is not None and called[1] in name):
                entry = deploy.flag("--entry-point") or "".join(name).replace("-", "_")
                yield Target("entry", f"main.py:{entry}", deploy.flag("--source") or "")

    def _of_job(self, name: str) -> Iterator[Target]:
        for deploy in self._jobs:
            command, told = deploy.flag("--command"), deploy.flag("--args")
            if command is not None and ("$" in name or name in deploy.words):
                yield from targets(" ".join((command, *(told or "").split(","))))
                return
        yield Target("image", name)
