"""The rules about code as a document: `python -m whowaits.report.rules > docs/rules.md`."""

from __future__ import annotations

from collections.abc import Iterator

from whowaits import rules
from whowaits.rules import CodeRule

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
        parts.extend("\n".join(_rule(rule)) for rule in group)
    return "\n".join(parts)


def _rule(rule: CodeRule) -> Iterator[str]:
    yield f"### `{rule.id}`\n"
    yield f"{rule.what}\n"
    yield f"*Why.* {rule.why}\n"
    yield f"*Limits.* {rule.limits}\n"
    yield f"*Says.* {_says(rule)}\n"
    if rule.source:
        yield f"*Source.* {rule.source}, checked {rule.checked}\n"
    example = rules.rules_dir() / "code" / f"{rule.id}.py"
    if example.is_file():
        yield f"```python\n{example.read_text(encoding='utf-8')}```\n"


def _says(rule: CodeRule) -> str:
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


if __name__ == "__main__":
    print(render(), end="")
