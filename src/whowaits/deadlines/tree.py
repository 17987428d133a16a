"""What a schedule starts -> the Python file and function of the tree that runs then."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from whowaits.deadlines.commands import Target

Found = tuple[str, str | None]
"""(path of the Python file, qualified name of the function or None for the whole file)."""


class Tree:
    """The files of a tree by the ends of their paths, the tasks by the names they are registered under."""

    def __init__(self, paths: Iterable[str], tasks: Mapping[str, Found], programs: Mapping[str, str]) -> None:
        self.paths = frozenset(paths)
        self.tasks, self.programs = tasks, programs
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.paths):
            self.by_name[path.rpartition("/")[2]].append(path)

    def look_up(self, target: Target, near: str) -> Found | None:
        """Return what `target`, written in the file `near`, starts; None when the tree does not hold it for sure."""
        match target.form:
            case "script":
                path = self.file(target.name, target.folder, near)
                return None if path is None else (path, None)
            case "module":
                return self._module(target.name, target.folder, near)
            case "management":
                path = self.file(f"management/commands/{target.name}.py", "", near)
                return None if path is None else (path, "Command.handle")
            case "program" | "image":
                return self._program(target, near)
            case "entry":
                return self._entry(target, near)
            case "task":
                return self.tasks.get(target.name) or self._dotted(target.name, target.folder, near)
            case "named":
                return self.tasks.get(target.name)
        return None

    def paths_of(self, names: re.Pattern[str]) -> list[str]:
        """Return the paths of the files that have such a name, in order."""
        return sorted(path for name, paths in self.by_name.items() if names.fullmatch(name) for path in paths)

    def file(self, name: str, folder: str, near: str) -> str | None:
        """Return the file of the tree that `name`, seen from `folder`, must mean.

        Paths in schedules are those of the machine they run on, so only their ends agree with the tree: the longest
        end that fits exactly one file decides; among several, the one in the folder of `near`.
        """
        parts = [
            p for p in PurePosixPath(folder, name).parts if p not in ("/", ".", "~", "..") and not p.startswith("$")
        ]
        if not parts:
            return None
        exact = "/".join(parts)
        if exact in self.paths and not name.startswith("/"):
            return exact
        fits = [p for p in self.by_name.get(parts[-1], []) if _common_end(parts, p) >= _named(name)]
        best = max((_common_end(parts, p) for p in fits), default=0)
        fits = [p for p in fits if _common_end(parts, p) == best]
        return fits[0] if len(fits) == 1 else _nearest(fits, near)

    def _module(self, dotted: str, folder: str, near: str) -> Found | None:
        stem = dotted.replace(".", "/")
        for name in (f"{stem}.py", f"{stem}/__main__.py"):
            path = self.file(name, folder, near)
            if path is not None:
                return path, None
        return None

    def _program(self, target: Target, near: str) -> Found | None:
        """The first word that is a program of the project: `docker run image news-tag` names it late."""
        for word in (target.name, *target.arguments):
            entry = self.programs.get(PurePosixPath(word).name)
            if entry is not None:
                return self._dotted(entry.partition("[")[0].strip().replace(":", "."), "", near)
        return None

    def _entry(self, target: Target, near: str) -> Found | None:
        """`src/app.py:main`, and the `src/app.main` or `pkg.app.main` of a function in the cloud."""
        file, colon, function = target.name.rpartition(":")
        if not colon:
            file, _, function = target.name.rpartition(".")
        parts = PurePosixPath(file.removesuffix(".py"))
        for stem in dict.fromkeys((str(parts), str(parts).replace(".", "/"))):
            path = self.file(f"{stem}.py", target.folder, near) or self.file(f"{stem}/__init__.py", target.folder, near)
            if path is not None:
                return path, function
        return None

    def _dotted(self, dotted: str, folder: str, near: str) -> Found | None:
        """`pkg.mod.function` or `pkg.mod.Class.method`: the longest front that is a module of the tree."""
        parts = dotted.replace(":", ".").split(".")
        for cut in range(len(parts) - 1, 0, -1):
            stem = "/".join(parts[:cut])
            for name in (f"{stem}.py", f"{stem}/__init__.py"):
                path = self.file(name, folder, near)
                if path is not None:
                    return path, ".".join(parts[cut:])
        return None


def _named(name: str) -> int:
    """How many path parts must agree: all that a relative name spells out, the file's own name of an absolute one."""
    parts = [p for p in PurePosixPath(name).parts if p not in (".", "..")]
    return 1 if name.startswith(("/", "~", "$")) else len(parts)


def _common_end(parts: list[str], path: str) -> int:
    count = 0
    for ours, theirs in zip(reversed(parts), reversed(path.split("/")), strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _nearest(paths: list[str], near: str) -> str | None:
    """The one path that shares more leading folders with `near` than every other; None when several do."""
    home = PurePosixPath(near).parts[:-1]

    def shared(path: str) -> int:
        count = 0
        for ours, theirs in zip(home, PurePosixPath(path).parts[:-1], strict=False):
            if ours != theirs:
                break
            count += 1
        return count

    ranked = sorted(paths, key=lambda p: (-shared(p), p))
    if not ranked or (len(ranked) > 1 and shared(ranked[0]) == shared(ranked[1])):
        return None
    return ranked[0]
