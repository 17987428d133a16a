"""The page in a real browser: nothing hangs over its edge, nothing is asked of the network, nothing complains."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from whowaits.report.html import render_html

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
pytestmark = pytest.mark.browser
FRAME = """<!doctype html><body style="margin:0"><iframe id="f" style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<script>
addEventListener("load", () => {{
  const inside = document.getElementById("f").contentWindow, root = inside.document.documentElement;
  const wide = [...inside.document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > {width} + 1
    && !e.closest(".scroll") && !e.closest("svg g") && !e.closest("caption, thead, .skip"));
  document.body.dataset.measured = JSON.stringify({{
    scroll: root.scrollWidth, client: root.clientWidth, wide: wide.map(e => e.tagName + "." + e.className),
    scrolled: [...inside.document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth + 1).length,
    loaded: inside.performance.getEntriesByType("resource").map(e => e.name),
  }});
}});
</script>"""


def chromium(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("which", ["newsroom", "hostile", "long names"])
def test_nothing_hangs_over_the_edge_and_nothing_is_loaded(
    make: SimpleNamespace, tmp_path: Path, which: str, width: int
) -> None:
    report = {
        "newsroom": make.newsroom_report,
        "hostile": make.hostile_report,
        "long names": lambda: make.hostile_report("W" * 900),
    }[which]()
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width, page=html.escape(render_html(report))), encoding="utf-8")
    done = chromium(tmp_path, "--dump-dom", "--window-size=1400,1000", frame.as_uri())
    found = re.search(r'data-measured="([^"]*)"', done.stdout)
    assert found, done.stderr[-500:]
    measured = json.loads(html.unescape(found[1]))
    assert measured["scroll"] == measured["client"]
    assert measured["wide"] == []
    assert measured["loaded"] == []
    if which == "newsroom":
        assert measured["scrolled"] == 0, "no table needs to be scrolled sideways"
    assert "CONSOLE" not in done.stderr


def test_it_prints_on_paper(make: SimpleNamespace, tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(render_html(make.newsroom_report()), encoding="utf-8")
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox ?\[0 0 59[45][.\d]* 84[12]", data), "A4"
    assert 2 <= len(re.findall(rb"/Type ?/Page\b", data)) <= 6
