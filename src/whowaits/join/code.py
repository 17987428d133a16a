"""The usages of all call sites, found by register entry, by file and line, by name."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from whowaits.config import WorkloadEntry
from whowaits.deadlines import register
from whowaits.join import names
from whowaits.model import CallSite, Frame, Place, Scan, Usage


class Candidate(NamedTuple):
    site: CallSite
    usage: Usage


def candidates(scan: Scan | None) -> list[Candidate]:
    """Return every usage that may have sent calls. Tests call a function too, but theirs is no traffic."""
    sites = () if scan is None else scan.call_sites
    return [Candidate(site, usage) for site in sites for usage in site.usages if not usage.in_test]


class Code:
    """The usages of all call sites, found by register entry, by file and line, by name."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_step: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        self._by_name: dict[str, list[Candidate]] = defaultdict(list)
        self._by_file_name: dict[str, list[tuple[str, Candidate]]] = defaultdict(list)
        for candidate in candidates:
            for step in sorted({(frame.place.path, frame.function) for frame in _steps(candidate)}):
                self._by_step[step].append(candidate)
            for name in sorted(names.of_steps(_steps(candidate))):
                self._by_name[name].append(candidate)
            for path in sorted({frame.place.path for frame in _steps(candidate)}):
                self._by_file_name[PurePosixPath(path).name].append((path, candidate))

    def covered_by(self, entry: WorkloadEntry) -> list[Candidate]:
        """The usages with a step on the way to the call that a register entry speaks of."""
        covered = (found for (path, function), found in self._by_step.items() if _covers(entry, path, function))
        return _once(c for found in covered for c in found)

    def at(self, places: Iterable[Place]) -> list[Candidate]:
        """The calls at the exact line if the log has one that is a call's; else all whose way passes the file."""
        exact: list[Candidate] = []
        in_file: list[Candidate] = []
        for place in places:
            logged = place.path.replace("\\", "/")
            near = [x for x in self._by_file_name.get(PurePosixPath(logged).name, ()) if _same_file(logged, x[0])]
            in_file += [candidate for _, candidate in near]
            exact += [c for path, c in near if path == c.site.place.path and _holds(c.site, place.line)]
        return _once(exact or in_file)

    def named(self, names: Iterable[str]) -> list[Candidate]:
        """The usages with a step that goes by one of these names."""
        return _once(c for name in sorted(names) for c in self._by_name.get(name, ()))


@functools.lru_cache(maxsize=65_536)
def _covers(entry: WorkloadEntry, path: str, function: str) -> bool:
    return register.covers_code(entry, (path,), function)


def _steps(candidate: Candidate) -> list[Frame]:
    """The functions on the way from what starts the code down to the call; files without a function name too."""
    site, usage = candidate
    steps = [Frame(site.place, site.function), *usage.via]
    if usage.driver is not None:
        steps.append(Frame(usage.driver, ""))
    if usage.entry is not None and usage.entry.place is not None:
        steps.append(Frame(usage.entry.place, ""))
    return steps


def _holds(site: CallSite, line: int | None) -> bool:
    return line is not None and (site.place.line or 0) <= line <= site.end_line


def _same_file(in_log: str, in_tree: str) -> bool:
    """Whether two paths are one file: a log names it from elsewhere (/srv/app/newsroom/tagger.py)."""
    logged, known = PurePosixPath(in_log).parts, PurePosixPath(in_tree).parts
    shorter = min(len(logged), len(known))
    return shorter > 0 and logged[-shorter:] == known[-shorter:] and (shorter > 1 or len(known) == 1)


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list({(c.site.place, c.usage.fingerprint): c for c in candidates}.values())
