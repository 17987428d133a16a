"""A chart is as long as its figures, says in words what it shows, holds nothing but shapes and texts, and is always
the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from whowaits.report.charts import LEVELS, Bar, Bars, Piece, Week, charts
from whowaits.report.drawing import draw
from whowaits.report.html import render_html
from whowaits.report.values import Report

PATH = re.compile(r'<path class="([a-z0-9-]+)" d="M([\d.]+),([\d.]+)h([\d.]+)')


@pytest.fixture
def week(make: SimpleNamespace) -> Report:
    return replace(make.newsroom_report(), unwaited_hours=(0, *range(1, 168)))


def shares(chart: Bars) -> list[list[tuple[str, str]]]:
    return [[(p.kind, f"{p.share:.4f}") for p in bar.pieces] for bar in chart.bars]


def bars(report: Report, name: str) -> Bars:
    chart = charts(report)[name]
    assert isinstance(chart, Bars)
    return chart


def test_parts_of_a_bar_are_its_figures(newsroom: Report) -> None:
    assert shares(bars(newsroom, "waiters")) == [
        [("waiter-person", "0.4921")],
        [("waiter-nobody", "1.0000")],
        [("waiter-unknown", "0.0952")],
    ]
    stays = [("route-sync", "0.3100"), ("route-unknown", "0.0600")]
    after = [*stays, ("slow", "0.3150"), ("range", "0.0200"), ("saved", "0.2950")]
    assert shares(bars(newsroom, "bill")) == [[*stays, ("slow", "0.0100"), ("route-batch", "0.6200")], after]
    assert shares(bars(newsroom, "months")) == [after]
    assert [kind for row in shares(bars(newsroom, "workloads")) for kind, _ in row][:2] == ["route-batch", "route-sync"]


def test_keys_name_each_part_with_its_figure_in_the_order_drawn(newsroom: Report) -> None:
    assert [key.text for key in bars(newsroom, "bill").keys] == [
        "stays synchronous, $3,100",
        "not known, $600",
        "can wait, $6,200",
        "on a slower tier, $3,150",
        "saved or not, with the prompt cache, $200",
        "saved, $2,950",
    ]


def test_every_bar_is_drawn_as_long_as_it_says(newsroom: Report) -> None:
    for chart in charts(newsroom).values():
        assert isinstance(chart, Bars)
        for drawing in draw(chart):
            width = {"wide": 1060, "narrow": 340}[drawing.size]
            drawn = [(k, float(x) / width, float(w) / width) for k, x, _, w in PATH.findall(drawing.svg)]
            told = []
            for bar in chart.bars:
                x = Decimal(0)
                for piece in bar.pieces:
                    told.append((piece.kind, float(x), float(piece.share)))
                    x += piece.share
            assert [k for k, _, _ in drawn] == ["track"] * len(chart.bars) + [k for k, _, _ in told]
            for (_, x, w), (_, wanted_x, wanted_w) in zip(drawn[len(chart.bars) :], told, strict=True):
                assert (x, w) == (pytest.approx(wanted_x, abs=1e-4), pytest.approx(wanted_w, abs=1e-4))


def test_the_hours_of_the_week_lie_where_their_names_are(week: Report) -> None:
    chart = charts(week)["hours"]
    assert isinstance(chart, Week)
    assert [chart.levels[at] for at in (0, 1, 7, 167)] == [0, 1, 2, LEVELS]
    assert [key.text for key in chart.keys] == ["none", "up to 6", "up to 26", "up to 60", "up to 106", "up to 167"]
    wide, narrow = draw(chart)
    for drawing, across in ((wide, 24), (narrow, 7)):
        cells = PATH.findall(drawing.svg)
        assert len(cells) == 168
        columns, rows = sorted({float(x) for _, x, _, _ in cells}), sorted({float(y) for _, _, y, _ in cells})
        assert (len(columns), len(rows)) == (across, 168 // across)
        found = {(columns.index(float(x)), rows.index(float(y))): kind for kind, x, y, _ in cells}
        for at, level in enumerate(chart.levels):
            place = (at % 24, at // 24) if across == 24 else (at // 24, at % 24)
            assert found[place] == f"level-{level}"
    assert re.findall(r">(\w+)</text>", wide.svg)[-7:] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert re.findall(r">([\w:]+)</text>", narrow.svg)[7:] == [f"{h:02}:00" for h in range(24)]


@pytest.mark.parametrize("counts", [(1,), (3, 1, 0), (10**12, 1)])
def test_levels_say_which_counts_they_hold(make: SimpleNamespace, counts: tuple[int, ...]) -> None:
    hours = (*counts, *[0] * (168 - len(counts)))
    chart = charts(replace(make.newsroom_report(), unwaited_hours=hours))["hours"]
    assert isinstance(chart, Week)
    bounds = {key.kind: int(key.text.removeprefix("up to ").replace(",", "")) for key in chart.keys if "up" in key.text}
    for count, level in zip(hours, chart.levels, strict=True):
        assert (level == 0) == (count == 0)
        assert count == 0 or count <= bounds[f"level-{level}"]


def test_a_chart_tells_in_words_what_it_shows(week: Report) -> None:
    for chart in charts(week).values():
        for drawing in draw(chart):
            root = ElementTree.fromstring(drawing.svg)
            labels = [e for e in root if e.tag in ("title", "desc")]
            assert [e.text for e in labels] == [chart.title, chart.summary]
            assert (root.get("role"), root.get("aria-labelledby")) == ("img", " ".join(e.attrib["id"] for e in labels))
    assert charts(week)["bill"].summary == "The bill is $10,000 now and $6,850–$7,050 after every proposed move."
    assert charts(week)["hours"].summary == "Most calls begin on Sun at 23:00: 167. 1 hour of 168 see none."


def test_a_picture_holds_shapes_and_texts_and_no_more(week: Report, make: SimpleNamespace) -> None:
    hostile = Bars("x", make.HOSTILE, "\uffff", (Bar(make.HOSTILE, "\udc80\ufffe", (Piece(Decimal(1), "slow"),)),))
    for chart in (*charts(week).values(), hostile):
        for drawing in draw(chart):
            text = (
                drawing.svg
                if chart is not hostile
                else re.sub(r"[\x00-\x09\x1b]|\udc80|[\ufffe\uffff]", "", drawing.svg)
            )
            for element in ElementTree.fromstring(text).iter():
                assert element.tag in {"svg", "title", "desc", "g", "path", "text"}
                assert set(element.attrib) <= {
                    "class", "d", "id", "transform", "text-anchor", "viewBox", "role", "aria-labelledby",
                }  # fmt: skip
                assert not re.search(r"script|url|http|javascript", " ".join(element.attrib.values()))


def test_a_workload_that_is_called_a_script_stays_text_in_the_picture(make: SimpleNamespace) -> None:
    report = make.report_on(None, make.classified(make.workload("<script>a()</script>", "3", make.PERSON)))
    text = render_html(report)
    assert "<script>a()" not in text
    picture = re.search(r'<svg class="narrow".*?id="workloads-narrow-title".*?</svg>', text)
    assert picture and '<text class="label" transform="translate(0,14)">&lt;script&gt;a()&lt;/script&gt;</text>' in text


def test_without_money_there_are_no_bars(make: SimpleNamespace) -> None:
    assert charts(make.report_on(make.newsroom_scan(), None)) == {}
    assert charts(make.report_on(None, make.classified(make.workload("a", None)))) == {}


def test_no_bar_leaves_its_drawing(make: SimpleNamespace) -> None:
    dear = make.workload("cached", "10", make.WEEKLY, saving=make.saving("-4", "1"))
    for report in (make.report_on(None, make.classified(dear)), make.hostile_report()):
        for chart in charts(report).values():
            assert isinstance(chart, Bars)
            assert all(sum(p.share for p in bar.pieces) <= 1 for bar in chart.bars)


def test_neither_fonts_nor_language_nor_time_zone_nor_hash_seed_change_a_byte(week: Report) -> None:
    chart = charts(week)["hours"]
    program = (
        "from whowaits.report.charts import Week, Key; from whowaits.report.drawing import draw; "
        f"print(draw({chart!r})[0].svg)"
    )
    elsewhere = {
        "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "FONTCONFIG_FILE": os.devnull, "HOME": "/",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **elsewhere}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == draw(chart)[0].svg
