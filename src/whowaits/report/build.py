"""build(joined) -> Report: sums, shares and order, as plain values. Formatting is none of its business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from whowaits.config import WorkloadEntry
from whowaits.join import Joined, base_name, covered_days
from whowaits.judge import is_move
from whowaits.model import Classified, Evidence, Place, Scan, Skipped, Usage, Waiter, Workload
from whowaits.report import splits
from whowaits.report.decisions import decide
from whowaits.report.values import (
    CodeBasis,
    Headline,
    LogBasis,
    OpenQuestion,
    OtherFinding,
    Part,
    Report,
    SavingBasis,
    SiteLine,
    SkippedGroup,
    WorkloadLine,
    by_spend,
    is_dearer,
    movable_usd,
    open_question,
    strongest_first,
)
from whowaits.report.waivers import waivers

ROUTE_ORDER: Final = {"batch": 0, "flex": 1, "unknown": 2, "sync": 3}
URGENCY_ORDER: Final = {"required": 0, "try": 1, None: 2}
WAITER_ORDER: Final = {"person": 0, "program": 1, "nobody": 2, "unknown": 3}
NOTHING: Final = Decimal(0)
REVIEWED_FOR_DAYS: Final = 366
"""A register entry drifts from what is done: after so long it is asked about."""
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def build(joined: Joined, *, name: str, as_of: date, version: str, invoice: Decimal | None = None) -> Report:
    """Return the report on both halves, or on the one there is. `invoice` is what the providers billed, in USD."""
    workloads = () if joined.logs is None else joined.logs.workloads
    headline = None if joined.logs is None else _headline(workloads, invoice)
    lines = _workload_lines(workloads, joined, headline)
    sites = _site_lines(joined)
    owned = splits.owned(workloads, splits.owners_of(joined.owners or {}, base_name))
    return Report(
        name=name,
        as_of=as_of,
        version=version,
        headline=headline,
        waiters=_by_waiter(workloads, headline),
        routes=_by_route(workloads, headline),
        workloads=lines,
        sites=sites,
        questions=(*_questions(lines, sites), *_reviews(joined.register, as_of)),
        conflicts=joined.conflicts,
        others=_others(joined, workloads),
        skipped=_skipped(joined),
        code=None if joined.scan is None else _code_basis(joined.scan),
        logs=None if joined.logs is None else _log_basis(joined.logs),
        assumed_deadline_s=joined.policy.assumed_deadline_s,
        notes=_notes(workloads, sites),
        aggregates=() if joined.logs is None else joined.logs.aggregates,
        coverage=() if joined.logs is None else joined.logs.coverage,
        price_doubts=() if joined.logs is None else joined.logs.price_doubts,
        missing=() if joined.logs is None else joined.logs.missing,
        months=splits.by_month(owned),
        owners=splits.by_owner(owned),
        providers=splits.by_provider(owned),
        models=splits.by_model(owned),
        unwaited_hours=splits.unwaited_hours(workloads),
        waivers=waivers(joined.scan),
    )


def _headline(workloads: Sequence[Workload], invoice: Decimal | None) -> Headline:
    moving = [(w, m) for w in workloads if (m := movable_usd(w)) is not None]
    gaining = [(w, w.saving, m) for w, m in moving if w.saving is not None and not is_dearer(w)]
    unpriced = [w for w in workloads if w.unpriced_calls or w.spend_usd is None]
    return Headline(
        bill_usd=_spend(workloads),
        slow_usd=_total(w.slow_usd for w in workloads),
        batchable_usd=_total(m for _, m in moving),
        saving_low_usd=_total(s.low_usd for _, s, _ in gaining),
        saving_high_usd=_total(s.high_usd for _, s, _ in gaining),
        basis=_saving_basis({saving.basis for _, saving, _ in gaining}),
        by_rates_usd=_total(m for _, s, m in gaining if s.basis == "rates"),
        by_factor_usd=_total(m for _, s, m in gaining if s.basis == "factor"),
        dearer=tuple(sorted(w.name for w, _ in moving if is_dearer(w))),
        unpriced_calls=sum(w.unpriced_calls for w in workloads),
        unpriced_workloads=tuple(sorted(w.name for w in unpriced)),
        invoice_usd=invoice,
    )


def _saving_basis(kinds: set[str]) -> SavingBasis:
    if kinds == {"rates"}:
        return "rates"
    if kinds == {"factor"}:
        return "factor"
    return "mixed" if kinds else "none"


def _by_waiter(workloads: Iterable[Workload], headline: Headline | None) -> tuple[Part, ...]:
    groups = _grouped(workloads, lambda w: w.verdict.waiter)
    return tuple(
        _part(group, headline, waiter_of=group[0]) for _, group in sorted(groups, key=lambda g: WAITER_ORDER[g[0]])
    )


def _by_route(workloads: Iterable[Workload], headline: Headline | None) -> tuple[Part, ...]:
    groups = _grouped(workloads, lambda w: (w.verdict.route, w.verdict.urgency))
    in_order = sorted(groups, key=lambda g: (ROUTE_ORDER[g[0][0]], URGENCY_ORDER[g[0][1]]))
    return tuple(_part(group, headline, route_of=group[0]) for _, group in in_order)


def _part(
    group: Sequence[Workload],
    headline: Headline | None,
    waiter_of: Workload | None = None,
    route_of: Workload | None = None,
) -> Part:
    spend = _spend(group) if any(w.spend_usd is not None for w in group) else None
    gains = [w.saving for w in group if movable_usd(w) is not None and w.saving is not None and not is_dearer(w)]
    return Part(
        waiter=None if waiter_of is None else waiter_of.verdict.waiter,
        route=None if route_of is None else route_of.verdict.route,
        urgency=None if route_of is None else route_of.verdict.urgency,
        workloads=len(group),
        calls=sum(w.calls for w in group),
        spend_usd=spend,
        slow_usd=_total(w.slow_usd for w in group),
        share=None if headline is None or spend is None else headline.share(spend),
        saving_low_usd=_total(s.low_usd for s in gains) if gains else None,
        saving_high_usd=_total(s.high_usd for s in gains) if gains else None,
    )


def _workload_lines(
    workloads: Iterable[Workload], joined: Joined, headline: Headline | None
) -> tuple[WorkloadLine, ...]:
    links = dict(_grouped(joined.links, lambda link: link.workload))
    days = None if joined.logs is None else covered_days(joined.logs)
    lines = [
        WorkloadLine(
            workload=w,
            owner=(joined.owners or {}).get(base_name(w.name)),
            share=None if headline is None or w.spend_usd is None else headline.share(w.spend_usd),
            links=tuple(links.get(w.name, ())),
            decisions=decide(w, days),
        )
        for w in workloads
    ]
    return tuple(sorted(lines, key=lambda line: by_spend(line.workload)))


def _site_lines(joined: Joined) -> tuple[SiteLine, ...]:
    if joined.scan is None:
        return ()
    links = dict(_grouped(joined.links, lambda link: link.site))
    lines = [
        SiteLine(
            site=site,
            money=(joined.money or {}).get(site.place),
            links=tuple(links.get(site.place, ())),
        )
        for site in joined.scan.call_sites
    ]
    return tuple(sorted(lines, key=_by_urgency))


def _by_urgency(line: SiteLine) -> tuple[bool, int, int, Decimal, tuple[str, int, int, int]]:
    verdict, money = line.site.deciding.verdict, line.money
    spend = NOTHING if money is None else money.spend_usd
    return (
        not line.moves,
        ROUTE_ORDER[verdict.route],
        URGENCY_ORDER[verdict.urgency],
        -spend,
        _place_key(line.site.place),
    )


def _place_key(place: Place) -> tuple[str, int, int, int]:
    return place.path, place.cell or 0, place.line or 0, place.column or 0


def _questions(lines: Iterable[WorkloadLine], sites: Iterable[SiteLine]) -> tuple[OpenQuestion, ...]:
    """Workloads first, by the money at stake; then code that no workload stands for."""
    usages = {(line.site.place, usage.fingerprint): usage for line in sites for usage in line.site.usages}
    asked = [q for line in lines if (q := _question_on_workload(line, usages)) is not None]
    asked_in_code = [q for line in sites if not line.links and (q := _question_on_site(line)) is not None]
    asked.sort(key=lambda q: (q.assumed, q.spend_usd is None, -(q.spend_usd or NOTHING), q.subject))
    return (*asked, *sorted(asked_in_code, key=lambda q: (q.assumed, _place_key(q.place or Place("")))))


def _reviews(register: Iterable[WorkloadEntry], as_of: date) -> Iterable[OpenQuestion]:
    """What was declared long ago may no longer hold."""
    for entry in register:
        if entry.reviewed is not None and (as_of - entry.reviewed).days > REVIEWED_FOR_DAYS:
            asked = f"Last reviewed on {entry.reviewed.isoformat()}, over a year ago: does the entry still hold?"
            yield OpenQuestion(entry.name, entry.place, asked, assumed=True, spend_usd=None, seen=())


def _question_on_workload(line: WorkloadLine, usages: Mapping[tuple[Place, str], Usage]) -> OpenQuestion | None:
    workload = line.workload
    question = open_question(workload)
    if question is None:
        return None
    return OpenQuestion(
        subject=workload.name,
        place=line.links[0].site if line.links else None,
        question=question,
        assumed=workload.verdict.route != "unknown",
        spend_usd=workload.spend_usd,
        seen=_seen(workload.evidence),
        in_code=_in_code(line, usages),
    )


def _in_code(line: WorkloadLine, usages: Mapping[tuple[Place, str], Usage]) -> Waiter | None:
    """What the usages bound to a workload agree on; None where they do not, or say nothing."""
    waiters = {usages[k.site, k.usage].verdict.waiter for k in line.links if k.usage is not None} - {"unknown"}
    return waiters.pop() if len(waiters) == 1 else None


def _question_on_site(line: SiteLine) -> OpenQuestion | None:
    usage = line.site.deciding
    if usage.verdict.question is None or line.site.tier in ("batch", "flex"):
        return None
    return OpenQuestion(
        subject=line.site.function,
        place=line.site.place,
        question=usage.verdict.question,
        assumed=usage.verdict.route != "unknown",
        spend_usd=None,
        seen=_seen(usage.evidence),
        usage=usage,
    )


def _seen(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(e.says for e in strongest_first(evidence))


def _others(joined: Joined, workloads: Iterable[Workload]) -> tuple[OtherFinding, ...]:
    scan = joined.scan
    found = [OtherFinding(f.rule, f.message, f.place, w.name) for w in workloads for f in w.findings]
    found += [OtherFinding(f.rule, f.message, f.place, None) for f in (joined.logs.findings if joined.logs else ())]
    if scan is not None:
        moves = {u.fingerprint for s in scan.call_sites for u in s.usages if is_move(u.verdict, s.tier)}
        others = (f for f in scan.findings if f.fingerprint not in moves and f.state != "suppressed")
        found += [OtherFinding(f.rule, f.message, f.place, None) for f in others]
    return tuple(sorted(found, key=lambda f: (f.rule, f.workload or "", _place_key(f.place), f.message)))


def _skipped(joined: Joined) -> tuple[SkippedGroup, ...]:
    groups = []
    if joined.scan is not None:
        groups += [_skipped_group("code", g) for _, g in _grouped(joined.scan.skipped, lambda s: s.reason)]
    if joined.logs is not None:
        groups += [_skipped_group("logs", g) for _, g in _grouped(joined.logs.skipped, lambda s: s.reason)]
    return tuple(sorted(groups, key=lambda g: (g.half, -g.count, g.reason)))


def _skipped_group(half: str, group: Sequence[Skipped]) -> SkippedGroup:
    first = min((s.place for s in group), key=_place_key)
    return SkippedGroup("code" if half == "code" else "logs", group[0].reason, sum(s.count for s in group), first)


def _notes(workloads: Iterable[Workload], sites: Iterable[SiteLine]) -> dict[str, tuple[str, ...]]:
    """Note -> what it is about. A site that a workload stands for is not named beside it."""
    about: dict[str, list[str]] = defaultdict(list)
    for workload in workloads:
        for note in workload.verdict.notes:
            about[note].append(workload.name)
    for line in sites:
        for note in () if line.links else line.site.deciding.verdict.notes:
            about[note].append(str(line.site.place))
    return {note: tuple(about[note]) for note in sorted(about)}


def _code_basis(scan: Scan) -> CodeBasis:
    return CodeBasis(scan.root, scan.files, len(scan.call_sites))


def _log_basis(logs: Classified) -> LogBasis:
    return LogBasis(
        sources=logs.sources,
        rows_read=logs.rows_read,
        duplicates=logs.duplicates,
        calls=sum(w.calls for w in logs.workloads),
        rows=sum(w.rows for w in logs.workloads),
        started_at=logs.started_at,
        ended_at=logs.ended_at,
        days=covered_days(logs),
        price_source=logs.price_source,
        price_date=logs.price_date,
    )


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> list[tuple[K, list[T]]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.items())


def _spend(workloads: Iterable[Workload]) -> Decimal:
    return _total(w.spend_usd for w in workloads if w.spend_usd is not None)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
