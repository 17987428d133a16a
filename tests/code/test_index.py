"""Which files belong to a tree, what is kept of them, and what is skipped with its reason."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from whowaits.code import files, index
from whowaits.code.index import CACHE_FOLDER, Facts

PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"


def built(root: Path, tree: dict[str, str | bytes], *, cache: bool = False, exclude: tuple[str, ...] = ()) -> Facts:
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return index.build(root, files.find(root, exclude), cache=cache)


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
    assert list(facts.files) == ["b.py"]
    assert [s.place.path for s in facts.skipped] == ["a.py"]
    assert facts.skipped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    "text", ["x = " + "-" * 5000 + "1\n", "x = " + "f(" * 90 + ")" * 90 + "\n", "x = a" + ".b" * 5000]
)
def test_deep_nesting_is_read_or_skipped_but_never_a_crash(tmp_path: Path, text: str) -> None:
    facts = built(tmp_path, {"deep.py": text, "b.py": ""})
    assert "b.py" in facts.files
    assert ("deep.py" in facts.files) != bool(facts.skipped)


def test_a_file_that_is_too_large_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    facts = built(tmp_path, {"a.py": "#" * 1_000_001})
    assert [s.reason for s in facts.skipped] == ["larger than 1 MB"]


def test_a_file_that_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    facts = index.build(tmp_path, [tmp_path / "gone.py"], cache=False)
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
    assert (tmp_path / CACHE_FOLDER / "index.json").is_file()
    assert json.dumps(warm.files, default=str) == json.dumps(cold.files, default=str)
    assert warm.skipped == cold.skipped == built(tmp_path, tree).skipped


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    built(tmp_path, {"a.py": "x = 1\n", "b.py": "y = 1\n"}, cache=True)
    assert set(built(tmp_path, {"a.py": "z = 1\n"}, cache=True).files["a.py"].scopes[0].binds) == {"z"}


def damaged(row: object, at: tuple[int | str, ...], value: object) -> None:
    for key in at[:-1]:
        row = row[key]  # type: ignore[index]
    row[at[-1]] = value  # type: ignore[index]


SUMMARY = ("files", "a.py", 1)
SCOPE, CALL = (*SUMMARY, 1, 1), (*SUMMARY, 2, 0)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("files",), 3),
        (("files",), None),
        (("files", "a.py"), 1),
        (SUMMARY, [1, 2]),
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
        ((*SUMMARY, 3), [["for", 1, 2, 0]]),
    ],
)
def test_a_hostile_cache_is_ignored(tmp_path: Path, at: tuple[int | str, ...], value: object) -> None:
    tree: dict[str, str | bytes] = {"a.py": "def f():\n    g(1)\n"}
    expected = built(tmp_path, tree, cache=True)
    cache = tmp_path / CACHE_FOLDER / "index.json"
    whole = json.loads(cache.read_bytes())
    damaged(whole, at, value)
    cache.write_text(json.dumps(whole))
    assert built(tmp_path, tree, cache=True).files == expected.files


@pytest.mark.parametrize("text", ["", "null", "[]", '{"version": 1}', "[" * 100_000])
def test_what_is_not_a_cache_is_ignored(tmp_path: Path, text: str) -> None:
    built(tmp_path, {"a.py": "x = 1\n"}, cache=True)
    (tmp_path / CACHE_FOLDER / "index.json").write_text(text)
    assert list(built(tmp_path, {}, cache=True).files) == ["a.py"]


def test_a_folder_that_cannot_be_written_to_is_analysed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / CACHE_FOLDER).write_text("a file where the folder should be")
    assert list(built(tmp_path, {"a.py": ""}, cache=True).files) == ["a.py"]


def test_no_sentence_of_the_code_is_kept(tmp_path: Path) -> None:
    text = 'PROMPT = "You are a helpful secret"\nask(f"Tell {me} the secret now", model="gpt-4o")\nd = {"a key with words": 1}\n'
    built(tmp_path, {"a.py": text}, cache=True)
    kept = (tmp_path / CACHE_FOLDER / "index.json").read_text()
    assert "gpt-4o" in kept
    assert "secret" not in kept
    assert "words" not in kept


def test_a_file_that_the_cache_cannot_hold_does_not_keep_the_others_out(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text("LIMIT = 2 ** 3\nf(x=123456789012345678901234567890)\n")
    (tmp_path / "small.py").write_text("x = 1\n")
    built(tmp_path, {}, cache=True)
    stored = json.loads((tmp_path / CACHE_FOLDER / "index.json").read_bytes())
    assert "small.py" in stored["files"]
