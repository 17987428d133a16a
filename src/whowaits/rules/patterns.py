"""What an observation means: rules/code/*.yaml and rules/logs/*.yaml -> `CodeRule`, `LogRule`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from whowaits.frozen import dataclass
from whowaits.model import Basis, Chain, Evidence, Place, Shape, Waiter
from whowaits.rules.reading import RuleError, read_folder


@dataclass(frozen=True, slots=True)
class When:
    """What must be seen in code. All keys that are given must hold; within one key any pattern will do.

    Patterns are matched with fnmatch against resolved qualified names (`fastapi.*.get`, `*.app.route`); `in_file`
    against the path. `fact` names one thing that steps reads (`retry-loop`).
    """

    decorated_by: tuple[str, ...] = ()
    subclass_of: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    passed_to: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    in_file: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Says:
    """What the observation claims. `text` is the sentence that is shown."""

    text: str
    entry: str | None = None
    shape: Shape | None = None
    waiter: Waiter | None = None
    deadline_s: float | None = None
    bulk: bool = False
    chain: Chain | None = None
    stages: bool = False
    basis: Basis = Basis.STATED
    hint: bool = False

    def evidence(
        self, rule: str, *, place: Place | None = None, deadline_s: float | None = None, text: str | None = None
    ) -> Evidence:
        """Return the claim as evidence; a deadline or a sentence seen on the spot replaces the rule's own."""
        return Evidence(
            rule=rule,
            says=self.text if text is None else text,
            basis=self.basis,
            place=place,
            hint=self.hint,
            waiter=self.waiter,
            deadline_s=self.deadline_s if deadline_s is None else deadline_s,
            bulk=self.bulk,
            chain=self.chain,
            stages=self.stages,
        )


@dataclass(frozen=True, slots=True)
class CodeRule:
    """A pattern in code and what it says about waiting; the id is the stem of its file."""

    what: str
    why: str
    limits: str
    when: When
    says: Says
    source: str = ""
    checked: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What figures must be: each of `at_least` no smaller, each of `at_most` no larger than this."""

    at_least: Mapping[str, float] = dataclasses.field(default_factory=dict)
    at_most: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def holds(self, figures: Mapping[str, float]) -> bool:
        """Whether figures that were measured are all within bounds; one that is missing is not."""
        return bool(self.at_least or self.at_most) and (
            all(name in figures and figures[name] >= bound for name, bound in self.at_least.items())
            and all(name in figures and figures[name] <= bound for name, bound in self.at_most.items())
        )


@dataclass(frozen=True, slots=True)
class LogWhen(Bounds):
    """What must be seen in a log.

    field     canonical columns or tag keys, any of them (fnmatch patterns).
    matches   a regular expression that the whole value must match, or a list of values; letter case is ignored.
    value     "duration": the value, or group 1 of the expression, is itself the deadline; "clock": it is the time
              of day at which the answer is due; "people": the answer is due when people are back.
    at_least  figures measured on the calls of a workload, each no smaller than this, ...
    at_most   ... and no larger than this. A rule about figures names no field.
    """

    field: tuple[str, ...] = ()
    matches: str | tuple[str, ...] = ".+"
    value: Literal["duration", "clock", "people"] | None = None


@dataclass(frozen=True, slots=True)
class LogCase:
    """A row that the rule must, or must not, speak about."""

    name: str
    row: Mapping[str, str | float | bool | None]
    fires: bool
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class LogRule:
    """A value in a log and what it says about waiting; the id is the stem of its file."""

    what: str
    why: str
    limits: str
    when: LogWhen
    says: Says
    cases: tuple[LogCase, ...] = ()
    source: str = ""
    checked: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A finding that is no move to a slower tier, explained; the id is the stem of its file.

    when, says   the figures of a workload in logs that raise it, and the sentence in which they are shown.
    cases        figures that must, or must not, raise it.
    """

    what: str
    why: str
    limits: str
    fix: str
    when: Bounds = dataclasses.field(default_factory=Bounds)
    says: str = ""
    cases: tuple[LogCase, ...] = ()
    id: str = ""


def read_findings(root: Path) -> tuple[FindingRule, ...]:
    """Return the findings that are no move, sorted by id."""
    return tuple(
        dataclasses.replace(rule, id=same_id(rule.id, stem, shown))
        for stem, shown, rule in read_folder(root, "findings", FindingRule)
    )


def read_code(root: Path) -> tuple[CodeRule, ...]:
    """Return the code rules, sorted by id."""
    return tuple(
        dataclasses.replace(rule, id=same_id(rule.id, stem, shown))
        for stem, shown, rule in read_folder(root, "code", CodeRule)
    )


def read_logs(root: Path) -> tuple[LogRule, ...]:
    """Return the log rules, sorted by id; an expression that does not compile is an error."""
    rules = []
    for stem, shown, rule in read_folder(root, "logs", LogRule):
        _check_expression(rule.when.matches, shown)
        rules.append(dataclasses.replace(rule, id=same_id(rule.id, stem, shown)))
    return tuple(rules)


def same_id(written: str, stem: str, shown: str) -> str:
    """Return the id of a rule, which is the stem of its file."""
    if written not in ("", stem):
        raise RuleError(f"{shown}:1: the id `{written}` is not the file's name `{stem}`")
    return stem


def _check_expression(matches: str | tuple[str, ...], shown: str) -> None:
    if isinstance(matches, str):
        try:
            re.compile(matches)
        except re.error as error:
            raise RuleError(f"{shown}:1: `matches` is not a regular expression: {error}") from error
