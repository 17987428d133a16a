"""The report as one HTML file: nothing from elsewhere, one small script of its own, everything escaped by Jinja."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from whowaits.report import words
from whowaits.report.charts import charts
from whowaits.report.drawing import draw
from whowaits.report.values import Report
from whowaits.report.view import page

_KEPT_TOGETHER: Final = re.compile(r"(?<=\d) (?=%)|(?<=^not) (?=known$)")


def render_html(report: Report) -> str:
    """Return the report as one self-contained HTML document."""
    drawn = {name: (chart, draw(chart)) for name, chart in charts(report).items()}
    style, script = _own("style.css"), _own("page.js")
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(page=page(report), charts=drawn, style=style, script=script, policy=_policy(style, script))
    )
    return words.unicode_only(text)


def _policy(style: str, script: str) -> str:
    """The style and the script of this page may be used, nothing else; a text that got in as markup does nothing."""
    return f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _own(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((resources.files("whowaits.report") / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704


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
