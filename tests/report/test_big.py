"""A report over 5,000 workloads is a page that opens at once."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.report.big import CALLS, WORKLOADS, big_report
from whowaits.report.html import render_html
from whowaits.report.json import render_json
from whowaits.report.layout import ROWS
from whowaits.report.markdown import render_markdown
from whowaits.report.values import Report

pytestmark = pytest.mark.slow
LARGEST_BYTES = 3_000_000
LATEST_MS = 2_000
OPENINGS = 5
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    import tests.report.conftest as builders

    return big_report(SimpleNamespace(**{k: v for k, v in vars(builders).items() if not k.startswith("_")}))


def test_the_page_is_small_and_says_what_it_leaves_to_the_json_report(report: Report) -> None:
    text, told = render_html(report), json.loads(render_json(report))
    assert len(text.encode()) < LARGEST_BYTES
    assert (len(told["workloads"]), sum(w["calls"] for w in told["workloads"])) == (WORKLOADS, CALLS)
    part = re.search(r'<section id="workloads".*?</section>', text, re.DOTALL)
    assert part and part[0].count("<tr") == ROWS + 1
    left = f"{WORKLOADS - ROWS:,} more in the JSON report."
    assert left in part[0] and left in render_markdown(report)


@pytest.mark.browser
def test_the_page_is_painted_at_once(report: Report, tmp_path: Path) -> None:
    from tests.report.browser import chromium, opened

    file = tmp_path / "big.html"
    file.write_text(render_html(report), encoding="utf-8")
    with chromium() as browser:
        painted = []
        for _ in range(OPENINGS):
            with opened(browser, file) as found:
                found.page.wait_for_function(PAINTED)
                painted.append(found.page.evaluate(PAINTED))
                assert (found.asked, found.complained) == ([], [])
    assert statistics.median(painted) <= LATEST_MS, painted
