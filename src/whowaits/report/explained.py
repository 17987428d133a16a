"""What a rule means, for whoever is puzzled by a finding: from the rule files, the same text everywhere."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from whowaits import rules
from whowaits.report.check import dumps_list
from whowaits.rules import CodeRule, FindingRule, LogCase
from whowaits.rules.decisions import DecisionRule, load_decisions

_FIX_BULK: Final = (
    "Collect the requests into one file or list, hand them to the provider's batch API, and read the results when they "
    "are done. If the answers are needed sooner, say so: `# whowaits: deadline=20m -- reason`, or in the register."
)
_FIX_STAGES: Final = "Make one batch for each stage: the first for all items, the next when it has come back."
_FIX_WAITED: Final = "Nothing: somebody waits, so the call stays synchronous."
_FIX_CHAIN: Final = "Nothing: the next call needs this answer. Where nobody waits for the whole, a flex tier may fit."
_FIX_HINT: Final = "Nothing by itself. Say who waits and until when, in a comment or in the register: that settles it."


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule in words. `example` is a program in which the rule speaks, with the lines marked, or figures of a log."""

    id: str
    what: str
    why: str
    limits: str
    fix: str
    says: str | None = None
    example: str | None = None
    source: str | None = None
    language: str = "python"


def explain(rule: str) -> Explained:
    """Return what is known of a rule; an id that no rule has explains itself."""
    return every().get(rule) or Explained(rule, rule, "No such rule.", "", "")


@functools.cache
def every() -> Mapping[str, Explained]:
    """Return every rule that a finding, an observation in code or a choice can have, by its id, sorted."""
    found = [_code_rule(rule) for rule in rules.load_code()]
    found += [_finding(rule) for rule in rules.load_findings()]
    found += [_decision(rule) for rule in load_decisions()]
    return {rule.id: rule for rule in sorted(found, key=lambda r: r.id)}


def _code_rule(rule: CodeRule) -> Explained:
    example = rules.rules_dir() / "code" / f"{rule.id}.py"
    text = example.read_text(encoding="utf-8") if example.is_file() else None
    source = f"{rule.source}, checked {rule.checked}" if rule.source else None
    return Explained(rule.id, rule.what, rule.why, rule.limits, _fix(rule), says(rule), text, source)


def _finding(rule: FindingRule) -> Explained:
    """A finding with the figures of a log that raise it, and those of look-alikes that do not."""
    bounds = [f"{name} at least {bound:g}" for name, bound in rule.when.at_least.items()]
    bounds += [f"{name} at most {bound:g}" for name, bound in rule.when.at_most.items()]
    said = f'"{rule.says}": {", ".join(bounds)}' if rule.says else None
    return Explained(rule.id, rule.what, rule.why, rule.limits, rule.fix, said, _cases(rule), language="text")


def _decision(rule: DecisionRule) -> Explained:
    """A choice with what makes it weak where that can be seen."""
    seen = [f"weak where {w.says}" for w in rule.weak]
    source = f"{rule.source}, checked {rule.checked}" if rule.source else None
    return Explained(rule.id, rule.what, rule.why, rule.limits, rule.fix, "; ".join(seen) or None, source=source)


def _cases(rule: FindingRule) -> str | None:
    lines = [f"{_case(case, rule)}\n" for case in rule.cases]
    return "".join(lines) or None


def _case(case: LogCase, rule: FindingRule) -> str:
    named = (*rule.when.at_least, *rule.when.at_most)
    figures = ", ".join(f"{name} {case.row[name]}" for name in named if name in case.row)
    return f"{case.name} ({figures}): {'a finding' if case.fires else 'none'}"


def _fix(rule: CodeRule) -> str:
    said = rule.says
    if said.stages:
        return _FIX_STAGES
    if said.hint:
        return _FIX_HINT
    if said.chain is not None:
        return _FIX_CHAIN
    return _FIX_WAITED if said.waiter in ("person", "program") else _FIX_BULK


def says(rule: CodeRule) -> str:
    """Return the sentence a rule shows, with what it claims and how strongly."""
    said = rule.says
    claims = [
        f"waiter {said.waiter}" if said.waiter else "",
        "bulk" if said.bulk else "",
        f"shape {said.shape}" if said.shape else "",
        f"chain {said.chain}" if said.chain is not None else "",
        "one batch for each stage" if said.stages else "",
        f"entry point {said.entry}" if said.entry else "",
    ]
    strength = "a hint" if said.hint else str(said.basis)
    listed = ", ".join(claim for claim in claims if claim)
    return f'"{said.text}": {listed + " " if listed else ""}({strength})'


def render_list() -> str:
    """Return one line a rule."""
    longest = max(len(rule) for rule in every())
    return "".join(f"{rule.id:<{longest}}  {rule.what}\n" for rule in every().values())


def render_text(rule: Explained) -> str:
    """Return the explanation for a terminal."""
    parts = [
        f"{rule.id}\n\n{rule.what}",
        f"Why: {rule.why}",
        f"When not to act: {rule.limits}",
        f"What to do: {rule.fix}",
    ]
    parts += [f"Says: {rule.says}"] if rule.says else []
    parts += [f"Source: {rule.source}"] if rule.source else []
    parts += ["Example:\n\n" + _indented(rule.example)] if rule.example else []
    return "\n\n".join(parts) + "\n"


def render_json(chosen: list[Explained]) -> str:
    """Return the explanations as a list of objects."""
    return dumps_list(
        [
            {
                "id": r.id,
                "what": r.what,
                "why": r.why,
                "limits": r.limits,
                "fix": r.fix,
                "says": r.says,
                "example": r.example,
                "source": r.source,
            }
            for r in chosen
        ]
    )


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()).rstrip("\n")
