"""Finds the schedules that are written down in a tree, each linked to the Python file or function it starts.

`read_file` looks at one file and can be cached by its content; `link` needs the whole tree; `find` does both.
Nothing that is read here is run or imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from whowaits.deadlines.commands import Target, recipe, targets
from whowaits.deadlines.schedule import Schedule as Schedule
from whowaits.deadlines.tree import Found, Tree, console_programs
from whowaits.deadlines.written import airflow, celery_beat, crontab, in_process, systemd, tasks
from whowaits.model import Place, Skipped

MAX_BYTES: Final = 1_000_000
_IN_PYTHON: Final = (celery_beat, airflow, in_process)
_IN_TEXT: Final = (crontab, systemd)
_MOSTLY_SILENT: Final = (".py", ".yaml", ".yml")
_WORTH_READING: Final = (
    b"cron", b"Cron", b"beat_schedule", b"BEAT_SCHEDULE", b"CELERYBEAT", b"add_periodic_task", b"airflow",
    b"task(", b"actor(", *(word.encode() for word in in_process.WORDS),
)  # fmt: skip
"""Every schedule in Python or YAML contains one of these; most files are passed over without decoding them."""
_MANIFESTS: Final = re.compile(
    r"(^|/)\.github/workflows/|^[^/]+$|(^|[/._-])(k8s|kube|kubernetes|deploy|deployment|manifests?|charts?|helm|templates"
    r"|infra|ops|gitops|cluster|base|overlays|argocd?|flux|cron|cronjobs?|jobs?|schedules?)[/._-]",
    re.IGNORECASE,
)
"""Where YAML is read: a data set of 15,000 YAML files is not opened for the sake of a CronJob that is not there."""
_SUPPORT: Final = (".sh", ".service", "pyproject.toml", "Makefile")
_MAX_SHELL_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Written:
    """What one file says: schedules not linked yet, task names, programs; text of files that others start."""

    schedules: tuple[Schedule, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()
    """(registered name, qualified function) of the tasks a Python file defines."""
    programs: tuple[tuple[str, str], ...] = ()
    script: str | None = None
    """The text of a shell script, a Makefile or a service, to be read when something starts it."""


def may_hold(path: str) -> bool:
    """Whether a file of this name can hold a schedule or is needed to link one; decided without opening it."""
    if path.endswith((".yaml", ".yml")):
        return _MANIFESTS.search(path) is not None
    return path.endswith((".py", *_SUPPORT)) or crontab.may_hold(path) or systemd.may_hold(path)


def read_file(path: str, text: str) -> Written:
    """Return what the file at `path`, relative to the root with "/", says about schedules."""
    if len(text) > MAX_BYTES:
        return Written()
    if path.endswith(".py"):
        return _python(path, text)
    name = PurePosixPath(path).name
    if name == "pyproject.toml":
        return Written(programs=tuple(sorted(console_programs(text).items())))
    if name.endswith((".sh", ".service")) or name == "Makefile":
        return Written(script=text)
    return _sorted_out(_in_text(path, text))


def link(written: Mapping[str, Written], paths: Iterable[str]) -> list[Schedule]:
    """Return the schedules of all files with what each of them starts, in order of their places."""
    tree = Tree(paths, _tasks(written), _programs(written))
    linked = [s for path in sorted(written) for raw in written[path].schedules for s in _link(raw, written, tree, 0)]
    return sorted(_telling(linked), key=lambda s: (s.place, s.path or "", s.function or "", s.starts, s.expression))


def find(root: Path, files: Iterable[Path]) -> tuple[list[Schedule], list[Skipped]]:
    """Return the schedules written in `files`, linked within them, and what could not be understood."""
    written: dict[str, Written] = {}
    paths = []
    for file in files:
        path = file.relative_to(root).as_posix()
        paths.append(path)
        if may_hold(path):
            written[path] = _read(file, path)
    skipped = [s for path in sorted(written) for s in written[path].skipped]
    return link(written, paths), skipped


def _read(file: Path, path: str) -> Written:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        silent = path.endswith(_MOSTLY_SILENT) and not any(word in data for word in _WORTH_READING)
        if silent or len(data) > MAX_BYTES:
            return Written()
        return read_file(path, data.decode("utf-8", errors="replace"))
    except OSError as error:
        return Written(skipped=(Skipped(Place(path), f"cannot be read: {error.strerror}"),))


def _python(path: str, text: str) -> Written:
    wanted = [reader for reader in _IN_PYTHON if reader.mentions(text)]
    if not wanted and not tasks.mentions(text):
        return Written()
    from whowaits.deadlines.written.python_values import Module

    try:
        module = Module(path, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Written()  # the index names the files that do not parse
    found = _sorted_out(item for reader in wanted for item in reader.read(module))
    return replace(found, tasks=tuple(tasks.read(module)))


def _in_text(path: str, text: str) -> Iterator[Schedule | Skipped]:
    for reader in _IN_TEXT:
        if reader.may_hold(path) and reader.mentions(text):
            yield from reader.read(path, text)
    if path.endswith((".yaml", ".yml")) and re.search(r"cron", text, re.IGNORECASE):
        from whowaits.deadlines.written import github_actions, kubernetes  # yaml is loaded only where a time is written

        for yaml_reader in (github_actions, kubernetes):
            if yaml_reader.may_hold(path) and yaml_reader.mentions(text):
                yield from yaml_reader.read(path, text)


def _sorted_out(items: Iterable[Schedule | Skipped]) -> Written:
    schedules: list[Schedule] = []
    skipped: list[Skipped] = []
    for item in items:
        if isinstance(item, Schedule):
            schedules.append(item)
        else:
            skipped.append(item)
    return Written(tuple(schedules), tuple(skipped))


def _tasks(written: Mapping[str, Written]) -> dict[str, Found]:
    """A name that two files register is ambiguous and links to neither."""
    found: dict[str, Found] = {}
    twice = set()
    for path in sorted(written):
        for name, function in written[path].tasks:
            twice.update({name} & found.keys())
            found[name] = (path, function)
    return {name: place for name, place in found.items() if name not in twice}


def _programs(written: Mapping[str, Written]) -> dict[str, str]:
    return {name: entry for path in sorted(written, reverse=True) for name, entry in written[path].programs}


def _link(schedule: Schedule, written: Mapping[str, Written], tree: Tree, depth: int) -> Sequence[Schedule]:
    if schedule.path is not None or depth > _MAX_SHELL_DEPTH:
        return [schedule]
    target = schedule.target
    if target.form in ("shell", "make", "unit"):
        between = tree.file("Makefile" if target.form == "make" else target.name, target.folder, schedule.place.path)
        script = written[between].script if between is not None and between in written else None
        onward = [replace(schedule, target=_seen_from(t, target)) for t in _started_by(target, script or "")]
        return [s for each in onward for s in _link(each, written, tree, depth + 1)] or [schedule]
    found = tree.look_up(target, schedule.place.path)
    return [schedule if found is None else replace(schedule, path=found[0], function=found[1])]


def _started_by(target: Target, script: str) -> list[Target]:
    if target.form == "unit":
        return systemd.exec_start(script)
    return list(targets(recipe(script, target.name) if target.form == "make" else script))


def _telling(schedules: Iterable[Schedule]) -> set[Schedule]:
    """Leave out what is no part of the tree beside something that is: `mkdir -p out && python tag.py`."""
    found = set(schedules)
    known = {s.place for s in found if s.path is not None}
    return {s for s in found if s.path is not None or s.place not in known}


def _seen_from(target: Target, script: Target) -> Target:
    """A script that changes no folder runs where it was started."""
    return target if target.folder or script.form == "unit" else target._replace(folder=script.folder)
