"""The sentences of the report: what a figure means, what it rests on, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from whowaits.join import By
from whowaits.model import Evidence, Workload
from whowaits.report import words
from whowaits.report.values import (
    Headline,
    LogBasis,
    Report,
    SavingBasis,
    WorkloadLine,
    cache_risk_usd,
    is_dearer,
    strongest_first,
)

JOINED_BY: Final[dict[By, str]] = {
    "register": "bound by the register",
    "code-place": "bound by the place in the log",
    "name": "bound by equal names only",
}
ANSWERS: Final = "An entry in whowaits.toml (who waits, and by when it is needed) answers a question for good."
TO_MIND: Final = frozenset({"model-ends", "runs-below-minimum"})
"""What was observed about a workload and speaks of the move itself."""
BASIS_IN_SHORT: Final[dict[SavingBasis, str]] = {
    "rates": "by the rates of both tiers",
    "factor": "by a flat factor, rates unknown",
    "mixed": "partly by a flat factor",
    "none": "no saving claimed",
}


def headline(report: Report) -> str:
    """Return the one sentence to remember."""
    head = report.headline
    if head is None:
        return _headline_of_code(report)
    if not report.workloads:
        return "No call was found in the logs."
    if head.bill_usd == 0:
        return "None of the calls in the logs has a price, so there is no bill to speak of."
    if head.batchable_usd == 0:
        return f"No call in this bill of {words.big_usd(head.bill_usd)} is known to be able to wait."
    able = f"{words.big_usd(head.batchable_usd)} of the {words.big_usd(head.bill_usd)} bill"
    first = f"{able} ({words.percent(head.share(head.batchable_usd))}) can wait."
    if head.basis == "none":
        return f"{first} No saving is claimed on it."
    saving = words.span(words.big_usd(head.saving_low_usd), words.big_usd(head.saving_high_usd))
    return f"{first} On a slower tier it would have cost {saving} less: {saving_share(head)} of the bill."


def _headline_of_code(report: Report) -> str:
    moves = sum(s.moves for s in report.sites)
    if report.code is None or not report.sites:
        return "No call to a model provider was found."
    if not moves:
        return f"None of {words.count(len(report.sites), 'call site')} is known to be able to wait."
    return (
        f"{moves:,} of {words.count(len(report.sites), 'call site')} can wait. "
        "What that saves depends on volume: give the logs with --logs."
    )


def below_headline(report: Report) -> tuple[str, ...]:
    """Return what a reader must know before quoting the headline."""
    head = report.headline
    if head is None:
        return ()
    said = [] if (told := invoice(head)) is None else [told]
    unknown = next((p.spend_usd for p in report.routes if p.route == "unknown"), None)
    if unknown:
        said.append(
            f"{words.usd(unknown)} ({words.percent(head.share(unknown))}) could not be judged; "
            "the questions that would settle it are listed below."
        )
    if head.flat_half:
        said.append("The saving is 50 % of the batchable share, because the rates of these calls are not known.")
    if head.unpriced_calls:
        said.append(
            f"{words.count(head.unpriced_calls, 'call')} could not be priced and "
            f"{'is' if head.unpriced_calls == 1 else 'are'} not in the bill."
        )
    return tuple(said)


def period(report: Report) -> str:
    """Return the covered period, or what was read instead."""
    logs = report.logs
    if logs is None or logs.started_at is None or logs.ended_at is None:
        return f"As of {report.as_of.isoformat()}"
    start, end = words.utc(logs.started_at), words.utc(logs.ended_at)
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d} ({words.count(logs.days or 1, 'day')})"


def saving_share(head: Headline) -> str:
    """Return the saving as a share of the bill, "30 %" or "27.8 to 28.0 %"."""
    return words.percent_span(head.share(head.saving_low_usd), head.share(head.saving_high_usd))


def invoice(head: Headline) -> str | None:
    """Return how far the logs explain the invoice; None without one."""
    if head.invoice_usd is None or head.unlogged_usd is None:
        return None
    total, gap = words.usd(head.invoice_usd), head.unlogged_usd
    if gap == 0:
        return f"The invoice says {total}: the logs explain all of it."
    if gap > 0:
        share = words.percent(gap / head.invoice_usd) if head.invoice_usd else words.NOT_KNOWN
        return (
            f"The invoice says {total}: {words.usd(gap)} of it ({share}) is in no log that was read, "
            "so nothing is said about it."
        )
    return (
        f"The invoice says {total}, {words.usd(-gap)} less than the logs add up to: "
        "other rates, a credit, or logs of more than the invoice is about."
    )


def saving_basis(head: Headline) -> tuple[str, ...]:
    """Return what the saving rests on, part by part."""
    said = []
    if head.by_rates_usd:
        said.append(f"The saving on {words.usd(head.by_rates_usd)} follows from the rates of both tiers.")
    if head.by_factor_usd:
        said.append(f"On {words.usd(head.by_factor_usd)} it is the offer's flat factor: the rates are not known.")
    if head.flat_half:
        said.append("It comes to 50 % of the batchable share.")
    if head.no_saving_usd:
        said.append(f"For {words.usd(head.no_saving_usd)} of batchable spend no saving is claimed.")
    if head.dearer:
        said.append(f"On the slower tier these would cost more: {words.clean(', '.join(head.dearer), 400)}.")
    if head.saving_low_usd != head.saving_high_usd:
        said.append("Low: prompt-cache hits are lost in batch. High: they are kept.")
    return tuple(said)


def realised(report: Report) -> tuple[str, ...]:
    """Return what the calls on a slower tier have saved; nothing where there are none."""
    slow = [w for w in report.workloads if w.workload.slow_usd]
    if not slow:
        return ()
    saved = sum((w.realised_usd for w in slow), Decimal(0))
    spent = sum((w.workload.slow_usd for w in slow), Decimal(0))
    return (
        f"{words.usd(spent)} was spent on a slower tier. Synchronously these calls would have cost "
        f"{words.usd(saved)} more: that is saved already, and in no saving above.",
    )


def saving_note(line: WorkloadLine) -> tuple[str, ...]:
    """Return what the saving of one workload rests on."""
    saving = line.workload.saving
    if line.movable_usd is None:
        return ()
    if saving is None:
        return ("offer or rates not known",)
    said = ["flat factor, rates unknown"] if saving.basis == "factor" else []
    if cache_risk_usd(line.workload) is not None:
        said.append("costs more if its cache hits are lost")
    return tuple(said)


def what_to_do(line: WorkloadLine) -> Iterable[str]:
    """Yield the step that one workload asks for, then what to mind."""
    workload = line.workload
    verdict = workload.verdict
    must = "must" if verdict.urgency == "required" else "can"
    yield (
        f"{words.usd(line.movable_usd)} of synchronous calls {must} go to the {verdict.route} tier: "
        f"{words.WAITER_WORDS[verdict.waiter]}, {_needed(workload)}."
    )
    if is_dearer(workload):
        yield "The slower tier would cost more than these calls do now: leave them, or look at their prompt cache."
    elif (risk := cache_risk_usd(workload)) is not None:
        yield (
            f"Where its prompt-cache hits are lost, the slower tier costs {words.usd(risk)} more than these calls "
            "do now: try it on a part and compare the cached tokens."
        )
    for note in verdict.notes:
        yield words.note(note)
    for evidence in workload.evidence:
        if evidence.rule in TO_MIND and evidence.says != evidence.rule:  # else it is withheld
            yield f"{words.clean(evidence.says, 400)}."
    if verdict.question is not None:
        yield f"First ask: {words.clean(verdict.question, 400)}"
    if line.owner is not None:
        yield f"Owner: {words.clean(line.owner)}"


def _needed(workload: Workload) -> str:
    verdict = workload.verdict
    if verdict.deadline_s is None:
        return "no deadline known"
    within = words.duration(verdict.deadline_s)
    return f"the answer is needed within {within} ({words.basis(verdict.deadline_basis)})"


def reasons(workload: Workload, most: int) -> Iterable[str]:
    """Yield what was seen about one workload, the strongest first, then its notes."""
    seen = strongest_first(workload.evidence)
    for evidence in seen[:most]:
        yield observation(evidence)
    if len(seen) > most:
        yield f"and {words.count(len(seen) - most, 'more observation')}"
    for note in workload.verdict.notes:
        yield words.note(note)


def observation(evidence: Evidence) -> str:
    """Return one observation with its weight and place."""
    weight = "hint" if evidence.hint else str(evidence.basis)
    where = "" if evidence.place is None else f", {words.clean(str(evidence.place))}"
    return f"{words.clean(evidence.says, 400)} ({weight}{where})"


def sites(report: Report) -> str:
    """Return what became of all call sites."""
    total = len(report.sites)
    if not total:
        return "No call to a model provider was found in the code."
    slow = sum(s.site.tier in ("batch", "flex") for s in report.sites)
    left = [s.site.deciding.verdict.route for s in report.sites if not s.moves and s.site.tier not in ("batch", "flex")]
    parts = (
        (sum(s.moves for s in report.sites), "can move"),
        (left.count("unknown"), "unknown"),
        (left.count("sync"), "stay synchronous" if left.count("sync") != 1 else "stays synchronous"),
        (slow, "on a slower tier already"),
    )
    said = ", ".join(f"{n:,} {what}" for n, what in parts if n)
    return f"{words.count(total, 'call site')}: {said}.{_suppressed(report)}"


def _suppressed(report: Report) -> str:
    """How many findings somebody has accepted: they are in the tables all the same, because the money is."""
    drivers = (len({u.driver for u in s.site.usages if u.state == "suppressed"}) for s in report.sites)
    count = sum(drivers)
    return f" {words.count(count, 'finding')} suppressed with a reason." if count else ""


def volume(report: Report) -> tuple[str, ...]:
    """Return where the monthly dollars of call sites come from."""
    if report.logs is None:
        return ("Dollars depend on volume, which only logs know.",)
    return (
        "Dollars come from the workloads bound to a call site, scaled to 30 days; "
        "money of a workload that several sites share is not split.",
        "The verdicts here are those of the code alone; what is said of a workload above outranks them.",
    )


def basis(report: Report) -> Iterable[tuple[str, list[str]]]:
    """Yield what every figure rests on, as pairs of what and lines."""
    if report.logs is not None:
        yield from _basis_of_logs(report.logs)
    if report.code is not None:
        code = report.code
        yield "Code", [f"{words.count(code.files, 'file')} read, {words.count(code.call_sites, 'call site')} found"]
    yield "Deadline that nobody gave", [_assumed(report.assumed_deadline_s)]


def _basis_of_logs(logs: LogBasis) -> Iterable[tuple[str, list[str]]]:
    yield "Period", [f"{words.minute(logs.started_at)} to {words.minute(logs.ended_at)}"]
    duplicates = f", {words.count(logs.duplicates, 'duplicate')} left out" if logs.duplicates else ""
    yield "Rows", [f"{words.count(logs.rows_read, 'row')} read{duplicates}", *_sampled(logs)]
    yield "Sources", [_source(*source) for source in logs.sources] or ["none"]
    yield "Prices", [f"{words.clean(logs.price_source, 400)}, {words.clean(logs.price_date)}", _HOW_PRICED]


_HOW_PRICED: Final = (
    "What was paid is priced at the date of the call (or as the log reports it), what would be paid at the report's "
    "date. Failed calls, gateway cache hits and calls on a slower tier already save nothing."
)


def _source(file: str, reader: str, rows: int) -> str:
    return f"{words.clean(file)} ({words.clean(reader)}, {words.count(rows, 'row')})"


def _sampled(logs: LogBasis) -> list[str]:
    """Said whenever the calls are more than the rows: some source holds a sample of the calls only."""
    if logs.calls <= logs.rows:
        return []
    return [f"{logs.rows:,} rows stand for {logs.calls:,} calls: sampled sources are scaled up by their sampling rate"]


def _assumed(deadline_s: float | None) -> str:
    if deadline_s is None:
        return "none is assumed: such work stays unknown"
    return f"{words.duration(deadline_s)} is assumed for bulk work that nobody waits for (`assumed-deadline`)"
