"""What `check` says to programs: format 1 as JSON, written out by hand.

Format history: 1 is the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import whowaits
from whowaits.model import NANO_USD, CallSite, Evidence, Finding, Place, Scan, Skipped, Usage, Verdict
from whowaits.report import words

FORMAT: Final = 1


def render_json(scan: Scan) -> str:
    """Return the scan as the JSON document that other programs read; the keys are a contract."""
    return dumps(
        {
            "format": FORMAT,
            "tool": {"name": "whowaits", "version": whowaits.__version__},
            "root": scan.root,
            "files": scan.files,
            "call_sites": [call_site(s) for s in scan.call_sites],
            "findings": [finding(f) for f in scan.findings],
            "skipped": [_skipped(s) for s in scan.skipped],
        }
    )


def dumps(document: dict[str, Any]) -> str:
    """Return a JSON document with its keys in the order written, indented, ending with a line feed."""
    return _dumped(document)


def dumps_list(items: Sequence[dict[str, Any]]) -> str:
    """Return a JSON list in the same way."""
    return _dumped(list(items))


def _dumped(document: Any) -> str:
    import orjson

    try:
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a lone surrogate from an undecodable file name
        data = orjson.dumps(_encodable(document), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return data.decode("utf-8")


def usd(amount: Decimal | None) -> str | None:
    """Return dollars as text with nine digits: nano-dollars, so that parts sum to the whole."""
    return None if amount is None else f"{amount.quantize(NANO_USD):f}"


def number(value: float | None) -> float | int | None:
    """Return a whole number without a decimal point."""
    return int(value) if value is not None and value == int(value) else value


def call_site(site: CallSite) -> dict[str, Any]:
    """Return one call site; its verdict is that of the usage that decides."""
    return {
        **place(site.place),
        "end_line": site.end_line,
        "column": site.place.column,
        "function": site.function,
        "call": site.call,
        "provider": site.provider,
        "model": site.model,
        "kind": site.kind,
        "tier": site.tier,
        **_judgement(site.deciding.verdict),
        "also_waited": site.also_waited,
        "offer": "batch" if site.offer.sold == "both" else site.offer.sold,
        "usages": [_usage(u) for u in site.usages],
    }


def finding(found: Finding) -> dict[str, Any]:
    """Return one reportable result."""
    at = found.call_site
    return {
        "rule": found.rule,
        "fingerprint": found.fingerprint,
        "state": found.state,
        "message": found.message,
        **place(found.place),
        "call_site": None if at is None else {**place(at), "column": at.column},
    }


def evidence(seen: Evidence) -> dict[str, Any]:
    """Return one observation with its place."""
    return {
        "rule": seen.rule,
        "says": seen.says,
        "basis": str(seen.basis),
        "hint": seen.hint,
        **_place_or_none(seen.place),
    }


def _usage(usage: Usage) -> dict[str, Any]:
    verdict, saving, entry = usage.verdict, usage.saving, usage.entry
    return {
        **_judgement(verdict),
        "shape": usage.shape,
        "bulk": verdict.bulk,
        "rule": usage.rule,
        "fingerprint": usage.fingerprint,
        "state": usage.state,
        "question": verdict.question,
        "driver": None if usage.driver is None else place(usage.driver),
        "entry": None if entry is None else {"kind": entry.kind, **_place_or_none(entry.place)},
        "via": [{**place(f.place), "function": f.function} for f in usage.via],
        "evidence": [evidence(e) for e in usage.evidence],
        "monthly_usd": usd(usage.monthly_usd),
        "saving_usd_low": None if saving is None else usd(saving.low_usd),
        "saving_usd_high": None if saving is None else usd(saving.high_usd),
    }


def place(where: Place) -> dict[str, Any]:
    """Return a place without its column."""
    return {"path": where.path, "cell": where.cell, "line": where.line}


def _judgement(verdict: Verdict) -> dict[str, Any]:
    return {
        "route": verdict.route,
        "urgency": verdict.urgency,
        "waiter": verdict.waiter,
        "deadline_s": number(verdict.deadline_s),
        "basis": None if verdict.basis is None else str(verdict.basis),
    }


def _place_or_none(where: Place | None) -> dict[str, Any]:
    return {"path": None, "cell": None, "line": None} if where is None else place(where)


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {**place(skipped.place), "reason": skipped.reason}


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return words.unicode_only(value)
    if isinstance(value, dict):
        return {_encodable(k): _encodable(v) for k, v in value.items()}
    return [_encodable(v) for v in value] if isinstance(value, list) else value


def counts(scan: Scan) -> str:
    """Return how many findings there are; compared with something, how many are new, known and fixed."""
    states = Counter(f.state for f in scan.findings)
    waived = f", {states['suppressed']:,} suppressed" if states["suppressed"] else ""
    if scan.compared_with is None:
        shown = states[None] + states["new"]
        return (words.count(shown, "finding") if shown else "No finding") + waived
    told = f"{states['new']:,} new, {states['known']:,} known, {len(scan.fixed):,} fixed{waived}"
    return f"{told}, compared with {words.clean(scan.compared_with)}"
