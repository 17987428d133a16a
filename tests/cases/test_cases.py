"""The small programs with agreed verdicts that lie beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whowaits.code.scan import scan
from whowaits.config import Config

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "cases" / "code"
MANIFEST = FOLDER / "manifest.json"
CASES: list[dict[str, Any]] = json.loads(MANIFEST.read_text())["cases"] if MANIFEST.is_file() else []

WRONG: dict[str, str] = {
    "u01_library_fn": "docs/verdicts.md: a library function with a loop and no caller is bulk that nobody waits for",
}
"""Cases that come out otherwise today, with the reason."""


def outcome(case: dict[str, Any]) -> str:
    """flag: a finding at one of its places; unknown: none, and a call site of route unknown; else no-flag."""
    result = scan(FOLDER / case["id"], [FOLDER / case["id"]], Config(), cache=False)
    assert result.skipped == ()
    if any(f.rule != "waited-on-batch" for f in result.findings):
        return "flag"
    return "unknown" if any(s.deciding.verdict.route == "unknown" for s in result.call_sites) else "no-flag"


def parameters() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["id"],
            marks=pytest.mark.xfail(reason=WRONG[case["id"]], strict=True, raises=AssertionError)
            if case["id"] in WRONG
            else (),
        )
        for case in CASES
    ]


@pytest.mark.skipif(not CASES, reason="the agreed cases do not lie beside this checkout (../shared/cases/code)")
@pytest.mark.parametrize("case", parameters())
def test_a_case_comes_out_as_agreed(case: dict[str, Any]) -> None:
    got = outcome(case)
    if case["expect"] == "no-flag":
        assert got != "flag"  # what stays unknown is asked about, never reported
    else:
        assert got == case["expect"]


@pytest.mark.skipif(not CASES, reason="the agreed cases do not lie beside this checkout (../shared/cases/code)")
@pytest.mark.parametrize("case", [c for c in CASES if c["expect"] == "flag"], ids=lambda c: c["id"])
def test_a_flagged_case_is_flagged_at_its_call(case: dict[str, Any]) -> None:
    result = scan(FOLDER / case["id"], [FOLDER / case["id"]], Config(), cache=False)
    wanted = {(s["file"].partition("/")[2], s["line"]) for s in case["sites"] if s["role"] == "call"}
    assert {(f.place.path, f.place.line) for f in result.findings} == wanted
