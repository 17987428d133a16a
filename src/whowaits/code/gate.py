"""What is new: the findings of a run against those that were there before, and what lets a finding pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase

from whowaits.code.asked import Asked
from whowaits.code.names import Paths
from whowaits.frozen import dataclass
from whowaits.gate_settings import GateSettings
from whowaits.model import Finding, Place, Scan, State, Usage

_Key = tuple[Place, str, Place | None]
"""(call site, rule, driver): a finding, or the usages it stands for."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was found before, each finding by its fingerprint; paths as seen from the project."""

    known: Mapping[str, Finding]
    label: str
    """What it was, in words: "the baseline whowaits-baseline.json"."""


def compared(scan: Scan, before: Before, asked: Asked, paths: Paths) -> Scan:
    """Return the scan with each finding new or known, and what is fixed in the files that were asked about."""
    now = {f.fingerprint for f in scan.findings}
    gone = (f for name, f in sorted(before.known.items()) if name not in now)
    fixed = (f for f in (_seen_from_root(f, paths) for f in gone) if f is not None and _asked_for(f, asked))
    findings = (f if f.state == "suppressed" else replace(f, state=_state(f, before)) for f in scan.findings)
    marked = replace(scan, findings=tuple(findings), fixed=tuple(sorted(fixed, key=_order)))
    return with_states(replace(marked, compared_with=before.label))


def _state(finding: Finding, before: Before) -> State:
    return "known" if finding.fingerprint in before.known else "new"


def _order(finding: Finding) -> tuple[str, str, str]:
    return finding.place.path, finding.rule, finding.fingerprint


def _seen_from_root(finding: Finding, paths: Paths) -> Finding | None:
    """The finding with its paths as seen from the root; None where its call lies outside of it."""
    places = [finding.place, finding.driver]
    for number, place in enumerate(places):
        if place is None:
            continue
        if not place.path.startswith(paths.prefix):
            if number == 0:
                return None
            continue
        places[number] = replace(place, path=place.path[len(paths.prefix) :])
    assert places[0] is not None
    return replace(finding, place=places[0], driver=places[1])


def _asked_for(finding: Finding, asked: Asked) -> bool:
    return asked.file(finding.place.path) or (finding.driver is not None and asked.file(finding.driver.path))


def with_states(scan: Scan) -> Scan:
    """Return the scan whose usages have the state of the finding they belong to."""
    states = {(f.call_site, f.rule, f.driver): f.state for f in scan.findings if f.call_site is not None}
    sites = []
    for site in scan.call_sites:
        usages: list[Usage] = []
        for usage in site.usages:
            state = states.get((site.place, usage.rule, usage.driver))
            usages.append(usage if state is None else replace(usage, state=state))
        sites.append(replace(site, usages=tuple(usages)))
    return replace(scan, call_sites=tuple(sites))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules report at all. Patterns of rule ids; `ignore` outranks `select`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path: tuple[tuple[Callable[[str], bool], Selection], ...] = ()
    """(whether it is about a path, which rules report there)."""

    def allows(self, finding: Finding) -> bool:
        """Return whether the finding is to be reported."""
        chosen = not self.select or _fits(finding.rule, self.select)
        if not chosen or _fits(finding.rule, self.ignore):
            return False
        return all(there.allows(finding) for about, there in self.per_path if about(finding.place.path))

    def of(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings that are to be reported."""
        return tuple(f for f in findings if self.allows(f))


def _fits(rule: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Failing:
    """What makes a run fail, and what has to be said about it beside the findings themselves."""

    findings: tuple[Finding, ...]
    reasons: tuple[str, ...] = ()
    over_budget: bool = False


def failing(scan: Scan, settings: GateSettings) -> Failing:
    """Return the findings that are not known, not suppressed, and worth it as far as that is known; and the budget.

    A finding whose saving is not known is not below any floor: silence is not permission.
    """
    money: dict[_Key, Usage] = {
        (s.place, u.rule, u.driver): u for s in scan.call_sites for u in s.usages if u.monthly_usd is not None
    }
    active = [f for f in scan.findings if f.state in (None, "new")]
    small = [f for f in active if _is_small(_usage(f, money), settings.min_saving)]
    reasons = [_about_small(len(small), settings)] if small else []
    wanted = {"new": active, "new-required": [f for f in active if f.urgency == "required"], "none": []}
    found = [f for f in wanted[settings.fail_on] if f not in small]
    over = _over_budget(scan, money, settings.budget)
    if over is not None:
        reasons.append(over)
    return Failing(tuple(found), tuple(reasons), over is not None)


def _usage(finding: Finding, money: Mapping[_Key, Usage]) -> Usage | None:
    return money.get((finding.call_site, finding.rule, finding.driver)) if finding.call_site is not None else None


def _is_small(usage: Usage | None, floor: Decimal | None) -> bool:
    return floor is not None and usage is not None and usage.saving is not None and usage.saving.high_usd < floor


def _about_small(count: int, settings: GateSettings) -> str:
    number = "1 finding does" if count == 1 else f"{count:,} findings do"
    return f"{number} not fail: less than ${settings.min_saving} a month to be saved"


def _is_taken_on(finding: Finding) -> bool:
    return finding.state == "suppressed" and finding.waived is not None and finding.waived.owner is not None


def _over_budget(scan: Scan, money: Mapping[_Key, Usage], budget: Decimal | None) -> str | None:
    """What is said where new spend is above the budget. Only an owner with a reason acknowledges spend."""
    if budget is None:
        return None
    open_ones = [f for f in scan.findings if f.state != "known" and not _is_taken_on(f)]
    usages = [usage for f in open_ones if (usage := _usage(f, money)) is not None]
    spent = sum((u.monthly_usd for u in usages if u.monthly_usd is not None), Decimal(0))
    if spent <= budget:
        return None
    return (
        f"new spend of ${spent:,.2f} a month is above the budget of ${budget}; an owner acknowledges it with "
        "`# whowaits: ignore[rule-id] owner=NAME -- reason`"
    )
