"""Findings in code <-> workloads in logs, so that money gets a place in code and a place gets its money.

A workload is bound to the usages it comes from by the strongest of three bases that finds any: the register
(the owner said so), the code place that the log itself carries, equal names. Money is never split over several
call sites and never counted twice: a workload that several sites share keeps its money and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from whowaits.config import Config, WorkloadEntry
from whowaits.join.claims import Claim, Register, claims
from whowaits.join.links import By, Conflict, Link, conflicts_of, links_of
from whowaits.join.money import MonthlyMoney, by_site, covered_days, with_money
from whowaits.join.names import base_name
from whowaits.model import Classified, Place, Policy, Scan

__all__ = [
    "By",
    "Claim",
    "Conflict",
    "Joined",
    "Link",
    "MonthlyMoney",
    "Register",
    "base_name",
    "claims",
    "covered_days",
    "join",
]


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
    register: tuple[WorkloadEntry, ...] = ()


def join(scan: Scan | None, logs: Classified | None, config: Config) -> Joined:
    """Return both halves with the links between them; either half may be missing."""
    owners = {w.name: w.owner for w in config.workloads if w.owner is not None}
    joined = Joined(scan, logs, config.policy, owners=owners, register=config.workloads)
    if scan is None or logs is None:
        return joined
    links = tuple(sorted(links_of(scan, logs, config), key=lambda k: (k.site, k.usage or "", k.workload)))
    days = covered_days(logs)
    money = {} if days is None else by_site(links, logs, days)
    return replace(
        joined,
        scan=with_money(scan, links, logs, days),
        links=links,
        conflicts=conflicts_of(scan, logs, links),
        money=money,
    )
