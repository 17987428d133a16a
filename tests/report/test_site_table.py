"""The way from the driver to the call, for every call site."""

from __future__ import annotations

from types import SimpleNamespace

from whowaits.model import Entry, Frame, Place
from whowaits.report.html import render_html
from whowaits.report.markdown import render_markdown
from whowaits.report.site_table import from_driver
from whowaits.report.values import Report
from whowaits.report.view import page

VIA = (
    Frame(Place("jobs/tag.py", 33), "<module>"),
    Frame(Place("jobs/tag.py", 27), "main"),
    Frame(Place("jobs/tag.py", 19), "tag_all"),
    Frame(Place("llm.py", 14), "ask"),
)


def functions(make: SimpleNamespace, driver: Place | None) -> list[str]:
    return [f.function for f in from_driver(make.usage(make.LOOP, driver=driver, via=VIA))]


def test_the_way_begins_with_the_function_that_holds_the_driver(make: SimpleNamespace) -> None:
    assert functions(make, Place("jobs/tag.py", 18)) == ["tag_all", "ask"]
    assert functions(make, Place("jobs/tag.py", 19)) == ["tag_all", "ask"]
    assert functions(make, Place("llm.py", 14)) == ["ask"]


def test_a_driver_outside_of_the_code_has_the_whole_way_after_it(make: SimpleNamespace) -> None:
    assert functions(make, None) == functions(make, Place("crontab", 3)) == ["<module>", "main", "tag_all", "ask"]


def test_the_way_is_shown_with_its_places_and_a_function_stays_text(make: SimpleNamespace) -> None:
    usage = make.usage(make.LOOP, "f", driver=Place("jobs/tag.py", 27), via=VIA, entry=Entry("script", VIA[0].place))
    report = make.report_on(make.scan(make.site("llm.py", 14, usage)), None)
    assert "main jobs/tag.py:27 → tag_all jobs/tag.py:19 → ask llm.py:14" in render_markdown(report)
    html = render_html(report)
    assert "<summary>main → tag_all → ask</summary>" in html
    assert "<li>tag_all <code>jobs/<wbr>tag.py:19</code></li>" in html


def test_call_sites_that_stay_are_listed_with_theirs(newsroom: Report) -> None:
    shown = next(s for s in page(newsroom).sections if s.id == "stays")
    assert shown.table is not None
    assert [row[0].text for row in shown.table.rows] == [
        "newsroom/export.py:20", "newsroom/retry.py:7", "newsroom/chat.py:14",
    ]  # fmt: skip
    assert shown.table.rows[0][4].small == ("on batch already",)
    moving = sum(s.moves for s in newsroom.sites)
    assert moving + len(shown.table.rows) == len(newsroom.sites)
