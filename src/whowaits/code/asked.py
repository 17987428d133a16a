"""The files that a run was asked about, and what of the whole tree concerns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from whowaits.code import files
from whowaits.code.findings import usages_of
from whowaits.code.site import Site
from whowaits.deadlines.schedule import Schedule
from whowaits.model import CallSite, Finding, Place, Skipped


class Asked:
    """Files and folders that were named; naming none asks for all."""

    def __init__(self, root: Path, named: Sequence[Path]) -> None:
        self._root = root.resolve()
        self._named = frozenset(name.resolve() for name in named)
        self._known: dict[str, bool] = {}
        self.everything = not named or any(n == self._root or n in self._root.parents for n in self._named)

    def file(self, path: str) -> bool:
        """Return whether a path of the tree is one of those that were named, or lies in one."""
        if self.everything:
            return True
        if path not in self._known:
            full = self._root / path
            self._known[path] = full in self._named or any(p in self._named for p in full.parents)
        return self._known[path]

    def sites(self, sites: Sequence[Site], schedules: Iterable[Schedule]) -> list[Site]:
        """Return the call sites that must be judged: some step of a way to them lies in what was asked for.

        All of one file are judged, so that those that are alike are numbered the same whatever was asked for.
        """
        if self.everything:
            return list(sites)
        started = {s.path for s in schedules if s.path is not None and self.file(s.place.path)}
        files = {site.path for site in sites if any(p in started or self.file(p) for p in _files_of(site))}
        return [site for site in sites if site.path in files]

    def not_code(self, schedules: Iterable[Schedule]) -> list[Skipped]:
        """Return the files that were named although they hold neither code nor a schedule that was understood."""
        inside = [n for n in self._named if n.is_file() and n.suffix not in files.SUFFIXES and self._root in n.parents]
        named = {files.shown(files.relative(n, self._root)) for n in inside} - {s.place.path for s in schedules}
        return [Skipped(Place(path), "neither Python, nor a notebook, nor a known schedule") for path in sorted(named)]

    def reports(self, finding: Finding, site: CallSite) -> bool:
        """Return whether the file of the call, of its driver or of its entry point was asked for."""
        entries = [u.entry.place for u in usages_of(finding, site) if u.entry is not None]
        places = (finding.place, finding.driver, *entries)
        return any(place is not None and self.file(place.path) for place in places)


def _files_of(site: Site) -> set[str]:
    return {site.path, *(s.path for way in site.paths for s in way.steps), *(way.entry.path for way in site.paths)}
