"""Notebooks: cells and lines in every place, and what is no Python in a cell blanked without losing the rest."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whowaits.code import notebooks
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import Place, Scan

CALL = 'client.responses.create(model="gpt-5", input=x)'


def book(*cells: str, **about: object) -> str:
    """A notebook with a text cell in front, as notebooks mostly have."""
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# News"}, *code], "metadata": about})


def scanned(root: Path, *cells: str) -> Scan:
    (root / "news.ipynb").write_text(book(*cells), encoding="utf-8")
    return scan(root, [root], Config(), cache=False)


@pytest.mark.parametrize(
    "line",
    [
        "cd ..", "%cd ../data", "!pip install openai", "pip install -U openai", "ls -la /tmp", "mkdir out/today", "?client", "client?",
        "client.responses??", "files = !ls *.txt", "%matplotlib inline", "conda install -y x", "git clone https://example.com/x.git",
        "!python run.py \\\n    --model x \\\n    --all", "%env KEY=1", "load_ext autoreload", "%timeit f(x)",
    ],
)  # fmt: skip
def test_a_line_of_a_shell_or_a_magic_hides_nothing_else_of_its_cell(tmp_path: Path, line: str) -> None:
    found = scanned(tmp_path, "import openai\nclient = openai.OpenAI()", f"{line}\nfor x in open('rows'):\n    {CALL}")
    (site,) = found.call_sites
    assert (site.place.cell, site.place.line, found.skipped) == (2, line.count("\n") + 3, ())
    assert site.deciding.driver == Place("news.ipynb", line.count("\n") + 2, cell=2)


@pytest.mark.parametrize("line", ["!ls", "%cd ..", "cd .."])
def test_a_command_that_is_the_whole_body_of_a_block_leaves_a_block(line: str) -> None:
    ast.parse(notebooks.python_of(f"if True:\n    {line}\nx = 1"))


@pytest.mark.parametrize(
    "cell", ["%%bash\ncd ..\nfor x in *; do y; done", "%%html\n<p>", "%sql\nSELECT 1", "%md\n# Title"]
)
def test_a_cell_in_another_language_is_blank_and_no_trouble(tmp_path: Path, cell: str) -> None:
    found = scanned(tmp_path, "import openai\nclient = openai.OpenAI()", cell, f"for x in y:\n    {CALL}")
    assert ([s.place.cell for s in found.call_sites], found.skipped) == ([3], ())


def test_a_timed_cell_is_python(tmp_path: Path) -> None:
    found = scanned(tmp_path, "import openai\nclient = openai.OpenAI()", f"%%time\nfor x in y:\n    {CALL}")
    assert [(s.place.cell, s.place.line) for s in found.call_sites] == [(2, 3)]


@pytest.mark.parametrize("cell", ["ls -la", "text = '''\ncd ..\n'''", "x = 5 % 3", "who = run\nwho", "time = env - x"])
def test_python_that_only_looks_like_a_command_is_left_alone(cell: str) -> None:
    assert notebooks.python_of(cell) == cell


def test_a_cell_that_is_no_python_is_skipped_with_its_number_and_line(tmp_path: Path) -> None:
    found = scanned(tmp_path, "import openai\nclient = openai.OpenAI()", "x = 1\nprint 'a'", f"for x in y:\n    {CALL}")
    assert [(s.place.cell, s.place.line) for s in found.skipped] == [(2, 2)]
    assert [s.place.cell for s in found.call_sites] == [3]


def test_every_place_of_a_finding_has_its_cell(tmp_path: Path) -> None:
    found = scanned(
        tmp_path,
        "import openai\nclient = openai.OpenAI()",
        f"def ask(x):\n    return {CALL}",
        "",
        "for x in y:\n    ask(x)",
    )
    usage = found.call_sites[0].deciding
    places = [e.place for e in usage.evidence] + [frame.place for frame in usage.via]
    assert usage.entry is not None and usage.entry.place is not None and usage.entry.place.cell == 4
    assert {(place.cell, place.line) for place in places if place is not None} <= {(4, 1), (4, 2), (2, 2), (2, 1)}
    assert all(place is not None and place.cell is not None for place in places)


def test_a_demonstration_in_a_notebook_is_one_in_its_own_cell(tmp_path: Path) -> None:
    """The line of a call counts inside its cell; the same line of another cell holds another call."""
    ask = f"def ask(x):\n    return {CALL}"
    found = scanned(
        tmp_path, "import openai\nclient = openai.OpenAI()", ask, "print(len(y))\nz = 2", "\nfor x in rows:\n    ask(x)"
    )
    assert found.call_sites[0].deciding.driver == Place("news.ipynb", 2, cell=4)


@pytest.mark.parametrize(
    ("about", "language"),
    [({"kernelspec": {"language": "R"}}, "r"), ({"language_info": {"name": "julia"}}, "julia")],
)
def test_a_notebook_in_another_language_is_skipped_as_a_whole(
    tmp_path: Path, about: dict[str, object], language: str
) -> None:
    (tmp_path / "a.ipynb").write_text(book("x <- 1", "y <- 2", **about))
    found = scan(tmp_path, [tmp_path], Config(), cache=False)
    assert [(str(s.place), s.reason) for s in found.skipped] == [("a.ipynb", f"a notebook in {language}")]


LINES = st.sampled_from(
    [
        "cd ..",
        "!ls \\",
        "%x",
        "y?",
        "if a:",
        "    b = 1",
        "'''",
        "x = (",
        ")",
        "# c",
        "ls -la",
        "pip install x",
        "\\",
        "",
    ]
)


@given(st.lists(LINES, max_size=8).map("\n".join) | st.text(max_size=60))
def test_whatever_is_blanked_lines_keep_their_numbers(cell: str) -> None:
    try:
        text = notebooks.python_of(cell)
    except (SyntaxError, ValueError):
        return
    assert len(text.split("\n")) == len(cell.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
