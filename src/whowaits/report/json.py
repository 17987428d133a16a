"""The report as JSON, format 1, written out by hand: never a dump of internal types.

Format history: 1 is the first. Dollars are text with nine digits after the point (nano-dollars), shares of the
bill text with six; what is not known is null, never left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from whowaits.join import Link
from whowaits.model import Saving, Verdict, Workload
from whowaits.report.check import call_site, dumps, evidence, finding, number, place, usd
from whowaits.report.compared_json import compared
from whowaits.report.stated import moment, stated
from whowaits.report.values import (
    Headline,
    LogBasis,
    OpenQuestion,
    OtherFinding,
    Part,
    Report,
    SiteLine,
    Split,
    WaiverLine,
    WorkloadLine,
    is_dearer,
)
from whowaits.rules.decisions import DecisionRule

FORMAT: Final = 1
SPLITS: Final = ("months", "owners", "providers", "models")
SHARE: Final = Decimal("0.000001")


def render_json(report: Report) -> str:
    """Return the whole report; Markdown and HTML show the same figures."""
    return dumps(
        {
            "format": FORMAT,
            "tool": {"name": "whowaits", "version": report.version},
            "name": report.name,
            "as_of": report.as_of.isoformat(),
            "headline": None if report.headline is None else _headline(report.headline),
            "waiters": [{"waiter": p.waiter, **_part(p)} for p in report.waiters],
            "routes": [{"route": p.route, "urgency": p.urgency, **_part(p)} for p in report.routes],
            "workloads": [_workload(w) for w in report.workloads],
            "decisions": [_decision(rule) for rule in report.choices],
            **{name: [_split(s) for s in getattr(report, name)] for name in SPLITS},
            "unwaited_hours": list(report.unwaited_hours),
            "call_sites": [_site(s) for s in report.sites],
            "questions": [_question(q) for q in report.questions],
            "conflicts": [
                {
                    "call_site": place(c.site),
                    "workload": c.workload,
                    "joined_by": c.by,
                    "waiter_in_code": c.in_code,
                    "waiter_in_log": c.in_log,
                }
                for c in report.conflicts
            ],
            "findings": [_other(f) for f in report.others],
            "waivers": [_waiver(w) for w in report.waivers],
            "compared": None if report.compared is None else compared(report.compared),
            "notes": [{"note": n, "about": list(about)} for n, about in report.notes.items()],
            **stated(report),
            "skipped": [
                {"half": s.half, "reason": s.reason, "count": s.count, "first": place(s.first)} for s in report.skipped
            ],
            "basis": _basis(report),
        }
    )


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "bill_usd": usd(headline.bill_usd),
        "already_slow_usd": usd(headline.slow_usd),
        "batchable_usd": usd(headline.batchable_usd),
        "batchable_share": _share(headline.share(headline.batchable_usd)),
        "saving_usd_low": usd(headline.saving_low_usd),
        "saving_usd_high": usd(headline.saving_high_usd),
        "saving_share_low": _share(headline.share(headline.saving_low_usd)),
        "saving_share_high": _share(headline.share(headline.saving_high_usd)),
        "after_usd_low": usd(headline.after_low_usd),
        "after_usd_high": usd(headline.after_high_usd),
        "saving_basis": headline.basis,
        "flat_half": headline.flat_half,
        "batchable_by_rates_usd": usd(headline.by_rates_usd),
        "batchable_by_factor_usd": usd(headline.by_factor_usd),
        "batchable_without_saving_usd": usd(headline.no_saving_usd),
        "dearer_on_the_slow_tier": list(headline.dearer),
        "unpriced_calls": headline.unpriced_calls,
        "unpriced_workloads": list(headline.unpriced_workloads),
        "invoice_usd": usd(headline.invoice_usd),
        "invoice_not_logged_usd": usd(headline.unlogged_usd),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "workloads": part.workloads,
        "calls": part.calls,
        "spend_usd": usd(part.spend_usd),
        "share": _share(part.share),
        "already_slow_usd": usd(part.slow_usd),
        "saving_usd_low": usd(part.saving_low_usd),
        "saving_usd_high": usd(part.saving_high_usd),
    }


def _split(split: Split) -> dict[str, Any]:
    return {
        "name": split.name,
        "workloads": split.workloads,
        "calls": split.calls,
        "unpriced_calls": split.unpriced_calls,
        "spend_usd": usd(split.spend_usd),
        "already_slow_usd": usd(split.slow_usd),
        "nobody_waited_usd": usd(split.unwaited_usd),
        "unknown_usd": usd(split.unknown_usd),
        "movable_usd": usd(split.movable_usd),
        "saving_usd_low": usd(split.saving_low_usd),
        "saving_usd_high": usd(split.saving_high_usd),
        "after_usd_low": usd(split.after_low_usd),
        "after_usd_high": usd(split.after_high_usd),
        "realised_usd": usd(split.realised_usd),
    }


def _waiver(line: WaiverLine) -> dict[str, Any]:
    return {
        "state": line.state,
        "rule": line.rule,
        "message": line.message,
        **place(line.place),
        "call_site": None if line.call_site is None else place(line.call_site),
        "reason": line.reason,
        "owner": line.owner,
        "until": None if line.until is None else line.until.isoformat(),
        "in_source": line.in_source,
        "monthly_usd": usd(line.monthly_usd),
        "monthly_saving_usd_low": None if line.saving is None else usd(line.saving.low_usd),
        "monthly_saving_usd_high": None if line.saving is None else usd(line.saving.high_usd),
    }


def _workload(line: WorkloadLine) -> dict[str, Any]:
    workload = line.workload
    return {
        "name": workload.name,
        "owner": line.owner,
        "provider": workload.provider,
        "models": list(workload.models),
        "streams": list(workload.streams),
        "calls": workload.calls,
        "rows": workload.rows,
        "first_at": moment(workload.first_at),
        "last_at": moment(workload.last_at),
        **_verdict(workload.verdict),
        **_workload_money(line, workload),
        "decisions": [{"decision": d.rule.id, "weak": list(d.weak)} for d in line.decisions],
        "call_sites": [_link(k) for k in line.links],
        "code_places": [place(p) for p in workload.code_places],
        "evidence": [evidence(e) for e in workload.evidence],
        "findings": [finding(f) for f in workload.findings],
    }


def _decision(rule: DecisionRule) -> dict[str, Any]:
    return {
        "decision": rule.id,
        "title": rule.title,
        "what": rule.what,
        "why": rule.why,
        "weak_when": rule.limits,
        "how": rule.fix,
        "source": rule.source or None,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "route": verdict.route,
        "urgency": verdict.urgency,
        "waiter": verdict.waiter,
        "deadline_s": number(verdict.deadline_s),
        "deadline_basis": None if verdict.deadline_basis is None else str(verdict.deadline_basis),
        "basis": None if verdict.basis is None else str(verdict.basis),
        "bulk": verdict.bulk,
        "chain": verdict.chain,
        "row": verdict.row,
        "notes": list(verdict.notes),
        "question": verdict.question,
    }


def _workload_money(line: WorkloadLine, workload: Workload) -> dict[str, Any]:
    return {
        "spend_usd": usd(workload.spend_usd),
        "share": _share(line.share),
        "already_slow_usd": usd(workload.slow_usd),
        "movable_usd": usd(line.movable_usd),
        "realised_usd": usd(line.realised_usd),
        "unpriced_calls": workload.unpriced_calls,
        **_saving(workload.saving),
        "dearer_on_the_slow_tier": is_dearer(workload),
    }


def _saving(saving: Saving | None) -> dict[str, Any]:
    return {
        "saving_usd_low": None if saving is None else usd(saving.low_usd),
        "saving_usd_high": None if saving is None else usd(saving.high_usd),
        "saving_basis": None if saving is None else saving.basis,
        "saving_source": None if saving is None else saving.source,
        "saving_as_of": None if saving is None else saving.as_of,
    }


def _link(link: Link) -> dict[str, Any]:
    return {**place(link.site), "usage": link.usage, "joined_by": link.by, "says": link.says, "shared": link.shared}


def _site(line: SiteLine) -> dict[str, Any]:
    money = line.money
    saving = None if money is None else money.saving
    return {
        **call_site(line.site),
        "moves": line.moves,
        "workloads": [{"name": k.workload, "joined_by": k.by, "shared": k.shared} for k in line.links],
        "monthly_usd": None if money is None else usd(money.spend_usd),
        "monthly_saving_usd_low": None if saving is None else usd(saving.low_usd),
        "monthly_saving_usd_high": None if saving is None else usd(saving.high_usd),
    }


def _question(asked: OpenQuestion) -> dict[str, Any]:
    return {
        "subject": asked.subject,
        "place": None if asked.place is None else place(asked.place),
        "question": asked.question,
        "assumed": asked.assumed,
        "spend_usd": usd(asked.spend_usd),
        "waiter_in_code": asked.in_code,
        "seen": list(asked.seen),
    }


def _other(found: OtherFinding) -> dict[str, Any]:
    return {"rule": found.rule, "message": found.message, **place(found.place), "workload": found.workload}


def _basis(report: Report) -> dict[str, Any]:
    code, logs = report.code, report.logs
    return {
        "code": None if code is None else {"files": code.files, "call_sites": code.call_sites},
        "logs": None if logs is None else _log_basis(logs),
        "assumed_deadline_s": number(report.assumed_deadline_s),
    }


def _log_basis(logs: LogBasis) -> dict[str, Any]:
    return {
        "started_at": moment(logs.started_at),
        "ended_at": moment(logs.ended_at),
        "days": logs.days,
        "rows_read": logs.rows_read,
        "duplicates": logs.duplicates,
        "calls": logs.calls,
        "rows_judged": logs.rows,
        "sources": [{"file": f, "reader": reader, "rows": rows} for f, reader, rows in logs.sources],
        "price_source": logs.price_source,
        "price_date": logs.price_date,
    }


def _share(share: Decimal | None) -> str | None:
    return None if share is None else f"{share.quantize(SHARE):f}"
