"""A second run over an unchanged tree finds what the first found, without looking again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whowaits.code import index
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import Scan

PROGRAM = """
import openai
client = openai.OpenAI()
def ask(text, temperature=0.5):
    return client.responses.create(model="gpt-5", input=text, temperature=0.5)
def main(rows):
    for row in rows:
        ask(row)
main([x for x in open("rows.txt")])
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "job.py").write_text(PROGRAM)
    (tmp_path / "old.py").write_text("print 'two'\n")
    book = {"cells": [{"cell_type": "code", "source": PROGRAM.strip()}]}
    (tmp_path / "book.ipynb").write_text(json.dumps(book))
    return tmp_path


def run(root: Path, cache: bool = True) -> Scan:
    return scan(root, [root], Config(), cache=cache)


def test_a_second_run_says_the_same_and_parses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(root)

    def never(*args: object, **options: object) -> None:
        raise AssertionError("indexed again")

    monkeypatch.setattr(index, "build", never)
    assert run(root) == first
    assert len(first.call_sites) == 2
    assert [s.place.path for s in first.skipped] == ["old.py"]


@pytest.mark.parametrize("name", ["job.py", "new.py", "book.ipynb"])
def test_a_change_anywhere_is_seen(root: Path, name: str) -> None:
    run(root)
    text = json.dumps({"cells": []}) if name.endswith("ipynb") else PROGRAM.replace("for row in rows", "while rows")
    (root / name).write_text(text)
    assert run(root) == run(root, cache=False)


def test_a_file_that_is_gone_is_gone(root: Path) -> None:
    run(root)
    (root / "job.py").unlink()
    assert run(root) == run(root, cache=False)


def _cut(data: Any) -> None:
    data["sites"][0][1][0].pop()


def _wrong_type(data: Any) -> None:
    data["sites"][0][0][2] = "4"


def _unknown_rule(data: Any) -> None:
    data["sites"][0][0][7] = "no/such/rule"


def _out_of_range(data: Any) -> None:
    data["sites"][0][2][0][0][0] = 99


def _negative(data: Any) -> None:
    data["sites"][0][2][0][0][0] = -1


@pytest.mark.parametrize("spoil", [_cut, _wrong_type, _unknown_rule, _out_of_range, _negative])
def test_what_has_not_the_right_form_is_ignored(root: Path, spoil: Callable[[Any], None]) -> None:
    first = run(root)
    file = root / ".whowaits_cache" / "sites.json"
    data = json.loads(file.read_text())
    spoil(data)
    file.write_text(json.dumps(data))
    assert run(root) == first


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1}', "\x00"])
def test_a_broken_file_is_ignored_and_written_anew(root: Path, text: str) -> None:
    first = run(root)
    file = root / ".whowaits_cache" / "sites.json"
    whole = file.read_text()
    file.write_text(text)
    assert run(root) == first
    assert file.read_text() == whole


def test_what_is_not_saved_yet_counts_instead_of_what_is_on_the_disk(root: Path) -> None:
    run(root)
    given = {"job.py": b"x = 1\n"}
    now = scan(root, [root], Config(), given=given)
    assert {s.place.path for s in now.call_sites} == {"book.ipynb"}
