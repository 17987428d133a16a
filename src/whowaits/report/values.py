"""The report as plain values: what every format shows, before anything is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from whowaits.join import Conflict, Link, MonthlyMoney
from whowaits.judge import is_move
from whowaits.model import (
    Aggregate,
    CallSite,
    Coverage,
    Evidence,
    Missing,
    Place,
    Portion,
    PriceDoubt,
    Route,
    Saving,
    Urgency,
    Usage,
    Waiter,
    Workload,
)
from whowaits.money.savings import SLOW_TIERS
from whowaits.report.changes import Comparison
from whowaits.rules.decisions import DecisionRule

SavingBasis = Literal["rates", "factor", "mixed", "none"]
SplitBy = Literal["month", "owner", "provider", "model"]
WaiverState = Literal["active", "expired", "unused", "without-reason"]


def movable_usd(workload: Workload) -> Decimal | None:
    """Return the spend that a move is about; None where the verdict asks for none or the money is not known."""
    if workload.verdict.route not in ("batch", "flex") or workload.spend_usd is None:
        return None
    left = workload.spend_usd - workload.slow_usd
    return left if left > 0 else None


def realised_usd(portion: Portion) -> Decimal:
    """Return what calls saved because they did run on a slower tier."""
    if portion.tier not in SLOW_TIERS or portion.sync_usd is None or portion.spend_usd is None:
        return Decimal(0)
    return portion.sync_usd - portion.spend_usd


def open_question(workload: Workload) -> str | None:
    """Return the question about a workload; none about one whose calls all are where they belong."""
    verdict = workload.verdict
    moved = workload.spend_usd is not None and workload.slow_usd == workload.spend_usd > 0
    return None if moved and verdict.route != "unknown" else verdict.question


def is_dearer(workload: Workload) -> bool:
    """Whether the slower tier would cost more than the calls cost now, whatever the cache does."""
    return workload.saving is not None and workload.saving.low_usd < 0 and workload.saving.high_usd <= 0


def cache_risk_usd(workload: Workload) -> Decimal | None:
    """Return what the slower tier costs more if prompt-cache hits are lost there, where it saves with them."""
    saving = workload.saving
    return -saving.low_usd if saving is not None and saving.low_usd < 0 < saving.high_usd else None


def strongest_first(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return evidence in the order in which it is shown: claims before hints, the strongest basis first."""
    return sorted(evidence, key=lambda e: (e.hint, -e.basis, e.rule, e.says))


def by_spend(workload: Workload) -> tuple[bool, Decimal, str]:
    """Return the key that sorts workloads by money, the largest bill first, those without a price last."""
    return workload.spend_usd is None, -(workload.spend_usd or Decimal(0)), workload.name


@dataclass(frozen=True, slots=True)
class Headline:
    """The bill of the covered period and what moving the batchable part would leave of it."""

    bill_usd: Decimal
    slow_usd: Decimal
    """Part of the bill on a batch or flex tier already."""
    batchable_usd: Decimal
    """Part of the bill that belongs on a slower tier and is not there yet."""
    saving_low_usd: Decimal
    saving_high_usd: Decimal
    basis: SavingBasis
    by_rates_usd: Decimal
    """Batchable spend whose saving rests on published or own rates of both tiers."""
    by_factor_usd: Decimal
    """Batchable spend whose saving is a flat factor of it, because its rates are not known."""
    dearer: tuple[str, ...]
    """Workloads for which the slower tier would cost more than they cost now; no saving of theirs is summed."""
    unpriced_calls: int
    unpriced_workloads: tuple[str, ...]
    invoice_usd: Decimal | None = None
    """What the providers billed, where the user says so."""

    @property
    def unlogged_usd(self) -> Decimal | None:
        """What the invoice says beyond the logs; negative where they add up to more."""
        return None if self.invoice_usd is None else self.invoice_usd - self.bill_usd

    @property
    def no_saving_usd(self) -> Decimal:
        """Batchable spend for which no saving is claimed: its offer is not known, or would cost more."""
        return self.batchable_usd - self.by_rates_usd - self.by_factor_usd

    @property
    def flat_half(self) -> bool:
        """Whether the whole saving is half of the spend it rests on: no rate decided it."""
        half = self.by_factor_usd / 2
        return self.by_rates_usd == 0 and half > 0 and self.saving_low_usd == self.saving_high_usd == half

    @property
    def after_low_usd(self) -> Decimal:
        return self.bill_usd - self.saving_high_usd

    @property
    def after_high_usd(self) -> Decimal:
        return self.bill_usd - self.saving_low_usd

    def share(self, amount: Decimal) -> Decimal | None:
        """The part of the bill that `amount` is; None of a bill of nothing."""
        return amount / self.bill_usd if self.bill_usd else None


