"""The report as one HTML file: no script, no font, no picture from elsewhere, everything escaped by Jinja."""

from __future__ import annotations

import functools
import re
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from whowaits.report import words
from whowaits.report.charts import charts
from whowaits.report.drawing import draw
from whowaits.report.values import Report
from whowaits.report.view import page

_KEPT_TOGETHER: Final = re.compile(r"(?<=\d) (?=%)|(?<=^not) (?=known$)")


def render_html(report: Report) -> str:
    """Return the report as one self-contained HTML document."""
    drawn = {name: (chart, draw(chart)) for name, chart in charts(report).items()}
    text = _environment().get_template("report.html.j2").render(page=page(report), charts=drawn)
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
        finalize=_unbroken,
    )


def _unbroken(value: object) -> object:
    """Keep "62 %" on one line; what is safe markup already stays as it is."""
    return _KEPT_TOGETHER.sub("\u00a0", value) if type(value) is str else value
