"""A schedule that starts a command -> one schedule for each Python file or function that runs in the end.

Shell scripts, Makefiles, units of systemd, commands of a task runner, images and programs that start other programs are
followed to what they start.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines.commands import Target, recipe, targets
from whowaits.deadlines.formats import units
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.deadlines.tree import Tree

FOLLOWED: Final = r".*\.(sh|bash|service|mk)|(GNU)?Makefile|Dockerfile.*|.*\.Dockerfile"
"""Names of files that are read when something starts them."""
_PROCESSES: Final = ("subprocess", "os.system", "os.popen")
_MAX_DEPTH: Final = 4
_DOCKERFILE: Final = re.compile(r"Dockerfile.*|.*\.Dockerfile", re.IGNORECASE)
_MAKEFILE: Final = re.compile(r"(GNU)?Makefile|.*\.mk", re.IGNORECASE)
_RUN_BY_IMAGE: Final = re.compile(r"^\s*(ENTRYPOINT|CMD)\s+(.+?)\s*$", re.MULTILINE | re.IGNORECASE)


class Linker:
    """Follows what is started through the files of one tree."""

    def __init__(self, tree: Tree, texts: Texts, commands: Mapping[str, str]) -> None:
        self._tree, self._texts, self._commands = tree, texts, commands

    def linked(self, schedules: Iterable[Schedule]) -> list[Schedule]:
        """Return the schedules with what each of them starts, in order of their places."""
        found = {s for raw in schedules for s in self._link(raw, 0)}
        known = {s.place for s in found if s.path is not None}
        telling = {s for s in found if s.path is not None or s.place not in known}  # `mkdir -p out && python tag.py`
        return sorted(telling, key=lambda s: (s.place, s.path or "", s.function or "", s.starts, s.expression))

    def _link(self, schedule: Schedule, depth: int) -> list[Schedule]:
        if schedule.path is not None or depth > _MAX_DEPTH:
            return [schedule]
        found = self._tree.look_up(schedule.target, schedule.place.path)
        if found is not None:
            runs = [replace(schedule, target=target) for target in self._run_by(*found)]
            below = [s for each in runs for s in self._link(each, depth + 1) if s.path not in (None, found[0])]
            return [replace(schedule, path=found[0], function=found[1]), *below]
        onward = [replace(schedule, target=target) for target in self._onward(schedule)]
        return [s for each in onward for s in self._link(each, depth + 1)] or [schedule]

    def _onward(self, schedule: Schedule) -> list[Target]:
        target, near = schedule.target, schedule.place.path
        match target.form:
            case "shell":
                text = self._script(target.name, target.folder, near)
                return [_within(t, target) for t in targets(text)]
            case "make":
                return [_within(t, target) for t in targets(self._recipe(target, near))]
            case "unit":
                return units.exec_start(self._script(target.name, target.folder, near))
            case "program" | "image":
                return self._by_name(target)
        return []

    def _run_by(self, path: str, function: str | None) -> list[Target]:
        """What a Python program that was started as a file starts in other processes."""
        text = self._texts.text(path) if function is None and path.endswith(".py") else ""
        if not any(word in text for word in _PROCESSES):
            return []
        from whowaits.deadlines.formats.callables import commands_told
        from whowaits.deadlines.formats.python_module import Module

        try:
            return list(dict.fromkeys(commands_told(Module(path, ast.parse(text)))))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []  # the index names the files that do not parse

    def _script(self, name: str, folder: str, near: str) -> str:
        path = self._tree.file(name, folder, near)
        return "" if path is None else self._texts.text(path)

    def _recipe(self, target: Target, near: str) -> str:
        """The commands of a target: in the Makefile that the command means, else in the only one that has it."""
        own = self._tree.file("Makefile", target.folder, near)
        if own is not None and (found := recipe(self._texts.text(own), target.name)):
            return found
        others = (recipe(self._texts.text(path), target.name) for path in self._tree.paths_of(_MAKEFILE))
        found_in = [commands for commands in others if commands]
        return found_in[0] if len(found_in) == 1 else ""

    def _by_name(self, target: Target) -> list[Target]:
        """A command that the project gives a name, else what an image runs that is told nothing else."""
        for word in (target.name, *target.arguments):
            if word in self._commands:
                return list(targets(self._commands[word], target.folder))
        if target.form != "image":
            return []
        dockerfile = self._dockerfile(target.name)
        return [] if dockerfile is None else list(run_by_image(self._texts.text(dockerfile)))

    def _dockerfile(self, image: str) -> str | None:
        """The only Dockerfile of the tree, or the one that is called like the image or lies in a folder called so."""
        files = self._tree.paths_of(_DOCKERFILE)
        words = _words(image)
        named = [path for path in files if _words(path) & words]
        fits = named if len(named) == 1 else files
        return fits[0] if len(fits) == 1 else None


def run_by_image(dockerfile: str) -> list[Target]:
    """Return what the last CMD of a Dockerfile runs, after its ENTRYPOINT."""
    last = {found[1].upper(): found[2] for found in _RUN_BY_IMAGE.finditer(dockerfile)}
    words = [_shell(last[key]) for key in ("ENTRYPOINT", "CMD") if key in last]
    return list(targets(" ".join(words)))


def _shell(command: str) -> str:
    """The exec form `["python", "-m", "x"]` as a line of shell."""
    if not command.startswith("["):
        return command
    try:
        words = json.loads(command)
    except ValueError:
        return command
    return " ".join(word if re.fullmatch(r"[\w./:=@%+-]+", word) else json.dumps(word) for word in map(str, words))


def _within(inner: Target, outer: Target) -> Target:
    """A script that changes no folder runs where it was started."""
    return inner if inner.folder else inner._replace(folder=outer.folder)


def _words(name: str) -> set[str]:
    """The words of a path or of an image by which they can mean the same."""
    plain = [part.partition(":")[0] for part in PurePosixPath(name.lower()).parts[-2:]]
    words = {word for part in plain for word in re.split(r"[^a-z0-9]+", part)}
    return words - {"", "dockerfile", "docker", "latest", "app", "image", "prod", "dev", "src"}
