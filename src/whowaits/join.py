"""Findings in code <-> workloads in logs, so that money gets a place in code and a place gets its money.

A workload is bound to the usages it comes from by the strongest of three bases that finds any: the register
(the owner said so), the code place that the log itself carries, equal names. Money is never split over several
call sites and never counted twice: a workload that several sites share keeps its money and says so.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Final, Literal, NamedTuple, TypeVar

from whowaits.config import Config, WorkloadEntry
from whowaits.deadlines import register
from whowaits.model import (
    NANO_USD,
    CallSite,
    Classified,
    Frame,
    Place,
    Policy,
    Saving,
    Scan,
    Usage,
    Waiter,
    Workload,
)

MONTH_DAYS: Final = 30
K = TypeVar("K")
By = Literal["register", "code-place", "name"]
NAMES_THAT_SAY_NOTHING: Final = frozenset(
    {
        "app",
        "api",
        "call",
        "chat",
        "client",
        "cli",
        "common",
        "completion",
        "core",
        "default",
        "func",
        "function",
        "generate",
        "handler",
        "helpers",
        "index",
        "init",
        "job",
        "lib",
        "llm",
        "main",
        "model",
        "module",
        "process",
        "request",
        "run",
        "script",
        "service",
        "src",
        "task",
        "test",
        "tests",
        "utils",
        "wrapper",
    }
)
"""Names that many programs share; two of them being equal is no sign of anything."""
_STREAM: Final = re.compile(r" \[[^\[\]]*\]$")
_USED_FOR: Final = re.compile(r" \([^()]*\)$")


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


class MonthlyMoney(NamedTuple):
    """What the workloads of one call site cost in 30 days, and what an offer would have saved of it."""

    spend_usd: Decimal
    saving: Saving | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Both halves, bound to one another. Usages of `scan` carry their monthly money where it is theirs alone."""

    scan: Scan | None
    logs: Classified | None
    policy: Policy
    links: tuple[Link, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    money: Mapping[Place, MonthlyMoney] | None = None
    """Monthly money by call site, of workloads that come from this site alone; None without logs."""
    owners: Mapping[str, str] | None = None


class _Candidate(NamedTuple):
    site: CallSite
    usage: Usage


def join(scan: Scan | None, logs: Classified | None, config: Config) -> Joined:
    """Return both halves with the links between them; either half may be missing."""
    owners = {w.name: w.owner for w in config.workloads if w.owner is not None}
    joined = Joined(scan, logs, config.policy, owners=owners)
    if scan is None or logs is None:
        return joined
    links = tuple(sorted(_links(scan, logs, config), key=lambda k: (k.site, k.usage or "", k.workload)))
    days = covered_days(logs)
    money = {} if days is None else _money(links, logs, days)
    return replace(
        joined,
        scan=_with_money(scan, links, logs, days),
        links=links,
        conflicts=_conflicts(scan, logs, links),
        money=money,
    )


def covered_days(logs: Classified) -> int | None:
    """Return the number of calendar days (UTC) that the logs touch: a nightly job has run once on each of them."""
    if logs.started_at is None or logs.ended_at is None:
        return None
    return (logs.ended_at.date() - logs.started_at.date()).days + 1


def monthly(amount: Decimal, days: int) -> Decimal:
    """Return what `amount` over `days` days is in 30 days, to the nano-dollar."""
    return (amount * MONTH_DAYS / days).quantize(NANO_USD)


def _links(scan: Scan, logs: Classified, config: Config) -> Iterable[Link]:
    code = _Code(_Candidate(site, usage) for site in scan.call_sites for usage in _in_production(site.usages))
    entries = {entry.name: entry for entry in config.workloads}
    for workload in logs.workloads:
        by, says, found = _strongest(workload, code, entries.get(base_name(workload.name)))
        yield from _to_links(workload, by, says, _of_its_models(workload, found))


def _in_production(usages: Sequence[Usage]) -> list[Usage]:
    """Tests call a function too, but what they send is not the workload's traffic."""
    return [u for u in usages if not u.in_test]


def _strongest(workload: Workload, code: _Code, entry: WorkloadEntry | None) -> tuple[By, str, list[_Candidate]]:
    if entry is not None and entry.code and (found := code.covered_by(entry)):
        return "register", f"{entry.place} names this code", found
    if workload.code_places and (found := code.at(workload.code_places)):
        return "code-place", f"the log names {workload.code_places[0]}", found
    return "name", "only the names are equal", code.named(_names_of_workload(workload.name))


class _Code:
    """The usages of all call sites, found by register entry, by file and line, by name."""

    def __init__(self, candidates: Iterable[_Candidate]) -> None:
        self._by_step: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
        self._by_name: dict[str, list[_Candidate]] = defaultdict(list)
        self._by_file_name: dict[str, list[tuple[str, _Candidate]]] = defaultdict(list)
        for candidate in candidates:
            for step in sorted({(frame.place.path, frame.function) for frame in _steps(candidate)}):
                self._by_step[step].append(candidate)
            for name in sorted(_names_of_code(candidate)):
                self._by_name[name].append(candidate)
            for path in sorted({frame.place.path for frame in _steps(candidate)}):
                self._by_file_name[PurePosixPath(path).name].append((path, candidate))

    def covered_by(self, entry: WorkloadEntry) -> list[_Candidate]:
        """The usages with a step on the way to the call that a register entry speaks of."""
        covered = (found for (path, function), found in self._by_step.items() if _covers(entry, path, function))
        return _once(c for found in covered for c in found)

    def at(self, places: Iterable[Place]) -> list[_Candidate]:
        """The calls at the exact line if the log has one that is a call's; else all whose way passes the file."""
        exact: list[_Candidate] = []
        in_file: list[_Candidate] = []
        for place in places:
            logged = place.path.replace("\\", "/")
            near = [x for x in self._by_file_name.get(PurePosixPath(logged).name, ()) if _same_file(logged, x[0])]
            in_file += [candidate for _, candidate in near]
            exact += [c for path, c in near if path == c.site.place.path and _holds(c.site, place.line)]
        return _once(exact or in_file)

    def named(self, names: Iterable[str]) -> list[_Candidate]:
        """The usages with a step that goes by one of these names."""
        return _once(c for name in sorted(names) for c in self._by_name.get(name, ()))


@functools.lru_cache(maxsize=65_536)
def _covers(entry: WorkloadEntry, path: str, function: str) -> bool:
    return register.covers_code(entry, (path,), function)


def _steps(candidate: _Candidate) -> list[Frame]:
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


def _once(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    return list({(c.site.place, c.usage.fingerprint): c for c in candidates}.values())


def base_name(name: str) -> str:
    """Return the name without what tells the streams of one program apart: "triage [queue=bulk]" is triage's."""
    return _STREAM.sub("", name)


def _names_of_workload(name: str) -> set[str]:
    """A key is named with what it is used for, "tagger (chat gpt-5)": only the first part is a name."""
    base = _USED_FOR.sub("", base_name(name))
    return {_normal(part) for part in (base, *base.replace(":", "/").split("/"))} - NAMES_THAT_SAY_NOTHING


def _names_of_code(candidate: _Candidate) -> set[str]:
    names: set[str] = set()
    for frame in _steps(candidate):
        names.update(_names_of_path(frame.place.path))
        names.update(_normal(part) for part in frame.function.split("."))
    return {n for n in names if len(n) > 2} - NAMES_THAT_SAY_NOTHING


def _names_of_path(path: str) -> Iterable[str]:
    """app/evaluation/golden.py goes by golden, evaluation-golden and app-evaluation-golden."""
    parts = PurePosixPath(path).with_suffix("").parts
    for start in range(len(parts)):
        yield _normal(" ".join(parts[start:]))


def _normal(name: str) -> str:
    return "-".join(name.lower().replace("_", " ").replace("-", " ").replace(".", " ").split())


def _of_its_models(workload: Workload, found: list[_Candidate]) -> list[_Candidate]:
    """A site whose model is written out and is none of the workload's did not send its calls."""
    if not workload.models:
        return found
    fitting = [c for c in found if c.site.model is None or any(_same_model(c.site.model, m) for m in workload.models)]
    return fitting or found


def _same_model(in_code: str, in_log: str) -> bool:
    """Dated snapshots and gateway prefixes name the same model: openai/gpt-4o-mini, gpt-4o-mini-2024-07-18."""
    code, log = (name.lower().rpartition("/")[2] for name in (in_code, in_log))
    return code == log or log.startswith(f"{code}-") or code.startswith(f"{log}-")


def _to_links(workload: Workload, by: By, says: str, found: Sequence[_Candidate]) -> Iterable[Link]:
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


def _money(links: Iterable[Link], logs: Classified, days: int) -> dict[Place, MonthlyMoney]:
    """Monthly money by site, over the workloads that are its alone."""
    return _sum_by(links, logs, days, key=lambda link: link.site)


def _sum_by(links: Iterable[Link], logs: Classified, days: int, key: Callable[[Link], K]) -> dict[K, MonthlyMoney]:
    workloads = {w.name: w for w in logs.workloads}
    sums: dict[K, MonthlyMoney] = {}
    for link in links:
        workload = workloads[link.workload]
        if link.shared or workload.spend_usd is None:
            continue
        one = MonthlyMoney(monthly(workload.spend_usd, days), _monthly_saving(workload, days))
        sums[key(link)] = _plus(sums[key(link)], one) if key(link) in sums else one
    return sums


def _monthly_saving(workload: Workload, days: int) -> Saving | None:
    """The saving of a move that the verdict asks for, over 30 days; what stays as it is saves nothing."""
    saving = workload.saving
    if saving is None or workload.verdict.route not in ("batch", "flex"):
        return None
    return replace(saving, low_usd=monthly(saving.low_usd, days), high_usd=monthly(saving.high_usd, days))


def _plus(a: MonthlyMoney, b: MonthlyMoney) -> MonthlyMoney:
    return MonthlyMoney(a.spend_usd + b.spend_usd, _both(a.saving, b.saving))


def _both(a: Saving | None, b: Saving | None) -> Saving | None:
    """The sum, on the weaker of the two bases."""
    if a is None or b is None:
        return b if a is None else a
    weaker = a if a.basis == "factor" else b
    return replace(weaker, low_usd=a.low_usd + b.low_usd, high_usd=a.high_usd + b.high_usd)


def _with_money(scan: Scan, links: Iterable[Link], logs: Classified, days: int | None) -> Scan:
    """The scan whose usages carry the monthly money of the workloads that come from them alone."""
    if days is None:
        return scan
    sums = _sum_by((k for k in links if k.usage), logs, days, key=lambda k: (k.site, k.usage))
    sites = tuple(
        replace(site, usages=tuple(_usage_with(u, sums.get((site.place, u.fingerprint))) for u in site.usages))
        for site in scan.call_sites
    )
    return replace(scan, call_sites=sites)


def _usage_with(usage: Usage, money: MonthlyMoney | None) -> Usage:
    return usage if money is None else replace(usage, monthly_usd=money.spend_usd, saving=money.saving)


def _conflicts(scan: Scan, logs: Classified, links: Iterable[Link]) -> tuple[Conflict, ...]:
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
