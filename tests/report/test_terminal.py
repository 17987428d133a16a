import re
from types import SimpleNamespace

import pytest

from whowaits.model import Finding, Place
from whowaits.report.screen import Head, Screen, Text, cells, cut, cut_start, wrap
from whowaits.report.terminal import render_classified, render_text
from whowaits.report.values import Report


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(make: SimpleNamespace, width: int) -> None:
    for report in (make.newsroom_report(), make.hostile_report(), make.hostile_report("名" * 90)):
        text = render_text(report, width=width)
        assert max(cells(line) for line in text.splitlines()) <= width


def test_figures_are_never_cut_however_narrow(newsroom: Report) -> None:
    text = render_text(newsroom, width=40)
    for figure in ("$2,400–$2,600", "18,002,000", "$2,950–$3,150"):
        assert figure in text


def test_columns_are_aligned(newsroom: Report) -> None:
    lines = render_text(newsroom, width=100).splitlines()
    start = lines.index("Workloads by money") + 1
    table = lines[start : start + 6]
    assert table[0].split() == ["workload", "spend", "waits", "deadline", "basis", "belongs", "on", "saving"]
    assert (
        len(
            {
                line.index(route)
                for line, route in zip(table[1:], ["batch", "sync", "batch", "unkn", "batch"], strict=True)
            }
        )
        == 1
    )
    assert len({len(line) for line in table}) == 1, "the last column stands to the right"


def test_colour_changes_nothing_but_codes(newsroom: Report) -> None:
    plain, colored = render_text(newsroom), render_text(newsroom, color=True)
    assert "\x1b" not in plain
    assert colored != plain
    assert re.sub(r"\x1b\[\d+m", "", colored) == plain


def test_control_characters_of_names_never_reach_the_terminal(make: SimpleNamespace) -> None:
    for text in (
        render_text(make.hostile_report()),
        render_classified(make.classified(make.workload("a\x1b[2J\n", "1"))),
    ):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.parametrize(
    ("halves", "said"),
    [
        ("none", "No call to a model provider was found."),
        ("code", "give the logs with --logs"),
        ("empty logs", "No call was found in the logs."),
        ("no price", "None of the calls in the logs has a price"),
        ("one person", "No call in this bill of $3.00 is known to be able to wait."),
    ],
)
def test_each_kind_of_nothing_is_said_in_a_sentence(make: SimpleNamespace, halves: str, said: str) -> None:
    logs = {
        "empty logs": make.classified(started_at=None, ended_at=None, sources=(), rows_read=0),
        "no price": make.classified(make.workload("a", None, make.BULK, unpriced_calls=3)),
        "one person": make.classified(make.workload("a", "3", make.PERSON)),
    }.get(halves)
    text = render_text(make.report_on(make.newsroom_scan() if halves == "code" else None, logs))
    assert said in text.replace("\n", " ")


def test_classified_logs_list_their_workloads_by_money_and_what_was_skipped(make: SimpleNamespace) -> None:
    text = render_classified(make.newsroom_logs(), width=100)
    assert text.splitlines()[0] == "4,000 rows read, 5 workloads."
    names = re.findall(r"^(article-tagger|chat-copilot|eval-runs)", text, re.MULTILINE)
    assert names == ["article-tagger", "chat-copilot", "eval-runs"]
    assert "skipped 3: no JSON (first at logs/calls.jsonl:17)" in text


def test_more_rows_than_fit_are_counted(make: SimpleNamespace) -> None:
    many = make.classified(*[make.workload(f"w{n:02}", "1", make.PERSON) for n in range(20)])
    assert "… and 8 more" in render_classified(many)


def test_wide_and_combining_characters_are_measured_in_cells() -> None:
    assert (cells("名前"), cells("e\u0301"), cells("abc")) == (4, 1, 3)
    assert cut("名前名前", 5) == "名前…"
    assert cut_start("a/b/tagger.py:41", 13) == "…tagger.py:41"


def test_the_widest_name_gives_way_first() -> None:
    screen = Screen(40, color=False)
    screen.table("T", (Head("a", "name"), Head("b", "name")), [(Text("x" * 12), Text("y" * 60))])
    assert screen.text().splitlines()[-1] == "x" * 12 + "  " + "y" * 25 + "…"


def test_lines_break_at_spaces_and_long_words_anywhere() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("a " + "x" * 12 + " b", 5) == ["a", "xxxxx", "xxxxx", "xx b"]
    assert wrap("名前名前", 5) == ["名前", "名前"]
    assert wrap("", 5) == [""]


@pytest.mark.parametrize(
    ("message", "shown"), [("job: asked too fast", "job: asked too fast"), ("answered-before", "job")]
)
def test_classified_logs_show_what_else_was_found_even_where_the_words_are_withheld(
    make: SimpleNamespace, message: str, shown: str
) -> None:
    found = Finding("answered-before", "f", message, Place("a.jsonl"))
    text = render_classified(make.classified(make.workload("job", "1", findings=(found,))))
    assert f"answered-before: {shown}" in text
