"""Which usages a workload comes from, by the strongest of three bases that finds any."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from whowaits.config import Config, WorkloadEntry
from whowaits.join import names
from whowaits.join.code import Candidate, Code, candidates
from whowaits.model import Classified, Place, Scan, Usage, Waiter, Workload

By = Literal["register", "code-place", "name"]


class Link(NamedTuple):
    """A workload comes from this usage of this call site. `usage` is None where the usages cannot be told apart.

    Where several entry points start one driver, the first usage stands for all of them.
    """

    site: Place
    usage: str | None
    workload: str
    by: By
    says: str
    shared: bool
    """Other call sites send calls of the same workload: its money stays with the workload."""


class Conflict(NamedTuple):
    """One of code and log says that nobody waits, the other that somebody does."""

    site: Place
    workload: str
    by: By
    in_code: Waiter
    in_log: Waiter


def links_of(scan: Scan, logs: Classified, config: Config) -> Iterable[Link]:
    """Yield the links between workloads and usages; a workload without any is in the logs alone."""
    code = Code(candidates(scan))
    entries = {entry.name: entry for entry in config.workloads}
    for workload in logs.workloads:
        by, says, found = _strongest(workload, code, entries.get(names.base_name(workload.name)))
        yield from _to_links(workload, by, says, _of_its_models(workload, found))


def _strongest(workload: Workload, code: Code, entry: WorkloadEntry | None) -> tuple[By, str, list[Candidate]]:
    if entry is not None and entry.code and (found := code.covered_by(entry)):
        return "register", f"{entry.place} names this code", found
    if workload.code_places and (found := code.at(workload.code_places)):
        return "code-place", f"the log names {workload.code_places[0]}", found
    return "name", "only the names are equal", code.named(names.of_workload(workload.name))


def _of_its_models(workload: Workload, found: list[Candidate]) -> list[Candidate]:
    """A site whose model is written out and is none of the workload's did not send its calls."""
    if not workload.models:
        return found
    fitting = [c for c in found if c.site.model is None or any(_same_model(c.site.model, m) for m in workload.models)]
    return fitting or found


def _same_model(in_code: str, in_log: str) -> bool:
    """Dated snapshots and gateway prefixes name the same model: openai/gpt-4o-mini, gpt-4o-mini-2024-07-18."""
    code, log = (name.lower().rpartition("/")[2] for name in (in_code, in_log))
    return code == log or log.startswith(f"{code}-") or code.startswith(f"{log}-")


def _to_links(workload: Workload, by: By, says: str, found: Sequence[Candidate]) -> Iterable[Link]:
    usages_of: dict[Place, list[Usage]] = defaultdict(list)
    for candidate in found:
        usages_of[candidate.site.place].append(candidate.usage)
    for place, usages in usages_of.items():
        usage = _told_apart(usages)
        yield Link(place, usage, workload.name, by, says, shared=len(usages_of) > 1)


def _told_apart(usages: Sequence[Usage]) -> str | None:
    """The usage that stands for all: the only one, or the first where one driver makes the calls of all."""
    drivers = {u.driver for u in usages}
    return usages[0].fingerprint if len(usages) == 1 or (len(drivers) == 1 and None not in drivers) else None


def conflicts_of(scan: Scan, logs: Classified, links: Iterable[Link]) -> tuple[Conflict, ...]:
    """Return the links whose two ends contradict each other about who waits."""
    sites = {site.place: site for site in scan.call_sites}
    in_log = {w.name: w.verdict.waiter for w in logs.workloads}
    found = []
    for link in links:
        waiters = Counter(u.verdict.waiter for u in sites[link.site].usages if link.usage in (None, u.fingerprint))
        waiters.pop("unknown", None)
        seen = in_log[link.workload]
        if seen != "unknown" and waiters and (seen == "nobody") != ("nobody" in waiters):
            found.append(Conflict(link.site, link.workload, link.by, min(waiters), seen))
    return tuple(found)
