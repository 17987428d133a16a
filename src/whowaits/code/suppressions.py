"""Findings that somebody has accepted, in a comment or in the configuration, and what is wrong with that."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from whowaits import rules
from whowaits.code import findings
from whowaits.code.marks import Mark, Marks
from whowaits.code.names import Names
from whowaits.gate_settings import Waiver
from whowaits.model import CallSite, Finding, Place, Waived

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

WITHOUT_REASON: Final = "comment-without-reason"
EXPIRED: Final = "expired-suppression"
UNUSED: Final = "unused-suppression"
OWN_RULES: Final = (
    findings.WAITED_ON_BATCH,
    findings.DECLARED_BUT_WAITED,
    findings.PAYS_AGAIN,
    WITHOUT_REASON,
    EXPIRED,
    UNUSED,
)
"""Rules of findings that are no move to a slower tier."""


def known_rules() -> list[str]:
    """Return the ids of all rules that a finding can have."""
    return sorted({*OWN_RULES, *(rule.id for rule in rules.load_code())})


class Suppressions:
    """Applies comments and waivers to findings, and remembers which of them were of use."""

    def __init__(self, marks: Marks, waivers: Sequence[Waiver], day: date | None) -> None:
        self._marks = marks
        self._waivers = [(waiver, _about(waiver)) for waiver in waivers]
        self._day = day
        self._used: set[Mark | Waiver] = set()

    def applied(self, finding: Finding, site: CallSite) -> Finding:
        """Return the finding, suppressed where a comment on its call or its driver, or a waiver, says so."""
        found = None
        for mark in self._at(finding, site):
            if any(fnmatchcase(finding.rule, rule) for rule in mark.rules):
                self._used.add(mark)
                if mark.counts_on(self._day):
                    found = found or Waived(mark.reason, mark.owner, mark.until, in_source=True)
        for waiver, about in self._waivers:
            if _covers(waiver, about, finding):
                self._used.add(waiver)
                if waiver.until is None or self._day is None or self._day <= waiver.until:
                    found = found or Waived(waiver.reason, waiver.owner, waiver.until, in_source=False)
        return finding if found is None else replace(finding, state="suppressed", waived=found)

    def _at(self, finding: Finding, site: CallSite) -> list[Mark]:
        place = site.place
        marks = self._marks.at(place.path, place.cell, place.line or 1, site.end_line)
        return marks if finding.driver is None else marks + self._marks.at_driver(finding.driver)

    def wrong(self, paths: Iterable[str], names: Names, heard: Container[Mark]) -> Iterator[Finding]:
        """Yield what is wrong with the comments in these files, once every call has been looked at.

        `heard` are those that stand at a call, or at what makes many of it.
        """
        for mark in self._marks.in_files(paths):
            if mark.error is None and (wrong := self._wrong(mark, heard)) is not None:
                waived = Waived(mark.reason, mark.owner, mark.until, in_source=True)
                yield replace(_finding(*wrong, mark.place, mark.said, names), waived=waived)

    def wrong_waivers(self, names: Names) -> Iterator[Finding]:
        """Yield the waivers of the configuration that are over, and those that no finding needs."""
        for waiver, _ in self._waivers:
            said = f"{waiver.path} {waiver.fingerprint} {' '.join(waiver.rules)}"
            waived = Waived(waiver.reason, waiver.owner, waiver.until, in_source=False)
            if waiver.until is not None and self._day is not None and waiver.until < self._day:
                message = f"This waiver held until {waiver.until}: renew it or do what it put off."
                yield replace(_finding(EXPIRED, message, waiver.place, said, names), waived=waived)
            elif waiver not in self._used:
                message = "No finding needs this waiver: take it away."
                yield replace(_finding(UNUSED, message, waiver.place, said, names), waived=waived)

    def _wrong(self, mark: Mark, heard: Container[Mark]) -> tuple[str, str] | None:
        if not mark.reason:
            return WITHOUT_REASON, "This comment gives no reason, so it does not count: end it with `-- why`."
        if mark.is_over_on(self._day):
            return EXPIRED, f"This comment held until {mark.until}: renew it or do what it put off."
        if (unknown := _no_such_rule(mark)) is not None:
            return UNUSED, unknown
        if mark.rules and mark not in self._used:
            return UNUSED, f"No finding of {', '.join(mark.rules)} is left here: take this comment away."
        if not mark.rules and mark not in heard:
            return UNUSED, "No call of a model is on this line, nor what makes many of one: move this comment there."
        return None


def _no_such_rule(mark: Mark) -> str | None:
    """What is wrong with a comment whose rule nobody has: it never held anything back."""
    known = known_rules()
    unknown = [rule for rule in mark.rules if rule not in known and not any(sign in rule for sign in "*?[")]
    if not unknown:
        return None
    near = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.5)
    advice = f"did you mean `{near[0]}`?" if near else "`whowaits rule` lists them."
    return f"There is no rule `{unknown[0]}`; {advice}"


def _about(waiver: Waiver) -> GitIgnoreSpec | None:
    if waiver.path is None:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([waiver.path])


def _covers(waiver: Waiver, about: GitIgnoreSpec | None, finding: Finding) -> bool:
    if waiver.rules and not any(fnmatchcase(finding.rule, rule) for rule in waiver.rules):
        return False
    if about is None:
        return finding.fingerprint == waiver.fingerprint
    paths = [finding.place.path, *([finding.driver.path] if finding.driver else [])]
    return any(about.match_file(path) for path in paths)


def _finding(rule: str, message: str, place: Place, said: str, names: Names) -> Finding:
    return Finding(rule, names.comment(rule, place.path, said, place), message, place)
