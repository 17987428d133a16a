"""The report as Markdown (GitHub flavoured): the words of the page, escaped for this syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from whowaits.report.layout import Cell, Item, Section, Table
from whowaits.report.values import Report
from whowaits.report.view import page

_SYNTAX: Final = re.compile(r"([\\`*\[\]|~#]|\$(?!\d))|(?<![^\W_])(_)|(_)(?![^\W_])")
"""Characters that mean something. A dollar before a digit is money, elsewhere it may open a formula. An
underscore inside a word means nothing and stays readable."""


def render_markdown(report: Report) -> str:
    """Return the report as one Markdown document."""
    shown = page(report)
    lines = [f"# {escape(shown.title)}: who waits", "", escape(shown.subtitle), "", f"**{escape(shown.headline)}**", ""]
    lines += [line for s in shown.sentences for line in (escape(s), "")]
    if shown.figures:
        lines += [f"- {escape(f.label)}: **{escape(f.value)}** ({escape(f.detail)})" for f in shown.figures]
        lines.append("")
    for section in shown.sections:
        lines += _section(section)
    return "\n".join([*lines, f"*{escape(shown.footer)}*"]) + "\n"


def escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no HTML, no automatic link."""
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _SYNTAX.sub(lambda m: "\\" + m.group(0), html)
    return plain.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def _section(section: Section) -> Iterable[str]:
    yield f"## {escape(section.title)}"
    yield ""
    for sentence in section.lead:
        yield escape(sentence)
        yield ""
    if section.table is not None:
        yield from _table(section.table)
        yield ""
    for number, item in enumerate(section.items, 1):
        yield from _item(f"{number}." if section.ordered else "-", item)
    if section.items:
        yield ""
    for sentence in section.after:
        yield escape(sentence)
        yield ""


def _table(table: Table) -> Iterable[str]:
    yield "| " + " | ".join(escape(c.title) for c in table.columns) + " |"
    yield "|" + "|".join(" ---: " if c.numeric else " --- " for c in table.columns) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"


def _cell(cell: Cell) -> str:
    path = (" → ".join(f"{step.function} {step.place}" for step in cell.path),) if cell.path else ()
    return "<br>".join(escape(text) for text in (cell.text, *cell.small, *path))


def _item(mark: str, item: Item) -> Iterable[str]:
    yield f"{mark} **{escape(item.title)}**: {escape(item.aside)}"
    for line in item.lines:
        yield f"   - {escape(line)}"
    for place in item.places:
        yield f"   - {escape(place)}"
