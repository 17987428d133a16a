"""Fingerprints: names for usages and findings that survive edits.

A finding is (rule, call site, driver). Its fingerprint is made of what stays when a file is edited: rule, files,
functions, the call as resolved, and its number among those that agree in all of that. No line, no text of the
call, no variable takes part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import field
from pathlib import Path

from whowaits import config
from whowaits.code.site import Site
from whowaits.frozen import dataclass
from whowaits.model import Place


@dataclass(frozen=True, slots=True)
class Paths:
    """How files are called in fingerprints: as seen from the project, and by the name they have now."""

    prefix: str = ""
    """The analysed root as seen from the project, "" or "src/"."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Path in the project -> the path the same file has now."""

    def name(self, path: str) -> str:
        """Return the path by which a fingerprint knows the file at `path` of the root."""
        there = self.prefix + path
        return self.renamed.get(there, there)


def project_of(root: Path) -> Path:
    """Return the folder that fingerprints are relative to, whatever part of it is analysed.

    The checkout that `root` lies in; else the nearest folder with a configuration; else `root` itself.
    """
    top = root.resolve()
    for folder in (top, *top.parents):
        if (folder / ".git").exists():
            return folder
    found = config.find(top)
    return found.parent if found is not None else top


def paths_of(root: Path) -> Paths:
    """Return how files of `root` are called in fingerprints."""
    below = root.resolve().relative_to(project_of(root)).as_posix()
    return Paths("" if below == "." else f"{below}/")


class Names:
    """Gives out fingerprints. Things that agree in all that is known of them are numbered in the order they come."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._numbers: dict[tuple[str, ...], dict[Hashable, int]] = {}

    @property
    def prefix(self) -> str:
        """The analysed root as seen from the project."""
        return self._paths.prefix

    def finding(self, rule: str, site: Site, driver: Place | None = None, function: str = "") -> str:
        """The fingerprint of (rule, call site, driver); `function` is the one the driver stands in."""
        drives = (self._paths.name(driver.path), function) if driver is not None else ("", "")
        key = (rule, self._paths.name(site.path), site.function, site.call, *drives)
        return self._numbered(key, (site.cell, site.line, site.column, driver))

    def usage(self, finding: str, entry: str, place: Place | None) -> str:
        """The fingerprint of one more usage with the same rule, call site and driver, but another entry point."""
        return self._numbered((finding, entry), place)

    def comment(self, rule: str, path: str, text: str, place: Place) -> str:
        """The fingerprint of what is wrong with a comment or an entry of the configuration."""
        return self._numbered((rule, self._paths.name(path), " ".join(text.split())), place)

    def _numbered(self, key: tuple[str, ...], thing: Hashable) -> str:
        numbers = self._numbers.setdefault(key, {})
        number = numbers.setdefault(thing, len(numbers))
        return hashlib.blake2b("\0".join((*key, str(number))).encode("utf-8", "replace"), digest_size=8).hexdigest()
