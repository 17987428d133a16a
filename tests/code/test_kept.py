"""A second run over an unchanged tree finds what the first found, without looking again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whowaits.code import index, paths
from whowaits.code.scan import scan
from whowaits.code.store import CACHE_FOLDER, FILE_NAME
from whowaits.config import Config
from whowaits.model import Scan

from .conftest import Rewrite

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
        raise AssertionError("looked again")

    monkeypatch.setattr(paths, "find_sites", never)
    monkeypatch.setattr(index, "summarize", never)
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


def _no_list(data: Any) -> None:
    data["sites"] = None


def _no_rank(data: Any) -> None:
    next(reply for reply in data["asked"] if reply[3])[3].append(99)


def _no_path(data: Any) -> None:
    data["paths"][0] = 7


def _no_question(data: Any) -> None:
    data["asked"][0][0] = None


SPOILS = [_cut, _wrong_type, _unknown_rule, _out_of_range, _negative, _no_list, _no_rank, _no_path, _no_question]


@pytest.mark.parametrize("spoil", SPOILS)
def test_what_has_not_the_right_form_is_ignored(root: Path, rewrite: Rewrite, spoil: Callable[[Any], None]) -> None:
    first = run(root)

    def spoiled(row: bytes) -> bytes:
        data = json.loads(row)
        spoil(data)
        return json.dumps(data).encode()

    rewrite(root, "tree", "row", spoiled)
    assert run(root) == first


@pytest.mark.parametrize("row", [b"", b"{", b"[]", b"null", b'{"version": 1}', b"\x00", None, 3])
def test_a_broken_row_is_ignored(root: Path, rewrite: Rewrite, row: object) -> None:
    first = run(root)
    rewrite(root, "tree", "row", lambda _: row)
    assert run(root) == first


OTHERS = {
    "a file that nobody asked about": ("far.py", "def unrelated(x):\n    return x + 1\n", False),
    "a file that hands on the function": ("near.py", "from job import ask\n\n\nasked = map(ask, range(9))\n", True),
}


@pytest.mark.parametrize(("name", "text", "again"), OTHERS.values(), ids=OTHERS)
def test_a_change_is_looked_at_only_where_it_can_matter(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, again: bool
) -> None:
    (root / name).write_text("VALUE = 1\n")
    run(root)
    (root / name).write_text(text)
    looked: list[object] = []
    find = paths.find_sites

    def counted(*args: Any) -> Any:
        looked.append(args)
        return find(*args)

    monkeypatch.setattr(paths, "find_sites", counted)
    now = run(root)
    assert bool(looked) == again
    assert now == run(root, cache=False)


def test_which_files_hold_which_names_is_asked_of_changed_files_only(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        text = f"def create{number}(ask, job):\n    return ask.create(job)\n"
        (root / f"far{number}.py").write_text(text)
    run(root)
    (root / "job.py").write_text("\n" + PROGRAM + "main([1])\n")
    opened: list[str] = []
    read = index.Tree._reread

    def counted(tree: index.Tree, place: str) -> Any:
        opened.append(place)
        return read(tree, place)

    monkeypatch.setattr(index.Tree, "_reread", counted)
    now = run(root)
    assert not opened
    (root / "far3.py").unlink()
    (root / "far4.py").write_text("from job import ask\n")
    (root / "new.py").write_text("import job\n\nfor row in open('x'):\n    job.ask(row)\n")
    assert run(root) == run(root, cache=False)
    assert now.call_sites
    assert not [place for place in opened if place.startswith("far")]


def test_what_is_not_saved_yet_counts_instead_of_what_is_on_the_disk(root: Path) -> None:
    run(root)
    given = {"job.py": b"x = 1\n"}
    now = scan(root, [root], Config(), given=given)
    assert {s.place.path for s in now.call_sites} == {"book.ipynb"}


def test_a_store_that_is_searched_is_known_to_be_one_in_a_second_run(tmp_path: Path) -> None:
    text = (
        "from langchain_community.vectorstores import FAISS\n\n\ndef main(texts, embeddings, question):\n"
        "    store = FAISS.from_texts(texts, embeddings)\n    return store.similarity_search(question)\n"
    )
    (tmp_path / "shop.py").write_text(text)
    first = run(tmp_path)
    assert first.call_sites
    assert run(tmp_path) == first


def test_a_helper_that_begins_to_ask_a_person_is_seen_by_the_next_run(tmp_path: Path) -> None:
    loop = "import talk\nfrom openai import OpenAI\n\nc = OpenAI()\nfor q in talk.questions():\n    "
    (tmp_path / "job.py").write_text(loop + 'c.responses.create(model="gpt-5", input=q)\n')
    (tmp_path / "talk.py").write_text("def questions():\n    yield from open('x')\n")
    (before,) = run(tmp_path).call_sites
    (tmp_path / "talk.py").write_text("def questions():\n    while True:\n        yield input('> ')\n")
    (after,) = run(tmp_path).call_sites
    assert (before.deciding.verdict.route, after.deciding.verdict.waiter) == ("batch", "person")
    assert run(tmp_path) == run(tmp_path, cache=False)


def test_a_constant_that_says_how_long_a_loop_sleeps_is_read_again(tmp_path: Path) -> None:
    text = """import time
from openai import OpenAI
EVERY = {}
def main():
    while True:
        OpenAI().responses.create(model="gpt-5", input=open("x").read())
        time.sleep(EVERY)
main()
"""
    (tmp_path / "job.py").write_text(text.format("60 * 60"))
    (hourly,) = run(tmp_path).call_sites
    (tmp_path / "job.py").write_text(text.format("24 * 60 * 60"))
    (daily,) = run(tmp_path).call_sites
    assert (hourly.deciding.verdict.deadline_s, daily.deciding.verdict.deadline_s) == (3600, 86400)
    assert run(tmp_path) == run(tmp_path, cache=False)


def test_no_changed_byte_changes_what_is_found(root: Path) -> None:
    first = run(root)
    cache = root / CACHE_FOLDER / FILE_NAME
    whole = cache.read_bytes()
    assert b"gpt-5" in whole
    cache.write_bytes(whole.replace(b"gpt-5", b"gpt-4"))
    assert run(root) == first
    for place in range(0, len(whole), len(whole) // 60):
        cache.write_bytes(whole[:place] + bytes([whole[place] ^ 0x21]) + whole[place + 1 :])
        assert run(root) == first, place
    for kept in (0, 1, 99, len(whole) // 2, len(whole) - 1):
        cache.write_bytes(whole[:kept])
        assert run(root) == first, kept
