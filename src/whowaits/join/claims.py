"""What each entry of the register takes, in code and in logs, and what nobody has declared yet."""

from __future__ import annotations

from dataclasses import dataclass

from whowaits.config import Config, WorkloadEntry
from whowaits.join import names
from whowaits.join.code import Code, candidates
from whowaits.model import CallSite, Classified, Scan, Workload


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry with the call sites and the workloads that it speaks of; with neither, it claims nothing."""

    entry: WorkloadEntry
    sites: tuple[CallSite, ...]
    workloads: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The entries in the order of the file, and what none of them takes: workloads by money, call sites by place."""

    claims: tuple[Claim, ...]
    workloads: tuple[Workload, ...]
    sites: tuple[CallSite, ...]
    has_logs: bool = True
    """Whether there were logs to take calls from."""


def claims(scan: Scan | None, logs: Classified | None, config: Config) -> Register:
    """Return what every entry takes. Logs must have been classified with the same configuration."""
    code = Code(candidates(scan))
    workloads = () if logs is None else logs.workloads
    found = tuple(
        Claim(
            entry,
            tuple({c.site.place: c.site for c in code.covered_by(entry)}.values()) if entry.code else (),
            tuple(w for w in workloads if names.base_name(w.name) == entry.name),
        )
        for entry in config.workloads
    )
    taken = {w.name for claim in found for w in claim.workloads}
    places = {site.place for claim in found for site in claim.sites}
    return Register(
        claims=found,
        workloads=tuple(w for w in workloads if w.name not in taken),
        has_logs=logs is not None,
        sites=tuple(s for s in (() if scan is None else scan.call_sites) if s.place not in places),
    )
