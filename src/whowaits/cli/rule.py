"""`whowaits rule`: what a finding means, why, when not to act, and an example."""

from __future__ import annotations

import difflib
import enum
from typing import Annotated

import typer

from whowaits.cli.shared import fail, show, wrong_use_is_exit_2


class Form(enum.StrEnum):
    """The outputs of `rule`."""

    text = "text"
    json = "json"


def rule(
    rule_id: Annotated[str | None, typer.Argument(metavar="ID", help="The rule.", show_default="all, in short")] = None,
    form: Annotated[Form, typer.Option("--format", help="How to print.")] = Form.text,
) -> None:
    """Explain a rule: what it means, why, when not to act, what to do, an example."""
    from whowaits.report import explained

    with wrong_use_is_exit_2():
        known = explained.every()
    if rule_id is None:
        show(explained.render_json(list(known.values())) if form is Form.json else explained.render_list())
        return
    if rule_id not in known:
        near = difflib.get_close_matches(rule_id, known, n=1, cutoff=0.5)
        fail(f"no rule `{rule_id}`; {f'did you mean `{near[0]}`?' if near else '`whowaits rule` lists them'}")
    found = known[rule_id]
    show(explained.render_json([found]) if form is Form.json else explained.render_text(found))