@dataclass(frozen=True, slots=True)
class Part:
    """The workloads that have a waiter, or a route and urgency, in common."""

    waiter: Waiter | None
    route: Route | None
    urgency: Urgency | None
    workloads: int
    calls: int
    spend_usd: Decimal | None
    """None where none of its workloads has a price."""
    slow_usd: Decimal
    share: Decimal | None
    saving_low_usd: Decimal | None
    saving_high_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Split:
    """The calls of one month, owner, provider or model. `name` None = the log, or the register, does not say which."""

    by: SplitBy
    name: str | None
    workloads: int
    calls: int
    unpriced_calls: int
    spend_usd: Decimal
    slow_usd: Decimal
    """Part of the spend on a batch or flex tier already."""
    unwaited_usd: Decimal
    """Part of the spend that nobody waited for."""
    unknown_usd: Decimal
    """Part of the spend that could not be judged."""
    movable_usd: Decimal
    saving_low_usd: Decimal
    saving_high_usd: Decimal
    realised_usd: Decimal
    """What the calls on a slower tier would have cost more synchronously."""

    @property
    def after_low_usd(self) -> Decimal:
        return self.spend_usd - self.saving_high_usd

    @property
    def after_high_usd(self) -> Decimal:
        return self.spend_usd - self.saving_low_usd


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A finding that somebody has accepted, or a waiver that is over or that nothing needs."""

    state: WaiverState
    rule: str
    message: str
    place: Place
    """The finding, or the waiver itself where it holds no longer."""
    call_site: Place | None
    reason: str | None
    owner: str | None
    until: date | None
    in_source: bool
    """Said in a comment, else in the configuration."""
    monthly_usd: Decimal | None
    """What the accepted calls cost in 30 days, from a joined log."""
    saving: Saving | None
    """What their move would save in 30 days."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice for one workload, with what makes it a weak one there."""

    rule: DecisionRule
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkloadLine:
    """A workload with what the report knows beside it."""

    workload: Workload
    owner: str | None
    share: Decimal | None
    links: tuple[Link, ...]
    decisions: tuple[Decision, ...] = ()
    """What can be done with it, the first choice first."""

    @property
    def movable_usd(self) -> Decimal | None:
        """What its move is about."""
        return movable_usd(self.workload)

    @property
    def realised_usd(self) -> Decimal:
        """What its calls on a slower tier have saved."""
        return sum((realised_usd(p) for p in self.workload.portions), Decimal(0))


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A call site with its monthly money (only from a joined log) and the workloads it is bound to."""

    site: CallSite
    money: MonthlyMoney | None
    links: tuple[Link, ...]

    @property
    def moving(self) -> tuple[tuple[Usage, ...], ...]:
        """The usages that ask for a move, those of one driver and verdict together; tests ask for nothing."""
        groups: dict[object, list[Usage]] = {}
        for usage in self.site.usages:
            if is_move(usage.verdict, self.site.tier) and not usage.in_test:
                key = (usage.driver or usage.fingerprint, usage.verdict.route, usage.verdict.urgency)
                groups.setdefault(key, []).append(usage)
        return tuple(tuple(group) for group in groups.values())

    @property
    def moves(self) -> bool:
        """Whether any usage asks for a move."""
        return bool(self.moving)

    def links_of(self, usages: Iterable[Usage]) -> tuple[Link, ...]:
        """The workloads that come from these usages, or may do so."""
        fingerprints = {u.fingerprint for u in usages}
        return tuple(k for k in self.links if k.usage is None or k.usage in fingerprints)

    @staticmethod
    def monthly(usages: Iterable[Usage]) -> tuple[Decimal, Decimal, Decimal] | None:
        """What these usages cost in 30 days and would save, low and high; None where no workload is theirs alone."""
        paid = [u for u in usages if u.monthly_usd is not None]
        if not paid:
            return None
        savings = [u.saving for u in paid if u.saving is not None]
        return (
            sum((u.monthly_usd or Decimal(0) for u in paid), Decimal(0)),
            sum((s.low_usd for s in savings), Decimal(0)),
            sum((s.high_usd for s in savings), Decimal(0)),
        )


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What would settle a verdict that is unknown or rests on an assumption, with the money that hangs on it."""

    subject: str
    place: Place | None
    question: str
    assumed: bool
    """The verdict stands on the assumed deadline; an answer would make it firm or overturn it."""
    spend_usd: Decimal | None
    seen: tuple[str, ...]
    in_code: Waiter | None = None
    """Who waits by what the code says, where a call site is bound to the workload: half of an answer."""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class OtherFinding:
    """A result that is no move to a slower tier."""

    rule: str
    message: str
    place: Place
    workload: str | None


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """What could not be read or judged, by reason."""

    half: Literal["code", "logs"]
    reason: str
    count: int
    first: Place


