"""The money by month, owner, provider and model: the same calls each time, so that every split sums to the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from whowaits.model import Portion, Workload
from whowaits.money.savings import SLOW_TIERS
from whowaits.report.values import Split, SplitBy, is_dearer, realised_usd

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnedPortion:
    """A portion beside its workload and who answers for it."""

    portion: Portion
    workload: Workload
    owner: str | None

    @property
    def movable_usd(self) -> Decimal:
        """What its move is about: what belongs on a slower tier and is not there."""
        moves = self.workload.verdict.route in SLOW_TIERS and self.portion.tier not in SLOW_TIERS
        return self.portion.spend_usd or NOTHING if moves else NOTHING

    @property
    def saving_usd(self) -> tuple[Decimal, Decimal]:
        """What the move would have saved, low and high; nothing where the slower tier would cost more."""
        saved = self.workload.saving
        if saved is None or is_dearer(self.workload):
            return NOTHING, NOTHING
        portion = self.portion
        flex = self.workload.verdict.route == "flex"
        low, high = (portion.flex_usd,) * 2 if flex else (portion.batch_low_usd, portion.batch_high_usd)
        return low or NOTHING, high or NOTHING


def owned(workloads: Iterable[Workload], owner: Callable[[Workload], str | None]) -> list[OwnedPortion]:
    """Return the portions of all workloads. The register names the owner, else the log the team."""
    return [OwnedPortion(p, w, owner(w) or p.team) for w in workloads for p in w.portions]


def by_month(found: Iterable[OwnedPortion]) -> tuple[Split, ...]:
    """Return the money of each month in UTC, in their order; calls without a time last."""
    sums = _by("month", found, lambda p: None if p.portion.month is None else f"{p.portion.month:%Y-%m}")
    return tuple(sorted(sums, key=lambda s: (s.name is None, s.name or "")))


def by_owner(found: Iterable[OwnedPortion]) -> tuple[Split, ...]:
    """Return the money of each owner, the largest bill first; None is what nobody answers for."""
    return _largest_first(_by("owner", found, lambda p: p.owner))


def by_provider(found: Iterable[OwnedPortion]) -> tuple[Split, ...]:
    """Return the money of each provider, the largest bill first."""
    return _largest_first(_by("provider", found, lambda p: p.portion.provider))


def by_model(found: Iterable[OwnedPortion]) -> tuple[Split, ...]:
    """Return the money of each model, the largest bill first."""
    return _largest_first(_by("model", found, lambda p: p.portion.model))


def _by(by: SplitBy, found: Iterable[OwnedPortion], key: Callable[[OwnedPortion], str | None]) -> list[Split]:
    groups: dict[str | None, list[OwnedPortion]] = {}
    for part in found:
        groups.setdefault(key(part), []).append(part)
    return [_split(by, name, group) for name, group in groups.items()]


def _split(by: SplitBy, name: str | None, group: list[OwnedPortion]) -> Split:
    savings = [part.saving_usd for part in group]
    return Split(
        by=by,
        name=name,
        workloads=len({part.workload.name for part in group}),
        calls=sum(part.portion.calls for part in group),
        unpriced_calls=sum(part.portion.unpriced_calls for part in group),
        spend_usd=_sum(part.portion.spend_usd for part in group),
        slow_usd=_sum(part.portion.spend_usd for part in group if part.portion.tier in SLOW_TIERS),
        unwaited_usd=_sum(part.portion.spend_usd for part in group if part.workload.verdict.waiter == "nobody"),
        unknown_usd=_sum(part.portion.spend_usd for part in group if part.workload.verdict.route == "unknown"),
        movable_usd=_sum(part.movable_usd for part in group),
        saving_low_usd=_sum(low for low, _ in savings),
        saving_high_usd=_sum(high for _, high in savings),
        realised_usd=_sum(realised_usd(part.portion) for part in group),
    )


def unwaited_hours(workloads: Iterable[Workload]) -> tuple[int, ...]:
    """Return the rows of workloads that nobody waits for in each hour of the week; empty where no call has a time."""
    weeks = [w.hours for w in workloads if w.hours and w.verdict.waiter == "nobody"]
    return tuple(sum(counts) for counts in zip(*weeks, strict=True))


def owners_of(owners: Mapping[str, str], base_name: Callable[[str], str]) -> Callable[[Workload], str | None]:
    """Return who the register names for a workload."""
    return lambda workload: owners.get(base_name(workload.name))


def _largest_first(sums: Iterable[Split]) -> tuple[Split, ...]:
    return tuple(sorted(sums, key=lambda s: (-s.spend_usd, s.name is None, s.name or "")))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((a for a in amounts if a is not None), NOTHING)
