"""What `check` found for CI servers: GitHub annotations, GitLab Code Quality, JUnit XML, a Markdown comment."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from whowaits.model import Finding, Scan
from whowaits.report import words
from whowaits.report.check import counts, dumps_list
from whowaits.report.reported import Reported, reported

COMMENT_MARK: Final = "<!-- whowaits -->"
"""By this the comment that is already there is found, to be updated."""
MOST: Final = 50
"""Findings that a comment lists; the rest are counted."""

_SPELLED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@\u200b"} | {c: f"\\{c}" for c in "|*_[]`\\~"}


def render_github(scan: Scan) -> str:
    """Return one workflow command for each finding, at what makes the calls: GitHub shows it beside that line."""
    return "".join(_annotation(found) for found in reported(scan))


def _annotation(found: Reported) -> str:
    level = "error" if found.finding.urgency == "required" else "warning"
    at = found.act_at
    values = {"file": at.path, "line": at.line if at.cell is None else None, "title": f"whowaits: {found.finding.rule}"}
    told = [f"{key}={_property(str(value))}" for key, value in values.items() if value is not None]
    return f"::{level} {','.join(told)}::{_data(found.told_there)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(words.unicode_only(text)).replace(":", "%3A").replace(",", "%2C")


def render_gitlab(scan: Scan) -> str:
    """Return a Code Quality report. What is known takes part: GitLab compares the reports of two branches itself."""
    return dumps_list([_issue(found) for found in reported(scan, (None, "new", "known"))])


def _issue(found: Reported) -> dict[str, object]:
    at = found.act_at
    line = at.line if at.cell is None and at.line is not None else 1
    return {
        "description": found.told_there,
        "check_name": found.finding.rule,
        "fingerprint": found.finding.fingerprint,
        "severity": "minor" if found.finding.urgency == "try" else "major",
        "location": {"path": at.path, "lines": {"begin": line, "end": line}},
    }


def render_junit(scan: Scan) -> str:
    """Return a test suite with one failure for each finding, and one passed test where there is none."""
    found = reported(scan)
    cases = "".join(_case(one) for one in found) or '    <testcase classname="whowaits" name="check"/>\n'
    total = f'tests="{max(1, len(found))}" failures="{len(found)}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="whowaits" {total}>\n  <testsuite name="whowaits" {total}>\n{cases}  </testsuite>\n'
        "</testsuites>\n"
    )


def _case(found: Reported) -> str:
    name = quoteattr(f"{found.finding.rule} at {found.where}")
    line = "" if found.line is None else f' line="{found.line}"'
    file = quoteattr(words.clean(found.path))
    failure = f"<failure message={quoteattr(found.message)}>{escape(f'{found.where}: {found.message}')}</failure>"
    return f'    <testcase classname="whowaits" name={name} file={file}{line}>{failure}</testcase>\n'


def render_markdown(scan: Scan) -> str:
    """Return a comment for a merge request: how many, where, what each costs in a month where that is known."""
    found = reported(scan)
    lines = [COMMENT_MARK, "### whowaits: model calls that nobody waits for", "", f"{counts(scan)}."]
    if found:
        lines += ["", "| where | what | per 30 days | could save |", "|---|---|---|---|", *map(_row, found[:MOST])]
    if len(found) > MOST:
        lines += ["", f"… and {len(found) - MOST:,} more."]
    if found:
        lines += ["", _advice(found)]
    if scan.fixed:
        lines += ["", f"Fixed: {', '.join(_code(words.clean(_place(f, scan))) for f in scan.fixed[:MOST])}."]
    return "\n".join(lines) + "\n"


def _advice(found: list[Reported]) -> str:
    known = [r.monthly_usd for r in found if r.monthly_usd is not None]
    spent = f"Together they cost {words.usd(sum(known, Decimal(0)))} in 30 days as logged. " if known else ""
    return (
        f"{spent}`whowaits rule ID` explains a rule. To accept a finding, write on its line why: "
        "`# whowaits: ignore[rule-id] owner=NAME -- reason`."
    )


def _row(found: Reported) -> str:
    saving = found.saving
    money = "not logged" if found.monthly_usd is None else words.usd(found.monthly_usd)
    saved = "–" if saving is None else words.usd_span(saving.low_usd, saving.high_usd)
    what = _text(f"{found.message}")
    return f"| {_code(found.where)} | {what} ({_code(found.finding.rule)}) | {money} | {saved} |"


def _code(text: str) -> str:
    """Text from outside as code that cannot end a table cell or the code itself."""
    return f"`{words.clean(text).replace('`', chr(39)).replace('|', '¦')}`"


def _text(text: str) -> str:
    """Text from outside as nothing but text: no tag, no link, no end of a table cell, and an @ that calls nobody."""
    return "".join(_SPELLED.get(sign, sign) for sign in text)


def _place(finding: Finding, scan: Scan) -> str:
    return scan.prefix + finding.place.path
