"""The monthly money of call sites and usages: that of the workloads which come from them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from whowaits.join.links import Link
from whowaits.model import NANO_USD, Classified, Place, Saving, Scan, Usage, Workload

MONTH_DAYS: Final = 30
K = TypeVar("K")


class MonthlyMoney(NamedTuple):
    """What the workloads of one call site cost in 30 days, and what an offer would have saved of it."""

    spend_usd: Decimal
    saving: Saving | None


def covered_days(logs: Classified) -> int | None:
    """Return the number of calendar days (UTC) that the logs touch: a nightly job has run once on each of them."""
    if logs.started_at is None or logs.ended_at is None:
        return None
    return (logs.ended_at.date() - logs.started_at.date()).days + 1


def monthly(amount: Decimal, days: int) -> Decimal:
    """Return what `amount` over `days` days is in 30 days, to the nano-dollar."""
    return (amount * MONTH_DAYS / days).quantize(NANO_USD)


def by_site(links: Iterable[Link], logs: Classified, days: int) -> dict[Place, MonthlyMoney]:
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


def with_money(scan: Scan, links: Iterable[Link], logs: Classified, days: int | None) -> Scan:
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
