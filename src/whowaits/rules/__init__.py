"""rules/**/*.yaml -> closed, typed values. Nothing else reads a rule file.

What only a report needs has its loader in a module of its own (`decisions.py`): a check does not pay for it.
"""

from __future__ import annotations

import functools
from pathlib import Path

from whowaits.rules.calls import CallRule, Calls, HostRule, UrlRule, read_calls
from whowaits.rules.made import made
from whowaits.rules.offers import (
    Back,
    BatchSale,
    FlexSale,
    Limits,
    ListedRate,
    Offers,
    ProviderOffer,
    Sale,
    read_offers,
)
from whowaits.rules.patterns import (
    CodeRule,
    FindingRule,
    LogCase,
    LogRule,
    LogWhen,
    Says,
    When,
    read_code,
    read_findings,
    read_logs,
)
from whowaits.rules.reading import RuleError

__all__ = [
    "Back",
    "BatchSale",
    "CallRule",
    "Calls",
    "CodeRule",
    "FindingRule",
    "FlexSale",
    "HostRule",
    "Limits",
    "ListedRate",
    "LogCase",
    "LogRule",
    "LogWhen",
    "Offers",
    "ProviderOffer",
    "RuleError",
    "Sale",
    "Says",
    "UrlRule",
    "When",
    "load_calls",
    "load_code",
    "load_findings",
    "load_log_rules",
    "load_offers",
    "rules_dir",
]


def rules_dir() -> Path:
    """Return the folder of the rules: inside the installed package, else in the checkout beside `src`."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_rules"
    return installed if installed.is_dir() else package.parent.parent / "rules"


@functools.cache
def load_calls() -> Calls:
    """Return the calls that go to a model provider (rules/calls)."""
    return made("calls") or read_calls(rules_dir())


@functools.cache
def load_code() -> tuple[CodeRule, ...]:
    """Return what observations in code mean (rules/code), sorted by id."""
    return made("code") or read_code(rules_dir())


@functools.cache
def load_findings() -> tuple[FindingRule, ...]:
    """Return the findings that are no move to a slower tier, explained (rules/findings), sorted by id."""
    return made("findings") or read_findings(rules_dir())


@functools.cache
def load_log_rules() -> tuple[LogRule, ...]:
    """Return what observations in logs mean (rules/logs), sorted by id."""
    return made("logs") or read_logs(rules_dir())


@functools.cache
def load_offers() -> Offers:
    """Return what each provider sells for waiting (rules/offers)."""
    return made("offers") or read_offers(rules_dir())
