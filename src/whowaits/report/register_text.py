"""What the workload register takes, and what nobody has declared yet, in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from whowaits.deadlines.durations import say
from whowaits.deadlines.register_edit import Proposal
from whowaits.join import Claim, Register, base_name
from whowaits.model import CallSite, Workload
from whowaits.report import words
from whowaits.report.values import by_spend, open_question, strongest_first

MOST: Final = 20
SEEN: Final = 3


def render_register(register: Register) -> str:
    """Return what each entry takes, the entries that take nothing, and what is left over, by money."""
    return "\n".join([*_claims(register), *_unclaimed(register)]) + "\n"


def _claims(register: Register) -> Iterator[str]:
    if not register.claims:
        yield "The register has no entry; `whowaits init` adds one for each open question."
    for claim in register.claims:
        entry = claim.entry
        owner = "" if entry.owner is None else f", owner {words.clean(entry.owner)}"
        yield f"{words.clean(entry.name)} ({entry.place}{owner}): {_declared(claim)}"
        yield f"    {_taken(claim, has_logs=register.has_logs)}"
        if not entry.declares and (question := _question(claim)):
            yield f"    {question}"


def _declared(claim: Claim) -> str:
    entry = claim.entry
    said = [] if entry.waiter is None else [words.WAITER_WORDS[entry.waiter]]
    if entry.deadline_s is not None:
        said.append(f"needed within {say(entry.deadline_s)}")
    return ", ".join(said) or "not answered yet"


def _question(claim: Claim) -> str | None:
    """What an entry without an answer asks: about its largest workload, else about its first call site."""
    asked = [w.verdict.question for w in sorted(claim.workloads, key=by_spend)]
    asked += [site.deciding.verdict.question for site in claim.sites]
    return next((question for question in asked if question), None)


def _taken(claim: Claim, *, has_logs: bool) -> str:
    calls = sum(w.calls for w in claim.workloads)
    told = [f"{words.count(calls, 'call')}, {words.usd(_spend(claim.workloads))}"] if claim.workloads else []
    told += [words.clean(str(site.place)) for site in claim.sites[:SEEN]]
    if len(claim.sites) > SEEN:
        told.append(f"and {words.count(len(claim.sites) - SEEN, 'more call site')}")
    if told:
        return ", ".join(told)
    if claim.entry.match and not has_logs:
        return "speaks of logged calls; --logs shows which"
    return "claims nothing: no call and no call site fits"


def _unclaimed(register: Register) -> Iterator[str]:
    workloads = sorted(register.workloads, key=by_spend)
    if workloads:
        yield ""
        yield f"Not in the register: {words.count(len(workloads), 'workload')}, {words.usd(_spend(workloads))}"
        yield from (f"    {words.clean(w.name)}: {_route(w)}, {words.usd(w.spend_usd)}" for w in workloads[:MOST])
        yield from _more(len(workloads))
    sites = [s for s in register.sites if s.deciding.verdict.bulk]
    if sites:
        yield ""
        yield f"Bulk calls in code that no entry names: {len(sites):,}"
        yield from (f"    {words.clean(str(s.place))} {words.clean(s.function)}" for s in sites[:MOST])
        yield from _more(len(sites))


def _more(number: int) -> Iterator[str]:
    if number > MOST:
        yield f"    and {number - MOST:,} more"


def _route(workload: Workload) -> str:
    verdict = workload.verdict
    return verdict.route if verdict.urgency is None else f"{verdict.route} ({verdict.urgency})"


def _spend(workloads: tuple[Workload, ...] | list[Workload]) -> Decimal | None:
    priced = [w.spend_usd for w in workloads if w.spend_usd is not None]
    return sum(priced, Decimal(0)) if priced else None


def proposals(register: Register) -> list[Proposal]:
    """Return an entry that asks for each thing with an open question: workloads by money, then code by place.

    Nothing is proposed for calls that no key of `match` can select. Streams of one program are asked about once.
    """
    found: dict[str, Proposal] = {}
    for workload in sorted(register.workloads, key=by_spend):
        if open_question(workload) is not None and workload.selectors:
            found.setdefault(base_name(workload.name), _of_workload(workload))
    for site in register.sites:
        if site.deciding.verdict.question is not None and site.deciding.verdict.bulk:
            found.setdefault(f"{site.place.path}:{site.function}", _of_site(site))
    return list(found.values())


def _of_workload(workload: Workload) -> Proposal:
    seen = [e.says for e in strongest_first(workload.evidence)[:SEEN]]
    spent = f"{words.usd(workload.spend_usd)}, {words.count(workload.calls, 'call')}"
    question = workload.verdict.question or ""
    return Proposal(base_name(workload.name), question, workload.selectors, seen=(spent, *seen))


def _of_site(site: CallSite) -> Proposal:
    usage = site.deciding
    seen = tuple(e.says for e in strongest_first(usage.evidence)[:SEEN])
    code = f"{site.place.path}:{site.function}"
    return Proposal(code, usage.verdict.question or "", code=(code,), seen=seen)
