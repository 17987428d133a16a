"""The rules about code as a document: `python -m whowaits.report.rules > docs/rules.md`."""

from __future__ import annotations

from collections.abc import Iterator

from whowaits import rules
from whowaits.report.explained import Explained, explain
from whowaits.rules.decisions import load_decisions

_HEAD = """# What is seen in code, and what it says

Written by `python -m whowaits.report.rules`; change the files of `rules/code`, not this one. Each rule is one file
there, with an example of the same name that is also its test: `# expect:` gives the route and the rules that speak at
that call, `# ok:` stands beside a look-alike.
"""

_GROUPS = (
    ("Many calls out of one", lambda rule: rule.says.shape is not None),
    ("The next call needs the answer", lambda rule: rule.says.chain is not None or rule.says.stages),
    ("Somebody waits", lambda rule: rule.says.waiter == "person"),
    ("A program waits", lambda rule: rule.says.waiter == "program"),
    ("Hints, which decide nothing", lambda rule: True),
)


def render() -> str:
    """Return the document: every rule once, in groups by what it claims, sorted by name."""
    parts, left = [_HEAD], list(rules.load_code())
    for title, belongs in _GROUPS:
        group = [rule for rule in left if belongs(rule)]
        left = [rule for rule in left if not belongs(rule)]
        parts.append(f"## {title}\n")
        parts.extend("\n".join(_rule(explain(rule.id))) for rule in group)
    parts.append("## Findings that are no move to a slower tier\n")
    parts.extend("\n".join(_rule(explain(rule.id))) for rule in rules.load_findings())
    parts.append("## Choices for a workload, the first choices first\n")
    parts.extend("\n".join(_rule(explain(rule.id))) for rule in load_decisions())
    return "\n".join(parts)


def _rule(rule: Explained) -> Iterator[str]:
    yield f"### `{rule.id}`\n"
    yield f"{rule.what}\n"
    yield f"*Why.* {rule.why}\n"
    yield f"*When not to act.* {rule.limits}\n"
    yield f"*What to do.* {rule.fix}\n"
    if rule.says:
        yield f"*Says.* {rule.says}\n"
    if rule.source:
        yield f"*Source.* {rule.source}\n"
    if rule.example:
        yield f"```{rule.language}\n{rule.example}```\n"


if __name__ == "__main__":
    print(render(), end="")
