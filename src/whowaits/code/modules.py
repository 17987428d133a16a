"""Which file of the tree an import means, if any."""

from __future__ import annotations

import functools
import posixpath
import re
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple


class Found(NamedTuple):
    """What a dotted name leads to: a `file` of the tree, a `folder` without `__init__.py`, or neither = elsewhere."""

    file: str | None
    folder: str | None


ELSEWHERE: Final = Found(None, None)


class Modules:
    """The files of a tree as modules.

    An absolute import is looked for beside the importing file (a script sees its own folder), then in every
    folder above it and its `src`, then anywhere in the tree where the whole dotted path fits. Names in
    `foreign` (the standard library, the SDKs) mean the installed package unless a package of that name lies on
    the way up.
    """

    def __init__(
        self,
        paths: Iterable[str],
        foreign: Collection[str] = (),
        is_readable: Callable[[str], bool] = lambda path: True,
    ) -> None:
        self._is_readable = is_readable
        self.paths = {p for p in paths if p.endswith(".py")}
        self.folders: set[str] = {""}
        self.by_tail: dict[str, list[str]] = {}
        self.sdks = frozenset(foreign)
        self.foreign = self.sdks | sys.stdlib_module_names
        self.found: dict[tuple[str, int, str], Found] = {}
        self.contents: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            self._add(path)

    def _add(self, path: str) -> None:
        folder = posixpath.dirname(path)
        while folder not in self.folders:
            self.folders.add(folder)
            self.by_tail.setdefault(posixpath.basename(folder), []).append(folder)
            folder = posixpath.dirname(folder)
        name = posixpath.basename(path)[:-3]
        if name != "__init__":
            self.by_tail.setdefault(name, []).append(path)

    def find(self, importer: str, level: int, dotted: str) -> Found:
        """Return what `dotted` means in the file `importer`; `level` counts the leading dots."""
        key = (posixpath.dirname(importer) if level else importer, level, dotted)
        if key not in self.found:
            self.found[key] = self._relative(importer, level, dotted) if level else self._absolute(importer, dotted)
        return self.found[key]

    def fitting(self, importer: str, level: int, dotted: str) -> list[str]:
        """Return the files that a dotted name can mean whose one part has a gap: `plugins.{}`, `tasks.{}.run`."""
        parts = dotted.split(".")
        gaps = [number for number, part in enumerate(parts) if "{}" in part]
        if len(gaps) != 1 or (gaps[0] == 0 and not level):
            return []
        above = self.find(importer, level, ".".join(parts[: gaps[0]]))
        folder = posixpath.dirname(above.file) if above.file is not None else above.folder
        if folder is None or (above.file is not None and not above.file.endswith("__init__.py")):
            return []
        fits = with_gaps(parts[gaps[0]]).fullmatch
        names = [name for name in self._inside(folder) if fits(name)]
        found = (self.below(folder, ".".join([name, *parts[gaps[0] + 1 :]])) for name in names)
        return [f.file for f in found if f.file is not None]

    def _inside(self, folder: str) -> list[str]:
        """The names of the modules and folders in a folder."""
        if not self.contents:
            for path in sorted({*self.paths, *self.folders} - {""}):
                name = posixpath.basename(path).removesuffix(".py")
                if name != "__init__":
                    self.contents.setdefault(posixpath.dirname(path), []).append(name)
        return self.contents.get(folder, [])

    def below(self, folder: str, name: str) -> Found:
        """Return the module or folder `name` inside `folder`."""
        base = posixpath.join(folder, *name.split(".")) if name else folder
        if f"{base}.py" in self.paths and self._is_readable(f"{base}.py"):
            return Found(f"{base}.py", None)
        init = posixpath.join(base, "__init__.py")
        if init in self.paths and self._is_readable(init):
            return Found(init, None)
        return Found(None, base) if base in self.folders else ELSEWHERE

    def _relative(self, importer: str, level: int, dotted: str) -> Found:
        folder = posixpath.dirname(importer)
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        return self.below(folder, dotted)

    def _absolute(self, importer: str, dotted: str) -> Found:
        foreign = dotted.partition(".")[0] in self.foreign
        fallback = ELSEWHERE
        for base in self._bases(importer):
            found = self.below(base, dotted)
            if found.file is not None and found.file != importer:
                if not self._inside_package(base) or (not foreign and base == posixpath.dirname(importer)):
                    return found
            elif found.folder is not None and not foreign and fallback is ELSEWHERE:
                fallback = found
        return ELSEWHERE if foreign else self._anywhere(importer, dotted) or fallback

    def _bases(self, importer: str) -> list[str]:
        bases, folder = [], posixpath.dirname(importer)
        while True:
            bases += [folder, posixpath.join(folder, "src")]
            if not folder:
                return bases
            folder = posixpath.dirname(folder)

    def _inside_package(self, folder: str) -> bool:
        return posixpath.join(folder, "__init__.py") in self.paths

    def _anywhere(self, importer: str, dotted: str) -> Found | None:
        """The candidate that shares the longest way with the importer; a lone name must be a package or unique."""
        tail = "/" + dotted.replace(".", "/")
        last = dotted.rpartition(".")[2]
        fits = [p for p in self.by_tail.get(last, ()) if ("/" + p.removesuffix(".py")).endswith(tail)]
        fits = [p for p in fits if p != importer and (p.endswith(".py") or self._inside_package(p))]
        if not fits or ("." not in dotted and len(fits) > 1):
            return None
        best = min(fits, key=lambda p: (-len(posixpath.commonpath(["/" + p, "/" + importer])), p))
        return self.below(posixpath.dirname(best), posixpath.basename(best).removesuffix(".py"))


@functools.cache
def with_gaps(text: str) -> re.Pattern[str]:
    """Return the expression for a text in which each "{}" stands for anything."""
    return re.compile(".*".join(map(re.escape, text.split("{}"))))


def module_name(path: str) -> str:
    """Return the dotted name of a file as written from the root of the tree."""
    name = path.removesuffix(".py").removesuffix(".ipynb").replace("/", ".")
    return name.removesuffix(".__init__")


@functools.cache
def is_test(path: str) -> bool:
    """Whether a file looks like part of a test suite."""
    folders, _, name = path.rpartition("/")
    return name.startswith(("test_", "conftest.")) or name.endswith("_test.py") or "tests" in folders.split("/")
