"""What somebody has accepted instead of moving it, with its money; and waivers that are over or that nothing needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from whowaits.model import CallSite, Finding, Scan, Usage
from whowaits.report.values import WaiverLine, WaiverState

OVER: Final[dict[str, WaiverState]] = {
    "expired-suppression": "expired",
    "unused-suppression": "unused",
    "comment-without-reason": "without-reason",
}
"""Rule of a finding about a waiver -> what has become of it."""
ORDER: Final[dict[WaiverState, int]] = {"active": 0, "expired": 1, "without-reason": 2, "unused": 3}


def waivers(scan: Scan | None) -> tuple[WaiverLine, ...]:
    """Return every waiver: those that hold first, the most expensive on top."""
    if scan is None:
        return ()
    sites = {site.place: site for site in scan.call_sites}
    lines = [_line(f, state, sites.get(f.call_site) if f.call_site else None) for f, state in _about(scan.findings)]
    return tuple(sorted(lines, key=lambda w: (ORDER[w.state], -(w.monthly_usd or 0), w.place, w.rule)))


def _about(findings: Iterable[Finding]) -> Iterable[tuple[Finding, WaiverState]]:
    for finding in findings:
        if finding.state == "suppressed" and finding.waived is not None:
            yield finding, "active"
        elif finding.rule in OVER:
            yield finding, OVER[finding.rule]


def _line(finding: Finding, state: WaiverState, site: CallSite | None) -> WaiverLine:
    waived, usage = finding.waived, _usage(finding, site)
    return WaiverLine(
        state=state,
        rule=finding.rule,
        message=finding.message,
        place=finding.place,
        call_site=finding.call_site,
        reason=None if waived is None else waived.reason,
        owner=None if waived is None else waived.owner,
        until=None if waived is None else waived.until,
        in_source=waived is None or waived.in_source,
        monthly_usd=None if usage is None else usage.monthly_usd,
        saving=None if usage is None else usage.saving,
    )


def _usage(finding: Finding, site: CallSite | None) -> Usage | None:
    """The usage that the finding is about."""
    found = [] if site is None else [u for u in site.usages if (u.rule, u.driver) == (finding.rule, finding.driver)]
    return found[0] if found else None
