"""What changed since former reports, as JSON."""

from __future__ import annotations

from typing import Any

from whowaits.report.changes import Change, Comparison, Promise, Quarter, WaivedSince
from whowaits.report.check import place, usd
from whowaits.report.stated import moment


def compared(found: Comparison) -> dict[str, Any]:
    """Return the part of the JSON report that is about former ones."""
    promised, outstanding = found.promised, found.outstanding
    return {
        "reports": [_quarter(q) for q in found.quarters],
        "promised_usd_low": usd(promised[0]),
        "promised_usd_high": usd(promised[1]),
        "realised_usd": usd(found.realised_usd),
        "outstanding_usd_low": usd(outstanding[0]),
        "outstanding_usd_high": usd(outstanding[1]),
        "changes": [_change(c) for c in found.changes],
        "waived": [_waived(w) for w in found.waived],
    }


def _quarter(quarter: Quarter) -> dict[str, Any]:
    return {
        "name": quarter.name,
        "as_of": quarter.as_of.isoformat(),
        "started_at": moment(quarter.started_at),
        "ended_at": moment(quarter.ended_at),
        "days": quarter.days,
        "bill_usd": usd(quarter.bill_usd),
        "already_slow_usd": usd(quarter.slow_usd),
        "batchable_usd": usd(quarter.batchable_usd),
        "saving_usd_low": usd(quarter.saving_low_usd),
        "saving_usd_high": usd(quarter.saving_high_usd),
        "realised_usd": usd(quarter.realised_usd),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "state": change.state,
        "workload": change.workload,
        "owner": change.owner,
        "promise": None if change.promise is None else _promise(change.promise),
        "promised_usd_low": usd(change.promised_low_usd),
        "promised_usd_high": usd(change.promised_high_usd),
        "realised_usd": usd(change.realised_usd),
        "movable_usd": usd(change.movable_usd),
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "report": promise.report,
        "days": promise.days,
        "saving_usd_low": usd(promise.low_usd),
        "saving_usd_high": usd(promise.high_usd),
    }


def _waived(since: WaivedSince) -> dict[str, Any]:
    return {
        "rule": since.rule,
        "message": since.message,
        **place(since.place),
        "reason": since.reason,
        "owner": since.owner,
        "until": None if since.until is None else since.until.isoformat(),
        "monthly_usd": usd(since.monthly_usd),
    }