@dataclass(frozen=True, slots=True)
class CodeBasis:
    root: str
    files: int
    call_sites: int


@dataclass(frozen=True, slots=True)
class LogBasis:
    """What the money rests on."""

    sources: tuple[tuple[str, str, int], ...]
    rows_read: int
    duplicates: int
    calls: int
    rows: int
    """Log rows behind `calls`; fewer than the calls where a source is a sample that was scaled up."""
    started_at: datetime | None
    ended_at: datetime | None
    days: int | None
    price_source: str
    price_date: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a format may show. `headline` is None without logs: code alone has no volume, so no dollars."""

    name: str
    as_of: date
    version: str
    headline: Headline | None
    waiters: tuple[Part, ...]
    routes: tuple[Part, ...]
    workloads: tuple[WorkloadLine, ...]
    sites: tuple[SiteLine, ...]
    questions: tuple[OpenQuestion, ...]
    conflicts: tuple[Conflict, ...]
    others: tuple[OtherFinding, ...]
    skipped: tuple[SkippedGroup, ...]
    code: CodeBasis | None
    logs: LogBasis | None
    assumed_deadline_s: float | None
    notes: Mapping[str, tuple[str, ...]]
    """Note -> the workloads and places it is about."""
    aggregates: tuple[Aggregate, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    price_doubts: tuple[PriceDoubt, ...] = ()
    missing: tuple[Missing, ...] = ()
    months: tuple[Split, ...] = ()
    owners: tuple[Split, ...] = ()
    providers: tuple[Split, ...] = ()
    models: tuple[Split, ...] = ()
    unwaited_hours: tuple[int, ...] = ()
    """Logged calls that nobody waits for in each hour of the week, from Monday 00:00 UTC on; empty without times."""
    waivers: tuple[WaiverLine, ...] = ()
    compared: Comparison | None = None
    """What changed since former reports; None where none was given."""

    @property
    def moves(self) -> tuple[WorkloadLine, ...]:
        """The workloads that belong on a slower tier and are not there yet, the largest saving first."""
        lines = [w for w in self.workloads if w.movable_usd is not None]
        return tuple(sorted(lines, key=lambda w: (-_saving(w.workload), -(w.movable_usd or 0), w.workload.name)))

    @property
    def choices(self) -> tuple[DecisionRule, ...]:
        """Every choice that there is for some workload, once, the first choices first."""
        found = {d.rule.id: d.rule for line in self.workloads for d in line.decisions}
        return tuple(sorted(found.values(), key=lambda rule: (rule.rank, rule.id)))

    @property
    def moving_sites(self) -> tuple[tuple[SiteLine, tuple[Usage, ...]], ...]:
        """The call sites that can move with the usages of one driver, the most expensive first."""
        found = [(line, usages) for line in self.sites for usages in line.moving]
        return tuple(sorted(found, key=lambda f: -_monthly(*f)))


def _monthly(line: SiteLine, usages: Iterable[Usage]) -> Decimal:
    paid = line.monthly(usages)
    return Decimal(-1) if paid is None else paid[0]


def _saving(workload: Workload) -> Decimal:
    return Decimal(0) if workload.saving is None else workload.saving.low_usd
