"""A report and former ones -> what was found, moved, came back and was waived, and what of the promises came true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from whowaits.join import base_name
from whowaits.model import NANO_USD, WrongUse
from whowaits.report.changes import Change, ChangeState, Comparison, Promise, Quarter, WaivedSince
from whowaits.report.former import Former, FormerWorkload
from whowaits.report.values import Report, WorkloadLine, is_dearer

NOTHING: Final = Decimal(0)
T = TypeVar("T")
ORDER: Final[tuple[ChangeState, ...]] = (
    "regressed", "moved", "partly-moved", "open", "found", "judged-otherwise", "gone",
)  # fmt: skip


def with_former(report: Report, formers: Sequence[Former]) -> Report:
    """Return the report with what changed since former ones. WrongUse where one of them is not older than it."""
    if report.headline is None or report.logs is None:
        raise WrongUse("--compare: without logs there is nothing to compare; give them")
    ordered = sorted(formers, key=lambda former: (str(former.logs.ended_at), former.as_of, former.name))
    for former in ordered:
        _check_older(former, report)
    quarters = (*(_quarter(former) for former in ordered), _this(report))
    return replace(report, compared=Comparison(quarters, _changes(report, ordered), _waived(report, ordered)))


def _check_older(former: Former, report: Report) -> None:
    then, now = former.logs.ended_at, report.logs.ended_at if report.logs else None
    if then is not None and now is not None and then >= now:
        raise WrongUse(f"--compare: {former.name} has calls until {then:%Y-%m-%d}; this report ends {now:%Y-%m-%d}")


def _quarter(former: Former) -> Quarter:
    head, logs = former.headline, former.logs
    assert head is not None
    realised = [w.realised_usd for w in former.workloads]
    return Quarter(
        name=former.name,
        as_of=former.as_of,
        started_at=logs.started_at,
        ended_at=logs.ended_at,
        days=logs.days,
        bill_usd=head.bill_usd,
        slow_usd=head.already_slow_usd,
        batchable_usd=head.batchable_usd,
        saving_low_usd=head.saving_usd_low,
        saving_high_usd=head.saving_usd_high,
        realised_usd=None if None in realised else _sum(realised),
    )


def _this(report: Report) -> Quarter:
    head, logs = report.headline, report.logs
    assert head is not None
    assert logs is not None
    return Quarter(
        name=report.name,
        as_of=report.as_of,
        started_at=logs.started_at,
        ended_at=logs.ended_at,
        days=logs.days,
        bill_usd=head.bill_usd,
        slow_usd=head.slow_usd,
        batchable_usd=head.batchable_usd,
        saving_low_usd=head.saving_low_usd,
        saving_high_usd=head.saving_high_usd,
        realised_usd=_sum(line.realised_usd for line in report.workloads),
    )


class _Standing(NamedTuple):
    """A program in one report: all its workloads together, since calls on another tier are a workload of their own."""

    owner: str | None
    slow_usd: Decimal
    realised_usd: Decimal
    movable_usd: Decimal
    """Of the moves that are proposed and would save something."""
    promise: Promise | None

    @property
    def proposed(self) -> bool:
        return self.movable_usd > 0

    @property
    def moved(self) -> Decimal:
        """The part of what can wait that does."""
        whole = self.slow_usd + self.movable_usd
        return self.slow_usd / whole if whole else NOTHING


def _changes(report: Report, formers: Sequence[Former]) -> tuple[Change, ...]:
    """Each program beside the last report that knew it; the most pressing and the dearest first."""
    before: dict[str, _Standing] = {}
    for former in formers:
        before |= _then(former)
    now = _now(report.workloads)
    days = report.logs.days if report.logs else None
    found = [
        _change(state, name, now.get(name), before.get(name), days)
        for name in {**before, **now}
        if (state := _state(now.get(name), before.get(name))) is not None
    ]
    return tuple(sorted(found, key=lambda c: (ORDER.index(c.state), -_weight(c), c.workload)))


def _then(former: Former) -> dict[str, _Standing]:
    return {name: _standing_then(works, former) for name, works in _by_program(former.workloads, lambda w: w.name)}


def _standing_then(works: Sequence[FormerWorkload], former: Former) -> _Standing:
    proposed = [w for w in works if w.proposed]
    sure = [w for w in proposed if w.saving_usd_low is not None]
    low, high = _sum(w.saving_usd_low for w in sure), _sum(w.saving_usd_high for w in sure)
    return _Standing(
        owner=_first(w.owner for w in works),
        slow_usd=_sum(w.already_slow_usd for w in works),
        realised_usd=_sum(w.realised_usd for w in works),
        movable_usd=_sum(w.movable_usd for w in proposed),
        promise=Promise(former.name, former.logs.days, low, high) if sure else None,
    )


def _now(lines: Iterable[WorkloadLine]) -> dict[str, _Standing]:
    return {name: _standing_now(group) for name, group in _by_program(lines, lambda line: line.workload.name)}


def _standing_now(lines: Sequence[WorkloadLine]) -> _Standing:
    return _Standing(
        owner=_first(line.owner for line in lines),
        slow_usd=_sum(line.workload.slow_usd for line in lines),
        realised_usd=_sum(line.realised_usd for line in lines),
        movable_usd=_sum(line.movable_usd for line in lines if not is_dearer(line.workload)),
        promise=None,
    )


def _by_program(items: Iterable[T], name: Callable[[T], str]) -> Iterable[tuple[str, list[T]]]:
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(base_name(name(item)), []).append(item)
    return groups.items()


def _state(now: _Standing | None, then: _Standing | None) -> ChangeState | None:
    if now is None:
        return "gone" if then is not None and then.proposed else None
    if then is None:
        return "found" if now.proposed else None
    if now.proposed and now.moved < then.moved:
        return "regressed"
    if not then.proposed:
        return "found" if now.proposed else None
    if now.moved > then.moved:
        return "partly-moved" if now.proposed else "moved"
    return "open" if now.proposed else "judged-otherwise"


def _change(state: ChangeState, name: str, now: _Standing | None, then: _Standing | None, days: int | None) -> Change:
    promise = None if then is None else then.promise
    scaled = promise if now is not None else None
    realised = None
    if state in ("moved", "partly-moved") and now is not None and then is not None:
        realised = now.realised_usd - _over(then.realised_usd, promise.days if promise else None, days)
    return Change(
        state=state,
        workload=name,
        owner=_first(standing.owner for standing in (now, then) if standing is not None),
        promise=promise,
        promised_low_usd=None if scaled is None else _over(scaled.low_usd, scaled.days, days),
        promised_high_usd=None if scaled is None else _over(scaled.high_usd, scaled.days, days),
        realised_usd=realised,
        movable_usd=now.movable_usd if now is not None and now.proposed else None,
    )


def _weight(change: Change) -> Decimal:
    return change.movable_usd or change.promised_low_usd or NOTHING


def _over(amount: Decimal, days_then: int | None, days_now: int | None) -> Decimal:
    """An amount of one period as it is in another, to the nano-dollar; as it was where one has no days."""
    return (amount * days_now / days_then).quantize(NANO_USD) if days_then and days_now else amount


def _first(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name is not None), None)


def _waived(report: Report, formers: Sequence[Former]) -> tuple[WaivedSince, ...]:
    last = formers[-1].waivers if formers else ()
    before = {(w.rule, w.path, w.reason) for w in last if w.state == "active"}
    active = (w for w in report.waivers if w.state == "active")
    return tuple(
        WaivedSince(w.rule, w.message, w.place, w.reason, w.owner, w.until, w.monthly_usd)
        for w in active
        if (w.rule, w.place.path, w.reason) not in before
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((a for a in amounts if a is not None), NOTHING)
