"""The page is one file, escapes everything, and shows the figures of the values."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from whowaits.report.html import render_html
from whowaits.report.values import Report

VOID = {"meta", "link", "br", "wbr"}


class Outline(HTMLParser):
    """Tags in order, text, and whether every element was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)


def rows_of(text: str, section: str) -> list[list[str]]:
    """Cells of the table of one section, without their small lines."""
    part = re.search(rf'<section id="{section}".*?</section>', text, re.DOTALL)
    assert part
    body = re.search(r"<tbody.*?</tbody>", part[0], re.DOTALL)
    assert body
    rows = re.findall(r"<tr.*?</tr>", body[0], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>\s*<(?:bdi|span|code)[^>]*>([^<]*)<", row) for row in rows]
    return [[cell.replace("\u00a0", " ") for cell in row] for row in cells]


def all_reports(make: SimpleNamespace) -> list[Report]:
    return [
        make.newsroom_report(),
        make.hostile_report(),
        make.report_on(None, None),
        make.report_on(make.newsroom_scan(), None),
        make.report_on(None, make.newsroom_logs()),
        make.report_on(make.scan(), make.classified(started_at=None, ended_at=None)),
        make.report_on(None, make.classified(make.workload("a", None, make.BULK, unpriced_calls=2))),
    ]


def test_the_same_report_gives_the_same_bytes(make: SimpleNamespace) -> None:
    assert render_html(make.newsroom_report()) == render_html(make.newsroom_report())


def test_every_element_is_closed_and_every_link_leads_somewhere(make: SimpleNamespace) -> None:
    for report in all_reports(make):
        outline = Outline(render_html(report))
        assert outline.open == []
        ids = [a["id"] for _, a in outline.tags if "id" in a]
        assert len(ids) == len(set(ids))
        links = {(a["href"] or "")[1:] for t, a in outline.tags if t == "a"}
        labels = {name for _, a in outline.tags for name in (a.get("aria-labelledby") or "").split()}
        assert links | labels <= set(ids)


def test_nothing_is_loaded_and_nothing_runs_but_the_script_of_the_page(make: SimpleNamespace) -> None:
    for report in all_reports(make):
        text = render_html(report)
        tags = Outline(text).tags
        assert not {t for t, _ in tags} & {"img", "iframe", "object", "embed", "form", "base", "audio", "video"}
        assert [a for t, a in tags if t in ("script", "style")] == [{}, {}]
        assert {a.get("href") for t, a in tags if t == "link"} == {"data:,"}
        assert not [a for _, attrs in tags for a in attrs if a in ("src", "style") or a.startswith("on")]
        assert set(re.findall(r"url\(#?", text)) <= {"url(#"}
        assert "@import" not in text


def test_the_policy_allows_one_style_and_one_script_by_their_hashes(make: SimpleNamespace) -> None:
    text = render_html(make.hostile_report())
    policy = next(a["content"] or "" for t, a in Outline(text).tags if a.get("http-equiv") == "Content-Security-Policy")
    allowed = dict(part.split(" ", 1) for part in policy.split("; "))
    assert allowed["default-src"] == "'none'"
    for name in ("style", "script"):
        (inner,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert allowed[f"{name}-src"] == f"'sha256-{digest}'"


def test_hostile_text_stays_text(make: SimpleNamespace) -> None:
    text = render_html(make.hostile_report())
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\ud800-\udfff]", text)


def test_headings_step_down_one_level_at_a_time(newsroom: Report) -> None:
    levels = [int(t[1]) for t, _ in Outline(render_html(newsroom)).tags if re.fullmatch(r"h\d", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_scoped_heads(newsroom: Report) -> None:
    tags = Outline(render_html(newsroom)).tags
    names = [t for t, _ in tags]
    assert names.count("caption") == names.count("table") > 5
    assert all(a.get("scope") in ("col", "row") for t, a in tags if t == "th")


def test_the_tables_beside_the_charts_have_their_figures(newsroom: Report) -> None:
    text = render_html(newsroom)
    assert [row[:2] for row in rows_of(text, "bill")] == [
        ["Bill of the period", "$10,000.00"],
        ["Of it on a slower tier already", "$100.00"],
        ["Of it batchable", "$6,200.00"],
        ["Saving", "$2,950.00 to $3,150.00"],
        ["Bill after", "$6,850.00 to $7,050.00"],
    ]
    assert [(row[0], row[3]) for row in rows_of(text, "waiters")] == [
        ("a person waits", "$3,100.00"),
        ("nobody waits", "$6,300.00"),
        ("not known", "$600.00"),
    ]
    assert [row[0] for row in rows_of(text, "workloads")] == [
        "article-tagger",
        "chat-copilot",
        "catalogue-embeddings",
        "ticket-triage",
        "eval-runs",
    ]


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_aa_asks_for(newsroom: Report, scheme: int) -> None:
    sets = re.findall(r":root \{(.*?)\}", render_html(newsroom), re.DOTALL)
    color = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", sets[scheme]))
    pairs = [
        ("ink", "paper"),
        ("soft", "paper"),
        ("soft", "ground"),
        ("accent", "ground"),
        ("link", "ground"),
        *((f"{k}-ink", f"{k}-wash") for k in ("batch", "flex", "unknown", "sync", "person")),
        ("batch-ink", "paper"),
    ]
    for ink, ground in pairs:
        light, dark = sorted((luminance(color[ink]), luminance(color[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
    for bar in ("batch", "flex", "unknown", "sync", "person"):
        light, dark = sorted((luminance(color[bar]), luminance(color["paper"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 2.8, bar
