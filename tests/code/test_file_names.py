"""Names of files that are no text: the file is named as far as that goes, and nothing else is disturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from whowaits.cli.formats import FORMATS
from whowaits.code import files

CALL = "from openai import OpenAI\n\nfor text in open('a'):\n    OpenAI().responses.create(model='gpt-4o-mini', input=text)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "good.py").write_text(CALL, encoding="utf-8")
    for name in (b"b\xe9d.py", b"b\xe9d.md", b"f\xe9lder/a.py"):
        path = tmp_path / os.fsdecode(name)
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_text(CALL, encoding="utf-8")
        except OSError:
            pytest.skip("this system takes no such name")
    return tmp_path


def run(tree: Path, *words: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "whowaits", "check", "--exit-zero", *words]
    return subprocess.run(command, cwd=tree, env={**os.environ, **environment}, capture_output=True, check=False)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_without_a_name_in_text_stops_no_format(tree: Path, form: str) -> None:
    for _ in ("cold", "warm"):
        done = run(tree, "--format", form)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"good.py" in done.stdout


def test_it_is_named_among_what_was_skipped(tree: Path) -> None:
    found = json.loads(run(tree, "--format", "json").stdout)
    assert [(s["path"], s["reason"]) for s in found["skipped"]] == [
        ("b\\xe9d.py", "its name is not UTF-8"),
        ("f\\xe9lder/a.py", "its name is not UTF-8"),
    ]
    assert found["files"] == 1


def test_naming_it_or_its_folder_is_no_error(tree: Path) -> None:
    for name in (b"b\xe9d.py", b"b\xe9d.md", b"f\xe9lder"):
        done = run(tree, name)
        assert done.returncode in (0, 3), done.stderr
        assert b"Traceback" not in done.stderr


def test_files_are_shown_where_the_terminal_cannot_write_their_names(tmp_path: Path) -> None:
    (tmp_path / "名前.py").write_text(CALL, encoding="utf-8")
    for words in (("--format", "concise"), ("--show-files",)):
        done = run(tmp_path, *words, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u540d\\u524d.py" in done.stdout


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [("a.py", True, "a.py"), ("名前.py", True, "名前.py"), ("b\udce9d.py", False, "b\\xe9d.py")],
)
def test_what_a_name_is_shown_as(name: str, text: bool, shown: str) -> None:
    assert (files.is_text(name), files.shown(name)) == (text, shown)
