"""Judged usages -> what is reported: one finding for each (rule, call site, driver), and their fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from whowaits import judge
from whowaits.code.names import Names
from whowaits.code.site import Site
from whowaits.deadlines.durations import say
from whowaits.model import Basis, CallSite, Finding, Place, Usage

WAITED_ON_BATCH: Final = "waited-on-batch"
DECLARED_BUT_WAITED: Final = "declared-but-waited"
PAYS_AGAIN: Final = "pays-again"
RETRY_WITHOUT_BREAK: Final = "retry-without-break"
"""The observation behind it."""


class Draft(NamedTuple):
    """A usage without its fingerprint, with what the fingerprint needs beside it."""

    usage: Usage
    function: str
    """The function that the driver stands in."""
    entry: str
    """The entry point without its line."""


def named(site: Site, drafts: Sequence[Draft], names: Names) -> tuple[Usage, ...]:
    """Return the usages in their order, each with its fingerprint.

    Of those that differ in their entry point only, the first has the fingerprint of the finding they share.
    """
    given: dict[tuple[str, Place | None], str] = {}
    for draft in sorted(drafts, key=_by_driver):
        usage = draft.usage
        given[usage.rule, usage.driver] = names.finding(usage.rule, site, usage.driver, draft.function)
    seen: set[str] = set()
    usages = []
    for usage, _, entry in drafts:
        name = given[usage.rule, usage.driver]
        if name in seen:
            name = names.usage(name, entry, usage.entry.place if usage.entry else None)
        seen.add(name)
        usages.append(replace(usage, fingerprint=name))
    return tuple(usages)


def _by_driver(draft: Draft) -> tuple[str, int, int]:
    driver = draft.usage.driver
    return ("", 0, 0) if driver is None else (driver.path, driver.cell or 0, driver.line or 0)


def of(site: Site, judged: CallSite, names: Names) -> Iterator[Finding]:
    """Yield what is to be reported about one call site."""
    yield from _moves(judged)
    for rule, message in _others(judged):
        yield Finding(rule, names.finding(rule, site), message, judged.place, judged.place)


def usages_of(finding: Finding, site: CallSite) -> list[Usage]:
    """Return the usages that a finding about a move stands for: they differ in their entry point only."""
    return [u for u in site.usages if u.rule == finding.rule and u.driver == finding.driver]


def _moves(site: CallSite) -> Iterator[Finding]:
    groups: dict[tuple[str, Place | None], list[Usage]] = {}
    for usage in _in_production(site):
        if judge.is_move(usage.verdict, site.tier):
            groups.setdefault((usage.rule, usage.driver), []).append(usage)
    for (rule, driver), usages in groups.items():
        telling = next((u for u in usages if u.verdict.urgency == "required"), usages[0])
        name, urgency = usages[0].fingerprint, telling.verdict.urgency
        message = _message(site, telling)
        yield Finding(rule, name, message, site.place, site.place, driver=driver, urgency=urgency)


def _in_production(site: CallSite) -> list[Usage]:
    """The usages that are not a test's: those are listed, but never a finding, whatever is declared about the call."""
    return [u for u in site.usages if not u.in_test]


def _others(site: CallSite) -> Iterator[tuple[str, str]]:
    usages = _in_production(site)
    if any(judge.is_waited_on_batch(u.verdict, site.tier) for u in usages):
        yield (
            WAITED_ON_BATCH,
            "This call runs on a batch tier, but somebody or the next call waits for its answer.",
        )
    waited = next((u for u in usages if "declared-but-waited" in u.verdict.notes), None)
    if waited is not None:
        seen = next((e.says for e in waited.evidence if e.waiter == "person"), "a person is above it")
        yield DECLARED_BUT_WAITED, f"It is declared that no person waits for this call, but somebody does: {seen}."
    again = next((e for u in usages for e in u.evidence if e.rule == RETRY_WITHOUT_BREAK), None)
    if again is not None:
        yield PAYS_AGAIN, f"The loop at {again.place} makes this call again although it has worked."


def _message(site: CallSite, usage: Usage) -> str:
    """One sentence for the developer: what was seen, until when the answer can wait, and what to do."""
    verdict = usage.verdict
    seen = next((e for e in usage.evidence if e.rule == usage.rule), None)
    what = seen.says if seen else "these calls are made in bulk"
    where = f" ({usage.driver})" if usage.driver is not None and usage.driver != site.place else ""
    wait = f"for {say(verdict.deadline_s)}" if verdict.deadline_s is not None else "an hour or more"
    assumed = " (assumed)" if verdict.deadline_basis is Basis.ASSUMED else ""
    advice = "has to go" if verdict.urgency == "required" else "could go"
    tier = "the batch API" if verdict.route == "batch" else "the flex tier"
    return f"The answer can wait {wait}{assumed}: {what}{where}, so the call {advice} to {tier}.{_elsewhere(site)}"


def _elsewhere(site: CallSite) -> str:
    """Where the same call has to stay as it is, so that nobody moves the line for everybody."""
    waited = next((u for u in _in_production(site) if u.verdict.waiter == "person"), None)
    if waited is None:
        return ""
    place = waited.entry.place if waited.entry is not None else None
    return f" Elsewhere a person waits for it{f' ({place})' if place is not None else ''}: that use stays."
