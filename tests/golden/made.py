"""The report of the invented company in every format; `python -m tests.golden.made` writes what is expected anew."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from tests.golden.rows import logged
from whowaits import config, join
from whowaits import logs as log_half
from whowaits.code import scan as code_half
from whowaits.money.listed import list_name
from whowaits.report import former
from whowaits.report.build import build
from whowaits.report.compared import with_former
from whowaits.report.focus import render_focus
from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.markdown import render_markdown
from whowaits.report.openmetrics import render_openmetrics
from whowaits.report.terminal import render_text
from whowaits.report.values import Report

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
COMPANY = HERE / "company"
AS_OF = date(2026, 11, 20)
SILENT = {"script", "style", "svg", "title", "template"}
BLOCKS = {"p", "tr", "li", "h1", "h2", "h3", "section", "table", "ul", "ol", "div", "summary", "dt", "dd", "figcaption"}


class _Text(HTMLParser):
    """The words of a page, a line for each block; drawings and scripts have none."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in SILENT
        self.parts.append("\n" if tag in BLOCKS else " | " if tag in ("td", "th") else " ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self.parts.append("\n" if tag in BLOCKS else " ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def text_of(page: str) -> str:
    """The visible words of an HTML page."""
    parser = _Text()
    parser.feed(page)
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def report(quarter: int = 3) -> Report:
    """The report on the company's code and on the logs of a quarter."""
    settings = config.read(COMPANY / "whowaits.toml")
    scan = code_half.scan(COMPANY, [COMPANY], settings, cache=False, as_of=AS_OF)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls.jsonl"
        log.write_text("".join(json.dumps(row) + "\n" for row in logged(quarter)), encoding="utf-8")
        with log_half.classify([log], settings, AS_OF, written=scan.written) as session:
            joined = join.join(scan, session.classified, settings)
    return build(joined, name=f"company 2026 Q{quarter}", as_of=AS_OF, version="0")


def compared() -> Report:
    """The report of the third quarter beside that of the second."""
    with tempfile.TemporaryDirectory() as folder:
        older = Path(folder) / "q2.json"
        older.write_text(render_json(report(2)), encoding="utf-8")
        return with_former(report(), [former.read(older)])


def rendered(made: Report) -> Mapping[str, str]:
    """File name -> text, for every format. Of the price list only the name: its old prices stay what they were."""
    texts = {
        "report.html.txt": text_of(render_html(made)),
        "report.md": render_markdown(made),
        "report.json": render_json(made),
        "report.txt": render_text(made, width=120),
        "focus.csv": render_focus(made),
        "metrics.txt": render_openmetrics(made),
    }
    return {name: text.replace(list_name(), "genai-prices") for name, text in texts.items()}


if __name__ == "__main__":
    for name, text in rendered(compared()).items():
        (EXPECTED / name).write_text(text, encoding="utf-8", newline="\n")
