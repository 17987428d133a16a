"""The report as one HTML file: no script, no font, no picture from elsewhere, everything escaped by Jinja."""

from __future__ import annotations

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined

from whowaits.report import words
from whowaits.report.charts import charts
from whowaits.report.values import Report
from whowaits.report.view import page


def render_html(report: Report) -> str:
    """Return the report as one self-contained HTML document."""
    text = _environment().get_template("report.html.j2").render(page=page(report), charts=charts(report))
    return words.unicode_only(text)


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("whowaits.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
