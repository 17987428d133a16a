"""Which files belong to a tree, what is kept of them, and what is skipped with its reason."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from whowaits.code import files, index
from whowaits.code.index import Facts
from whowaits.code.store import CACHE_FOLDER, FILE_NAME, Store, seal
from whowaits.code.summary import Summary

from .conftest import Rewrite

PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"


def built(root: Path, tree: dict[str, str | bytes], *, cache: bool = False, exclude: tuple[str, ...] = ()) -> Facts:
    """The facts of a tree; with `cache`, all of them are read and kept for the next time."""
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    if not cache:
        return index.build(root, files.find(root, exclude))
    store = Store(root, index.version())
    looked = index.look(root, files.names(root, exclude), store, {})
    facts = looked.facts()
    readable(facts)
    looked.keep()
    store.write()
    return facts


def readable(facts: Facts) -> dict[str, Summary]:
    """All files that can be read, with their summaries."""
    return {path: facts.files[path] for path in facts.files if facts.files.is_readable(path)}


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": c.splitlines(True)} for c in cells]})


def test_files_of_environments_caches_and_version_control_do_not_belong_to_the_tree(tmp_path: Path) -> None:
    tree = {"a.py": "", ".git/b.py": "", ".venv/c.py": "", "lib/site-packages/d.py": "", "node_modules/e.py": ""}
    assert list(built(tmp_path, {**tree, "env/pyvenv.cfg": "", "env/f.py": ""}).files) == ["a.py"]


def test_ignore_files_hold_in_their_folder_and_excludes_from_the_root(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "/gen\n",
        "gen/a.py": "",
        "x/gen/b.py": "",
        "x/.gitignore": "c.py\n",
        "x/c.py": "",
        "c.py": "",
    }
    found = built(tmp_path, {**tree, "old/d.py": ""}, exclude=("old/**",))
    assert list(found.files) == ["c.py", "x/gen/b.py"]


def test_an_ignore_file_above_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    assert list(built(tmp_path / "tree", {"a.py": ""}).files) == ["a.py"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "b.py").symlink_to(outside / "a.py")
    assert files.find(root) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:\n", f"{PYTHON} cannot parse it: invalid syntax"),
        (b"x = 1\0\n", f"{PYTHON} cannot parse it: source code string cannot contain null bytes"),
        (b"# coding: latin-9000\n", f"{PYTHON} cannot parse it: "),
        (b"x = '\xff'\n", f"{PYTHON} cannot parse it: "),
    ],
)
def test_a_file_that_does_not_parse_is_skipped_with_the_python_named(
    tmp_path: Path, text: str | bytes, reason: str
) -> None:
    facts = built(tmp_path, {"a.py": text, "b.py": "x = 1\n"})
    assert list(readable(facts)) == ["b.py"]
    assert [s.place.path for s in facts.skipped] == ["a.py"]
    assert facts.skipped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    "text", ["x = " + "-" * 5000 + "1\n", "x = " + "f(" * 90 + ")" * 90 + "\n", "x = a" + ".b" * 5000]
)
def test_deep_nesting_is_read_or_skipped_but_never_a_crash(tmp_path: Path, text: str) -> None:
    facts = built(tmp_path, {"deep.py": text, "b.py": ""})
    assert "b.py" in facts.files
    assert ("deep.py" in readable(facts)) != bool(facts.skipped)


def test_a_file_that_is_too_large_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    facts = built(tmp_path, {"a.py": "#" * 1_000_001})
    assert [s.reason for s in facts.skipped] == ["larger than 1 MB"]


def test_a_file_that_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    facts = index.build(tmp_path, [tmp_path / "gone.py"])
    assert [(s.place.path, s.reason) for s in facts.skipped] == [
        ("gone.py", "cannot be read: No such file or directory")
    ]


def test_a_cell_that_does_not_parse_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    facts = built(tmp_path, {"n.ipynb": notebook("def f():\n    pass\n", "what if this\n", "g = 1\n")})
    assert [(s.place.cell, s.place.line) for s in facts.skipped] == [(2, 1)]
    assert set(facts.files["n.ipynb"].scopes[0].binds) == {"f", "g"}


def test_magics_and_shell_lines_are_blanked_and_cells_of_other_languages_left_out(tmp_path: Path) -> None:
    cells = (
        "%pip install x\n!ls\nfiles = !ls\nif True:\n    %time f()\na = 1\n",
        "%%bash\nrm -r x\n",
        "%%time\nb = 2\n",
    )
    facts = built(tmp_path, {"n.ipynb": notebook(*cells)})
    assert facts.skipped == ()
    assert set(facts.files["n.ipynb"].scopes[0].binds) == {"a", "b"}


@pytest.mark.parametrize("text", ["not json", "[]", '"x"'])
def test_a_notebook_that_is_none_is_skipped(tmp_path: Path, text: str) -> None:
    facts = built(tmp_path, {"n.ipynb": text})
    assert [s.reason.split(":")[0] for s in facts.skipped] == ["not a notebook"]


def test_the_cache_gives_the_same_facts_and_is_not_in_the_tree(tmp_path: Path) -> None:
    tree: dict[str, str | bytes] = {
        "a.py": "from b import f\n\n\nclass A:\n    x: int = 1\n\n    def m(self, *a, k=f(1), **kw):\n        return [f(i) for i in a]\n",
        "bad.py": "def (\n",
        "n.ipynb": notebook("x = 1\n", "?? ?\n"),
    }
    cold = built(tmp_path, tree, cache=True)
    warm = built(tmp_path, tree, cache=True)
    assert (tmp_path / CACHE_FOLDER / FILE_NAME).is_file()
    assert json.dumps(readable(warm)) == json.dumps(readable(cold))
    assert warm.skipped == cold.skipped == built(tmp_path, tree).skipped


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    built(tmp_path, {"a.py": "x = 1\n", "b.py": "y = 1\n"}, cache=True)
    assert set(built(tmp_path, {"a.py": "z = 1\n"}, cache=True).files["a.py"].scopes[0].binds) == {"z"}


def damaged(row: object, at: tuple[int | str, ...], value: object) -> None:
    for key in at[:-1]:
        row = row[key]  # type: ignore[index]
    row[at[-1]] = value  # type: ignore[index]


SCOPE, CALL = (1, 1), (2, 0)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ((1,), 3),
        ((1,), None),
        ((2,), [1, 2]),
        ((*SCOPE, 3), 7),
        ((*SCOPE, 3), 1),
        ((*SCOPE, 0), "thing"),
        ((*SCOPE, 10), [["n"]]),
        ((*SCOPE, 12), [["c", 99]]),
        ((*SCOPE, 12), [["f", 0]]),
        ((*SCOPE, 11), {"x": [["d", 5]]}),
        ((*CALL, 0), -4),
        ((*CALL, 1), ["zz", 1]),
        ((*CALL, 4), "4"),
        ((*CALL, 7), 12),
        ((3,), [["for", 1, 2, 0]]),
    ],
)
def test_a_hostile_summary_is_ignored(
    tmp_path: Path, rewrite: Rewrite, at: tuple[int | str, ...], value: object
) -> None:
    tree: dict[str, str | bytes] = {"a.py": "def f():\n    g(1)\n"}
    expected = readable(built(tmp_path, tree, cache=True))

    def spoiled(row: bytes) -> bytes:
        whole = json.loads(row)
        damaged(whole, at, value)
        return json.dumps(whole).encode()

    rewrite(tmp_path, "summary", "row", spoiled)
    assert readable(built(tmp_path, {}, cache=True)) == expected


@pytest.mark.parametrize("data", [b"", b"null", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_not_a_cache_is_ignored(tmp_path: Path, data: bytes) -> None:
    built(tmp_path, {"a.py": "x = 1\n"}, cache=True)
    (tmp_path / CACHE_FOLDER / FILE_NAME).write_bytes(data)
    assert list(built(tmp_path, {}, cache=True).files) == ["a.py"]


def test_a_cache_with_other_tables_is_ignored(tmp_path: Path) -> None:
    built(tmp_path, {"a.py": "x = 1\n"}, cache=True)
    with closing(sqlite3.connect(tmp_path / CACHE_FOLDER / FILE_NAME)) as cache, cache:
        cache.execute("CREATE TRIGGER bad AFTER INSERT ON tree BEGIN DELETE FROM file; END")
    seal(tmp_path / CACHE_FOLDER / FILE_NAME)
    assert Store(tmp_path, index.version()).ask("SELECT path FROM file") == []


def test_a_cache_of_another_version_is_ignored(tmp_path: Path) -> None:
    built(tmp_path, {"a.py": "x = 1\n"}, cache=True)
    assert Store(tmp_path, index.version()).ask("SELECT path FROM file") == [("a.py",)]
    assert Store(tmp_path, "another").ask("SELECT path FROM file") == []


def test_a_link_in_the_place_of_the_cache_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    built(tmp_path / "one", {"a.py": "x = 1\n"}, cache=True)
    kept = tmp_path / "one" / CACHE_FOLDER / FILE_NAME
    before = kept.read_bytes()
    (tmp_path / "two" / CACHE_FOLDER).mkdir(parents=True)
    (tmp_path / "two" / CACHE_FOLDER / FILE_NAME).symlink_to(kept)
    built(tmp_path / "two", {"b.py": "y = 1\n"}, cache=True)
    assert kept.read_bytes() == before


def test_of_two_runs_at_once_one_is_kept_whole(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    stores = [Store(tmp_path, index.version()) for _ in range(2)]
    for store in stores:
        looked = index.look(tmp_path, ["a.py"], store, {})
        readable(looked.facts())
        looked.keep()
    for store in stores:
        store.write()
    assert Store(tmp_path, index.version()).ask("SELECT path FROM file") == [("a.py",)]


def test_a_change_within_the_grain_of_its_times_is_seen(tmp_path: Path) -> None:
    built(tmp_path, {"a.py": "x = 1\n"}, cache=True)
    times = (tmp_path / "a.py").stat()
    (tmp_path / "a.py").write_text("y = 1\n")
    os.utime(tmp_path / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert set(built(tmp_path, {}, cache=True).files["a.py"].scopes[0].binds) == {"y"}


def test_a_folder_that_cannot_be_written_to_is_analysed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / CACHE_FOLDER).write_text("a file where the folder should be")
    assert list(built(tmp_path, {"a.py": ""}, cache=True).files) == ["a.py"]


def test_no_sentence_of_the_code_is_kept(tmp_path: Path) -> None:
    text = 'PROMPT = "You are a helpful secret"\nask(f"Tell {me} the secret now", model="gpt-4o")\nd = {"a key with words": 1}\n'
    built(tmp_path, {"a.py": text}, cache=True)
    kept = (tmp_path / CACHE_FOLDER / FILE_NAME).read_bytes()
    assert b"gpt-4o" in kept
    assert b"secret" not in kept
    assert b"words" not in kept.replace(b"words BLOB", b"")


def test_a_file_that_the_cache_cannot_hold_does_not_keep_the_others_out(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text("LIMIT = 2 ** 3\nf(x=123456789012345678901234567890)\n")
    (tmp_path / "small.py").write_text("x = 1\n")
    built(tmp_path, {}, cache=True)
    assert Store(tmp_path, index.version()).ask("SELECT path FROM summary") == [("small.py",)]
