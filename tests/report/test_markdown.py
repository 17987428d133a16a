import re
from types import SimpleNamespace

import pytest
from markdown_it import MarkdownIt

from whowaits.report.markdown import escape, render_markdown
from whowaits.report.values import Report


def html_of(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "a|b",
        "`code`",
        "*b* _i_ __b__",
        "[a](http://e.example)",
        "![i](x)",
        "# h",
        "~~s~~",
        "&lt;",
        "\\",
        "a\\|b",
        "$x$",
        "snake_case_name",
        "_private",
        "www.e.example",
        "<!-- c -->",
        "- x",
        "1. x",
        "    x",
        "> q",
    ],
)
def test_escaped_text_reads_as_itself(text: str) -> None:
    html = html_of(f"before {escape(text)} after")
    shown = re.sub(r"<[^>]+>", "", html)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, character)
    assert shown.split() == f"before {text} after".split()
    assert html.count("<") == 2, "only the paragraph itself is markup"


def test_names_stay_readable_in_the_source() -> None:
    assert escape("newsroom/article_tagger.py:41 costs $5,200.00") == "newsroom/article_tagger.py:41 costs $5,200.00"


def test_every_row_of_a_table_has_as_many_cells_as_its_head(make: SimpleNamespace) -> None:
    for report in (make.newsroom_report(), make.hostile_report()):
        html = html_of(render_markdown(report))
        for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
            rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
            assert {len(re.findall(r"<t[hd]", row)) for row in rows} == {len(re.findall("<th", rows[0]))}


def test_nothing_hostile_becomes_markup(make: SimpleNamespace) -> None:
    text = render_markdown(make.hostile_report())
    html = html_of(text)
    assert not re.search(r"<(script|a|img|em|code|hr)\b", html.replace("<em>whowaits", ""))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\ud800-\udfff]", text)


def test_the_document_says_the_headline_the_steps_and_the_basis(newsroom: Report) -> None:
    text = render_markdown(newsroom)
    assert text.startswith(
        "# newsroom: who waits\n\n2026-07-01 to 2026-09-30 (92 days)\n\n**$6,200 of the $10,000 bill (62 %)"
    )
    assert "1. **article-tagger**: saves $2,400.00 to $2,600.00\n" in text
    assert "   - Owner: data-eng\n" in text
    assert "| Prices | genai-prices 0.2.3, 2026-10-01<br>" in text
    assert "384,000 rows stand for 18,004,000 calls" in text
    assert "| no JSON<br>in the logs | 3 | logs/calls.jsonl:17 |" in text


def test_code_without_logs_says_that_dollars_depend_on_volume(make: SimpleNamespace) -> None:
    text = render_markdown(make.report_on(make.newsroom_scan(), None))
    assert "depends on volume" in text
    assert "$" not in text


def test_what_a_long_table_leaves_out_is_counted(make: SimpleNamespace) -> None:
    many = [make.workload(f"w{n:03}", "1", make.PERSON) for n in range(205)]
    assert "\n5 more in the JSON report.\n" in render_markdown(make.report_on(None, make.classified(*many)))
