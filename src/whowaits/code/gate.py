"""What is new: the findings of a run against those that were there before, and what lets a finding pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase

from whowaits.code.asked import Asked
from whowaits.code.names import Paths
from whowaits.gate_settings import FailOn
from whowaits.model import Finding, Scan, State, Usage


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
    per_path: tuple[tuple[Callable[[str], bool], tuple[str, ...]], ...] = ()
    """(whether it is about a path, rules that do not report there)."""

    def allows(self, finding: Finding) -> bool:
        """Return whether the finding is to be reported."""
        chosen = not self.select or _fits(finding.rule, self.select)
        if not chosen or _fits(finding.rule, self.ignore):
            return False
        return not any(about(finding.place.path) and _fits(finding.rule, rules) for about, rules in self.per_path)

    def of(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings that are to be reported."""
        return tuple(f for f in findings if self.allows(f))


def _fits(rule: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(rule, pattern) for pattern in patterns)


def failing(scan: Scan, fail_on: FailOn, min_saving: Decimal | None = None) -> tuple[Finding, ...]:
    """Return the findings that make a run fail: not known, not suppressed, and worth it where that is known.

    A finding whose saving is not known is not below any floor: silence is not permission.
    """
    if fail_on == "none":
        return ()
    worth = {(s.place, u.rule, u.driver): u.saving for s in scan.call_sites for u in s.usages if u.saving is not None}
    found = []
    for finding in scan.findings:
        saving = worth.get((finding.call_site, finding.rule, finding.driver)) if finding.call_site else None
        small = min_saving is not None and saving is not None and saving.high_usd < min_saving
        if finding.state in (None, "new") and not small and (fail_on == "new" or finding.urgency == "required"):
            found.append(finding)
    return tuple(found)
