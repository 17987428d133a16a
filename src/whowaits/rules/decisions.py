"""What can be done with a workload: rules/decisions/*.yaml -> `DecisionRule`. One file a choice, none knows another."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from whowaits.frozen import dataclass
from whowaits.model import Route, Waiter
from whowaits.rules import rules_dir
from whowaits.rules.patterns import Bounds, same_id
from whowaits.rules.reading import RuleError, nearest, read_folder

FIGURES: Final = frozenset(
    {
        "bulk", "cache_risk", "cached_percent", "calls_a_day", "chain", "deadline_s", "dearer", "flex_sold",
        "input_tokens", "monthly_usd", "open_chain", "output_tokens", "self_hosted", "slow_percent",
    }
)  # fmt: skip
"""What bounds may speak of. Yes and no are 1 and 0; tokens are those of a mean call, `monthly` is 30 days. What is not
known of a workload is left out, and then no bound on it holds."""


@dataclass(frozen=True, slots=True)
class WorkloadFacts:
    """A workload as decisions see it: its verdict, its findings and its figures."""

    route: Route
    waiter: Waiter
    notes: frozenset[str]
    findings: frozenset[str]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DecisionWhen(Bounds):
    """What must be true of a workload. All keys that are given must hold; within one key any value will do."""

    route: tuple[Route, ...] = ()
    waiter: tuple[Waiter, ...] = ()
    note: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()

    def fits(self, facts: WorkloadFacts) -> bool:
        """Whether it is true of this workload."""
        bounded = bool(self.at_least or self.at_most)
        return (
            (not self.route or facts.route in self.route)
            and (not self.waiter or facts.waiter in self.waiter)
            and (not self.note or not facts.notes.isdisjoint(self.note))
            and (not self.finding or not facts.findings.isdisjoint(self.finding))
            and (not bounded or self.holds(facts.figures))
        )


@dataclass(frozen=True, slots=True)
class Weakness:
    """Why a choice is a weak one for some workloads; `says` may name figures."""

    when: DecisionWhen
    says: str


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """A workload that the choice is, or is not, for, and how many of its weaknesses show there."""

    name: str
    row: Mapping[str, str | float]
    fires: bool
    weak: int = 0


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """A choice: what it is, why it pays, when it is weak (`limits`), how to do it; the id is the stem of its file.

    rank  of the choices that are for a workload the one with the smallest rank comes first.
    when  the workloads it is for: any of these.
    weak  what makes it weak for some of them, beside what always may.
    """

    title: str
    what: str
    why: str
    limits: str
    fix: str
    rank: int
    when: tuple[DecisionWhen, ...]
    weak: tuple[Weakness, ...] = ()
    cases: tuple[DecisionCase, ...] = ()
    source: str = ""
    checked: str = ""
    id: str = ""

    def is_for(self, facts: WorkloadFacts) -> bool:
        """Whether it is a choice for this workload."""
        return any(when.fits(facts) for when in self.when)

    def weak_for(self, facts: WorkloadFacts) -> tuple[str, ...]:
        """Return what makes it weak for this workload."""
        return tuple(w.says.format_map(facts.figures) for w in self.weak if w.when.fits(facts))


@functools.cache
def load_decisions() -> tuple[DecisionRule, ...]:
    """Return what can be done with a workload (rules/decisions), the first choices first."""
    return read_decisions(rules_dir())


def read_decisions(root: Path) -> tuple[DecisionRule, ...]:
    """Return the choices, by rank and then by id; a figure that no workload has is an error."""
    rules = []
    for stem, shown, rule in read_folder(root, "decisions", DecisionRule):
        _check(rule, shown)
        rules.append(dataclasses.replace(rule, id=same_id(rule.id, stem, shown)))
    return tuple(sorted(rules, key=lambda r: (r.rank, r.id)))


def _check(rule: DecisionRule, shown: str) -> None:
    for name in _figures(rule):
        if name not in FIGURES:
            raise RuleError(f"{shown}:1: no figure is called `{name}`{nearest(name, FIGURES)}")
    for weakness in rule.weak:
        known = {*weakness.when.at_least, *weakness.when.at_most}
        try:
            weakness.says.format_map(dict.fromkeys(known, 0.0))
        except (KeyError, ValueError) as error:
            raise RuleError(f"{shown}:1: `{weakness.says}` names a figure that its `when` does not bound") from error


def _figures(rule: DecisionRule) -> Iterable[str]:
    for when in (*rule.when, *(weakness.when for weakness in rule.weak)):
        yield from when.at_least
        yield from when.at_most
