"""The page in a real browser: looked at on wide and narrow screens, light and dark, on paper, and with a keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.report.browser import Opened, Scheme, chromium, greys, opened
from whowaits.report.html import render_html
from whowaits.report.values import Report

pytestmark = pytest.mark.browser
HANGING = """() => [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  && !e.closest(".scroll") && !e.closest("svg g") && !e.closest("caption, thead, .skip")).map(e => e.tagName + "." + e.className)"""
SCROLLED = """() => [...document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth + 1).length"""
FOCUSED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body) return null;
  return { tag: e.tagName.toLowerCase(), text: (e.getAttribute("aria-label") || e.textContent || e.parentElement.textContent).trim().slice(0, 40),
    at: [...document.querySelectorAll("*")].indexOf(e), seen: box.width > 1 && box.height > 1 && getComputedStyle(e).visibility === "visible",
    inside: e.closest("section")?.id };
}"""
Save = Callable[[Report], Path]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write a report as a page and return its file."""

    def write(report: Report) -> Path:
        file = tmp_path / "page.html"
        file.write_text(render_html(report), encoding="utf-8")
        return file

    return write


def full(make: SimpleNamespace) -> Report:
    """A report with every kind of section and chart, and tables long enough to be sorted and filtered."""
    config, code, logs = make.newsroom_config(), make.newsroom_scan(), make.newsroom_logs()
    more = tuple(make.workload(f"job-{n}", f"{n}.50", make.BULK, saving=make.saving(f"{n}")) for n in range(1, 9))
    report: Report = make.report_on(code, replace(logs, workloads=(*logs.workloads, *more)), config)
    return replace(report, unwaited_hours=tuple(n % 24 * (n % 5) for n in range(168)))


def column(found: Opened, section: str, at: int) -> list[str]:
    script = "(rows, at) => rows.map((row) => row.cells[at].firstElementChild.textContent.trim())"
    texts: list[str] = found.page.eval_on_selector_all(f"#{section} tbody tr:not([hidden])", script, at)
    return texts


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("which", ["newsroom", "hostile", "long names"])
def test_nothing_hangs_over_the_edge_and_nothing_is_asked_of_the_network(
    browser: Any, make: SimpleNamespace, save: Save, which: str, width: int
) -> None:
    report = {
        "newsroom": lambda: full(make),
        "hostile": make.hostile_report,
        "long names": lambda: make.hostile_report("W" * 900),
    }[which]()
    with opened(browser, save(report), width) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth") == width
        assert found.page.evaluate(HANGING) == []
        if which == "newsroom":
            assert found.page.evaluate(SCROLLED) == 0, "no table needs to be scrolled sideways"
        found.page.wait_for_load_state("networkidle")
        assert (found.asked, found.complained) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_first_screen_says_the_bill_what_can_wait_and_what_to_do_first(
    browser: Any, make: SimpleNamespace, save: Save, width: int, height: int, scheme: Scheme
) -> None:
    with opened(browser, save(full(make)), width, height, scheme) as found:
        below = "(nodes) => nodes.map((node) => node.getBoundingClientRect().bottom)"
        for part in (".headline", ".figures > div"):
            assert max(found.page.eval_on_selector_all(part, below)) <= height, part
        if width > 1000:
            assert found.page.eval_on_selector_all("#first li", below)[0] <= height
        seen = greys(browser, found.page.screenshot())
        assert seen["mean"] > 200 if scheme == "light" else seen["mean"] < 60
        assert seen["lightest"] - seen["darkest"] > 180, "there is text on it"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_looks_can_be_told_apart_without_colours(
    browser: Any, make: SimpleNamespace, save: Save, scheme: Scheme
) -> None:
    with opened(browser, save(full(make)), scheme=scheme, device_scale_factor=2) as found:
        for name in ("bill", "hours"):
            swatches = found.page.locator(f"#{name} .swatch").all()
            looks = [greys(browser, swatch.screenshot()) for swatch in swatches]
            assert len(looks) >= 5
            for one, other in combinations(looks, 2):
                apart = max(abs(one["mean"] - other["mean"]), abs(one["spread"] - other["spread"]))
                assert apart > 6, (name, one, other)


@pytest.mark.parametrize(("width", "shown", "hidden"), [(1280, "wide", "narrow"), (390, "narrow", "wide")])
def test_a_chart_is_shown_once_in_the_size_that_fits(
    browser: Any, make: SimpleNamespace, save: Save, width: int, shown: str, hidden: str
) -> None:
    with opened(browser, save(full(make)), width) as found:
        for name in ("months", "workloads", "hours"):
            assert found.page.locator(f"#{name} svg.{shown}").is_visible()
            assert not found.page.locator(f"#{name} svg.{hidden}").is_visible()
        tall = "(texts) => texts.map((text) => text.getBoundingClientRect().height)"
        assert min(found.page.eval_on_selector_all(f"svg.{shown} text", tall)) > 10, "texts can be read"


def test_it_prints_on_a4_with_its_charts_and_without_its_tools(browser: Any, make: SimpleNamespace, save: Save) -> None:
    with opened(browser, save(full(make))) as found:
        data = found.page.pdf(prefer_css_page_size=True)
        assert data.startswith(b"%PDF-")
        assert re.search(rb"/MediaBox ?\[0 0 59[45][.\d]* 84[12]", data), "A4"
        assert 3 <= len(re.findall(rb"/Type ?/Page\b", data)) <= 12
        found.page.emulate_media(media="print")
        found.page.set_viewport_size({"width": 700, "height": 900})
        assert not any(tools.is_visible() for tools in found.page.locator(".tools, nav, .skip").all())
        assert all(chart.is_visible() for chart in found.page.locator("figure.chart").all())
        assert found.page.evaluate("document.documentElement.scrollWidth") <= 700
        assert found.complained == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_reaches_what_can_be_used_in_the_order_of_the_page(
    browser: Any, make: SimpleNamespace, save: Save, width: int
) -> None:
    with opened(browser, save(full(make)), width) as found:
        stops = []
        for _ in range(400):
            found.page.keyboard.press("Tab")
            stop = found.page.evaluate(FOCUSED)
            if stop is None:
                break
            stops.append(stop)
        assert (stops[0]["tag"], stops[0]["text"]) == ("a", "To the report")
        assert [s for s in stops if not s["seen"]] == []
        assert [s["at"] for s in stops] == sorted({s["at"] for s in stops})
        used = {s["tag"] for s in stops if s["inside"] == "workloads"}
        assert used >= ({"button", "input"} if width == 1280 else {"select", "input"})
        assert ("button" in {s["tag"] for s in stops}) == (width == 1280)
        assert {s["inside"] for s in stops if s["tag"] == "summary"} >= {"hours", "stays", "call-sites"}


def test_a_table_is_sorted_by_a_key_press_and_says_so(browser: Any, make: SimpleNamespace, save: Save) -> None:
    with opened(browser, save(full(make))) as found:
        head = found.page.locator("#workloads th", has_text="Saving")
        written = column(found, "workloads", 6)
        head.locator("button").focus()
        found.page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "descending"
        down = column(found, "workloads", 6)
        assert down[:3] == ["$2,400.00 to $2,600.00", "$400.00", "$150.00"]
        assert down[-2:] == ["–", "–"], "what has no figure comes last"
        found.page.keyboard.press("Space")
        assert head.get_attribute("aria-sort") == "ascending"
        up = column(found, "workloads", 6)
        assert up[0] == "$1.00" and up[-2:] == ["–", "–"]
        found.page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") is None
        assert column(found, "workloads", 6) == written
        found.page.locator("#workloads th", has_text="Deadline").locator("button").click()
        assert column(found, "workloads", 4)[:3] == ["24 h"] * 3
        assert column(found, "workloads", 4)[-3] == "4 h"


def test_rows_are_filtered_by_all_the_words_typed(browser: Any, make: SimpleNamespace, save: Save) -> None:
    with opened(browser, save(full(make))) as found:
        total = len(column(found, "workloads", 0))
        field = found.page.locator("#workloads").get_by_label("Filter")
        field.fill("BATCH tagger")
        assert column(found, "workloads", 0) == ["article-tagger"]
        assert found.page.locator("#workloads output").inner_text() == f"1 of {total} rows"
        field.fill("no such row")
        assert column(found, "workloads", 0) == []
        field.fill("")
        assert len(column(found, "workloads", 0)) == total


def test_a_narrow_page_is_sorted_by_a_list_of_choices(browser: Any, make: SimpleNamespace, save: Save) -> None:
    with opened(browser, save(full(make)), 390) as found:
        found.page.locator("#workloads").get_by_label("Sort by").select_option("Workload, up")
        names = column(found, "workloads", 0)
        assert names == sorted(names)


def test_without_its_script_the_page_is_whole(browser: Any, make: SimpleNamespace, save: Save) -> None:
    with opened(browser, save(full(make)), java_script_enabled=False) as found:
        assert found.page.locator("button, input, select").count() == 0
        assert found.page.locator("#workloads tbody tr").count() == 13
        assert found.page.locator("#hours svg.wide").is_visible()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "</svg><b>"])
def test_a_workload_that_is_called_markup_stays_text_everywhere(
    browser: Any, make: SimpleNamespace, save: Save, name: str
) -> None:
    with opened(browser, save(make.hostile_report(name))) as found:
        assert found.page.locator("script").count() == 1
        assert found.page.locator("img, b").count() == 0
        assert name[:20] in (found.page.locator("#workloads svg.wide").text_content() or "")
        assert name in (found.page.locator("#workloads tbody th").first.text_content() or "")
        assert (found.asked, found.complained) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_that_keeps_anybody_out(
    browser: Any, make: SimpleNamespace, save: Save, width: int, scheme: Scheme
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, save(full(make)), width, scheme=scheme) as found:
        found.page.eval_on_selector_all("details", "(all) => all.forEach((one) => { one.open = true; })")
        results = Axe().run(found.page)
        told = [
            (v["id"], v["impact"], [n["html"][:120] for n in v["nodes"]][:3]) for v in results.response["violations"]
        ]
        assert told == []
