"""GitLab CI: jobs of scheduled pipelines. When they run is a setting of the project, so no period is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import targets
from whowaits.deadlines.formats.yaml_nodes import child, items, line_of, pairs, roots_of, text_of, words_of
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

if TYPE_CHECKING:
    from yaml import Node

KIND: Final = "GitLab"
WORDS: Final = ("schedule",)
FILES: Final = (("", r".*\.gitlab-ci\.ya?ml"), (r"(^|/)\.gitlab/", r".*\.ya?ml"))
_SCHEDULED: Final = re.compile(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"']schedule[\"']")
_MAX_PARENTS: Final = 5


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each program of each job that scheduled pipelines run."""
    roots, unreadable = roots_of(path, text, "a pipeline")
    yield from unreadable
    for root in roots:
        jobs = dict(pairs(root))
        for name, job in jobs.items():
            line = None if name.startswith(".") else _line(job, jobs)
            if line is None:
                continue
            commands = [c for key in ("before_script", "script") for c in words_of(_inherited(job, key, jobs))]
            yield from starting(Place(path, line), KIND, lambda: when.ELSEWHERE, targets("\n".join(commands)))


def _line(job: Node, jobs: Mapping[str, Node]) -> int | None:
    """The line that lets scheduled pipelines run the job; None where none does."""
    for rule in items(_inherited(job, "rules", jobs)):
        condition = child(rule, "if")
        if condition is not None and _SCHEDULED.search(text_of(condition) or ""):
            return None if text_of(child(rule, "when")) == "never" else line_of(condition)
    only = _inherited(job, "only", jobs)
    refs = child(only, "refs") or only
    for item in items(refs):
        if text_of(item) == "schedules":
            return line_of(item)
    return None


def _inherited(job: Node, key: str, jobs: Mapping[str, Node]) -> Node | None:
    """What a job says under a key, or the one that it extends."""
    waiting = [job]
    for _ in range(_MAX_PARENTS):
        following = []
        for node in waiting:
            if (own := child(node, key)) is not None:
                return own
            parents = [*words_of(child(node, "extends")), *(["default"] if key.endswith("script") else [])]
            following += [jobs[name] for name in parents if name in jobs]
        waiting = following
    return None
