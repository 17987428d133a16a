"""What `check` found as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import whowaits
from whowaits.model import Finding, Scan
from whowaits.report import words
from whowaits.report.check import dumps
from whowaits.report.explained import Explained, explain
from whowaits.report.reported import Reported, Step, reported

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT: Final = "whowaits/v1"
RULE_LINK: Final = "urn:whowaits:rule:{rule}"
"""Where a rule is explained, unless a project says where it keeps the documents."""
_STATES: Final = {"new": "new", "known": "unchanged"}


def render_sarif(scan: Scan, rule_link: str | None = None) -> str:
    """Return the findings as one run; what is fixed is `absent`, what is suppressed says why."""
    found = reported(scan, (None, "new", "known", "suppressed"))
    ids = sorted({r.finding.rule for r in found} | {f.rule for f in scan.fixed})
    index = {rule: number for number, rule in enumerate(ids)}
    results = [_result(r, index) for r in found] + [_absent(f, scan.prefix, index) for f in scan.fixed]
    return dumps(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": _driver(ids, rule_link or RULE_LINK)},
                    "columnKind": "unicodeCodePoints",
                    "results": results,
                    "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notes(scan)}],
                }
            ],
        }
    )


def _driver(ids: Iterable[str], rule_link: str) -> dict[str, Any]:
    return {
        "name": "whowaits",
        "version": whowaits.__version__,
        "rules": [_rule(explain(rule), rule_link) for rule in ids],
    }


def _rule(rule: Explained, rule_link: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nWhen not to act: {rule.limits}\n\nWhat to do: {rule.fix}"},
        "helpUri": rule_link.replace("{rule}", quote(rule.id)),
    }


def _result(found: Reported, index: Mapping[str, int]) -> dict[str, Any]:
    finding = found.finding
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": "note" if finding.urgency == "try" else "warning",
        "message": {"text": found.message},
        "locations": [{"physicalLocation": _physical(found)}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    }
    if found.steps:
        result["relatedLocations"] = [_related(number, step) for number, step in enumerate(found.steps, start=1)]
    if finding.state in _STATES:
        result["baselineState"] = _STATES[finding.state]
    if finding.state == "suppressed" and finding.waived is not None:
        kind = "inSource" if finding.waived.in_source else "external"
        result["suppressions"] = [{"kind": kind, "justification": words.clean(finding.waived.reason, 400)}]
    return result


def _absent(finding: Finding, prefix: str, index: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": "none",
        "kind": "pass",
        "message": {"text": "This finding is fixed."},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(prefix + finding.place.path)}}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "baselineState": "absent",
    }


def _physical(found: Reported) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _artifact(found.path)}
    if found.line is not None:
        region = {"startLine": found.line, "startColumn": found.column, "endLine": found.end_line}
        location["region"] = {key: value for key, value in region.items() if value is not None}
    return location


def _related(number: int, step: Step) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(step.path)}
    if step.cell is None and step.line is not None:
        physical["region"] = {"startLine": step.line}
    return {"id": number, "message": {"text": words.clean(step.what, 400)}, "physicalLocation": physical}


def _artifact(path: str) -> dict[str, Any]:
    return {"uri": quote(words.unicode_only(path))}


def _notes(scan: Scan) -> list[dict[str, Any]]:
    """What was skipped, so that silence about a file is not taken for praise."""
    return [
        {
            "level": "warning",
            "message": {"text": f"skipped: {words.clean(s.reason, 400)}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(scan.prefix + s.place.path)}}],
        }
        for s in scan.skipped
    ]
