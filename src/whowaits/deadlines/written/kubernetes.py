"""Kubernetes: CronJob manifests and CronWorkflows of Argo, also as Helm templates; the command of their containers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import Target, targets
from whowaits.deadlines.formats import templates
from whowaits.deadlines.formats.yaml_nodes import (
    UnreadableError,
    child,
    command_of,
    documents,
    items,
    line_of,
    roots_of,
    text_of,
    words_of,
)
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "Kubernetes"
WORDS: Final = ("CronJob", "CronWorkflow")
FILES: Final = (
    (
        r"(^|[/._-])(k8s|kube|kubernetes|deploy|deployments?|manifests?|charts?|helm|templates|infra|infrastructure|ops"
        r"|gitops|cluster|base|overlays|argocd?|flux|cron|cronjobs?|cronworkflows?|jobs?|schedules?)[/._-]",
        r".*\.ya?ml",
    ),
    ("", r"(.*[._-])?(cron|cronjobs?|jobs?|schedules?)([._-].*)?\.ya?ml"),
    ("^$", r".*\.ya?ml"),
)
"""Where manifests lie: a data set of 15,000 YAML files is not opened for the sake of a CronJob that is not there."""
_KIND: Final = re.compile(r"^\s*kind:\s*[\"']?(CronJob|CronWorkflow)\b", re.MULTILINE)


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each program that a container of a CronJob starts."""
    if _KIND.search(text) is None:
        return
    if templates.is_template(text):
        text = templates.plain(text, _Values(path, texts).get)
    roots, unreadable = roots_of(path, text, "a CronJob manifest")
    yield from unreadable
    for root in roots:
        if text_of(child(root, "spec", "suspend")) == "true":
            continue
        if text_of(child(root, "kind")) == "CronJob":
            yield from _at(path, root, list(_of_job(root)))
        elif text_of(child(root, "kind")) == "CronWorkflow":
            yield from _at(path, root, list(_of_workflow(root)))


class _Values:
    """The values of the chart that a template belongs to, by their dotted names."""

    def __init__(self, path: str, texts: Texts) -> None:
        folders = PurePosixPath(path).parents
        files = (str(folder / name) for folder in folders for name in ("values.yaml", "values.yml"))
        self._text = next((text for file in files if (text := texts.text(file))), "")
        self._root: Node | None = None

    def get(self, name: str) -> str | None:
        if self._root is None:
            try:
                self._root = next(iter(documents(self._text)), None)
            except UnreadableError:
                self._text = ""
        node = child(self._root, *name.split("."))
        return None if node is None else command_of(node)


def _at(path: str, root: Node, started: list[Target]) -> Iterator[Schedule | Skipped]:
    timezone = text_of(child(root, "spec", "timeZone") or child(root, "spec", "timezone"))
    times = [child(root, "spec", "schedule"), *items(child(root, "spec", "schedules"))]
    for node in (t for t in times if t is not None):
        zone = None if not timezone or "$" in timezone else timezone  # without one, that of the cluster
        yield from starting(
            Place(path, line_of(node)),
            KIND,
            partial(when.of_template, text_of(node) or "", zone),
            started,
            text_of(child(root, "metadata", "name")),
        )


def _of_job(root: Node) -> Iterator[Target]:
    for container in items(child(root, "spec", "jobTemplate", "spec", "template", "spec", "containers")):
        yield from _of_container(container)


def _of_workflow(root: Node) -> Iterator[Target]:
    for template in items(child(root, "spec", "workflowSpec", "templates")):
        for key in ("container", "script"):
            if (container := child(template, key)) is not None:
                yield from _of_container(container)
                yield from targets(text_of(child(container, "source")) or "")


def _of_container(container: Node) -> Iterator[Target]:
    """What its command says, else what its image runs."""
    words = [word for key in ("command", "args") for word in words_of(child(container, key)) if word != "$"]
    image = text_of(child(container, "image"))
    if words:
        yield from targets(shlex.join(words), text_of(child(container, "workingDir")) or "")
    elif image is not None:
        yield Target("image", image)
