"""Which choices there are for a workload, by its verdict, its findings and its figures: the decision table, applied."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from whowaits.join.money import monthly
from whowaits.model import Workload
from whowaits.report.values import Decision, cache_risk_usd, is_dearer
from whowaits.rules import load_offers
from whowaits.rules.decisions import WorkloadFacts, load_decisions

HUNDRED: Final = 100


def decide(workload: Workload, days: int | None) -> tuple[Decision, ...]:
    """Return the choices for a workload whose calls span so many days, the first choice first."""
    facts = facts_of(workload, days)
    return tuple(Decision(rule, rule.weak_for(facts)) for rule in load_decisions() if rule.is_for(facts))


def facts_of(workload: Workload, days: int | None) -> WorkloadFacts:
    """Return what decisions look at; a figure that is not known is left out."""
    verdict = workload.verdict
    known = {**_judged(workload), **_of_money(workload, days), **_of_tokens(workload, days)}
    return WorkloadFacts(
        route=verdict.route,
        waiter=verdict.waiter,
        notes=frozenset(verdict.notes),
        findings=frozenset(f.rule for f in workload.findings),
        figures={name: float(value) for name, value in known.items() if value is not None},
    )


def _judged(workload: Workload) -> dict[str, float | None]:
    verdict = workload.verdict
    chain = verdict.chain
    return {
        "deadline_s": verdict.deadline_s,
        "bulk": verdict.bulk,
        "chain": None if chain == "open" else chain,
        "open_chain": chain == "open",
        "self_hosted": load_offers().provider(workload.provider) == "self_hosted",
    }


def _of_money(workload: Workload, days: int | None) -> dict[str, float | Decimal | None]:
    spend = workload.spend_usd
    return {
        "monthly_usd": None if spend is None or not days else monthly(spend, days),
        "slow_percent": HUNDRED * workload.slow_usd / spend if spend else 0,
        "flex_sold": any(p.flex_usd for p in workload.portions),
        "dearer": is_dearer(workload),
        "cache_risk": cache_risk_usd(workload) is not None,
    }


def _of_tokens(workload: Workload, days: int | None) -> dict[str, float | None]:
    """Tokens of a mean call; nothing is said of a log without tokens."""
    portions = workload.portions
    calls, given = sum(p.calls for p in portions), sum(p.input_tokens for p in portions)
    told = calls > 0 and given > 0
    return {
        "calls_a_day": workload.calls / days if days else None,
        "input_tokens": given / calls if told else None,
        "output_tokens": sum(p.output_tokens for p in portions) / calls if told else None,
        "cached_percent": HUNDRED * sum(p.cached_tokens for p in portions) / given if told else None,
    }
