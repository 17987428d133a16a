"""Which edits make an old finding new. The table of peers is what it is measured against: most get most of it wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PureWindowsPath

import pytest

from whowaits.code import files
from whowaits.code.names import Paths
from whowaits.code.scan import scan
from whowaits.config import Config

Tree = dict[str, str]

LLM = """from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Name the topic: {text}"}],
        max_tokens=50,
    )
"""
JOB = """from llm import ask, client


def tag(rows):
    for row in rows:
        ask(row)


def label(rows):
    for row in rows:
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": row}], max_tokens=20)
"""
BEFORE: Tree = {"llm.py": LLM, "job.py": JOB}


def fingerprints(root: Path, tree: Mapping[str, str], paths: Paths | None = None, named: str = "") -> list[str]:
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    found = scan(root, [root / named] if named else [root], Config(), cache=False, names_of=paths or Paths())
    return [f.fingerprint for f in found.findings]


def edit(name: str, old: str, new: str) -> Callable[[Tree], Tree]:
    def change(tree: Tree) -> Tree:
        assert old in tree[name]
        return {**tree, name: tree[name].replace(old, new)}

    return change


SAME: dict[str, Callable[[Tree], Tree]] = {
    "lines inserted above": edit("job.py", "def tag", "LIMIT = 3\n\n\ndef unrelated():\n    return LIMIT\n\n\ndef tag"),
    "lines inserted above, in the function": edit("job.py", "    for row in rows:\n        ask", "    rows = list(rows)\n    print(len(rows))\n    for row in rows:\n        ask"),
    "prompt text edited in the helper": edit("llm.py", "Name the topic", "Say in one word what this is about"),
    "prompt text edited at the call": edit("job.py", '"content": row', '"content": "topic: " + row'),
    "max_tokens edited": edit("job.py", "max_tokens=20", "max_tokens=4000"),
    "max_tokens edited in the helper": edit("llm.py", "max_tokens=50", "max_tokens=4000"),
    "model edited": edit("job.py", "gpt-4o-mini", "gpt-4.1"),
    "loop variable renamed": edit("job.py", "row", "article"),
    "call put on several lines": edit("job.py", 'create(model="gpt-4o-mini", messages', 'create(\n            model="gpt-4o-mini",\n            messages'),
    "call put on one line": edit("llm.py", "create(\n        model", "create(model"),
    "a comment and blank lines added": edit("job.py", "        ask(row)", "\n        # one at a time\n\n        ask(row)"),
    "a call outside of the loop added above": edit("job.py", "def label(rows):\n", 'def label(rows):\n    client.chat.completions.create(model="gpt-4o-mini", messages=[])\n'),
    "an unrelated function with a loop added": edit("job.py", "def tag", "def count(rows):\n    for row in rows:\n        print(row)\n\n\ndef tag"),
    "a further way in": lambda tree: {**tree, "main.py": "import sys\n\nfrom job import label, tag\n\n\ndef run():\n    tag(sys.argv)\n    label(sys.argv)\n\n\nrun()\n"},
    "wrapped in try": edit("job.py", "        ask(row)", "        try:\n            ask(row)\n        except ValueError:\n            print('no')"),
}  # fmt: skip


def test_the_tree_of_the_table_has_two_findings(tmp_path: Path) -> None:
    assert len(set(fingerprints(tmp_path, BEFORE))) == 2


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_an_old_finding_stays_old_after(tmp_path: Path, change: Callable[[Tree], Tree]) -> None:
    before = fingerprints(tmp_path / "before", BEFORE)
    assert sorted(fingerprints(tmp_path / "after", change(BEFORE))) == sorted(before)


def test_a_renamed_file_keeps_its_findings_where_its_old_name_is_known(tmp_path: Path) -> None:
    renamed = {"llm.py": LLM, "nightly/tagging.py": JOB}
    before = fingerprints(tmp_path / "before", BEFORE, Paths(renamed={"job.py": "nightly/tagging.py"}))
    assert sorted(fingerprints(tmp_path / "after", renamed)) == sorted(before)


def test_the_part_of_the_tree_that_is_analysed_does_not_matter(tmp_path: Path) -> None:
    whole = {f"src/{name}": text for name, text in BEFORE.items()}
    from_top = fingerprints(tmp_path, whole)
    assert fingerprints(tmp_path / "src", {}, Paths("src/")) == from_top


def test_the_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprints(tmp_path, BEFORE)
    monkeypatch.chdir(tmp_path)
    assert fingerprints(Path(), {}) == before
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert fingerprints(Path(".."), {}) == before


def test_asking_for_one_file_names_its_findings_the_same(tmp_path: Path) -> None:
    before = fingerprints(tmp_path, BEFORE)
    assert fingerprints(tmp_path, {}, named="job.py") == before


def test_backslashes_of_another_system_do_not_reach_a_fingerprint() -> None:
    windows = PureWindowsPath(r"C:\work\shop")
    assert files.relative(windows / "jobs" / "tag.py", windows) == "jobs/tag.py"  # type: ignore[arg-type]


NEW: dict[str, Callable[[Tree], Tree]] = {
    "a second loop with the same call in the same function": edit("job.py", "    for row in rows:\n        ask(row)\n", "    for row in rows:\n        ask(row)\n    for row in rows[:9]:\n        ask(row)\n"),
    "a second loop round the call itself in the same function": edit("job.py", "def label(rows):\n", 'def label(rows):\n    for row in rows:\n        client.chat.completions.create(model="gpt-4o-mini", messages=[])\n'),
    "the same loop copied into another function": edit("job.py", "def label", "def again(rows):\n    for row in rows:\n        ask(row)\n\n\ndef label"),
    "a loop round an old helper in another file": lambda tree: {**tree, "night.py": "from llm import ask\n\n\ndef main(rows):\n    for row in rows:\n        ask(row)\n"},
}  # fmt: skip


@pytest.mark.parametrize("change", NEW.values(), ids=NEW.keys())
def test_exactly_one_finding_is_new_after(tmp_path: Path, change: Callable[[Tree], Tree]) -> None:
    before, after = fingerprints(tmp_path / "before", BEFORE), fingerprints(tmp_path / "after", change(BEFORE))
    assert set(before) <= set(after)
    assert len(set(after) - set(before)) == 1
    assert len(after) == len(set(after))


def test_every_finding_and_every_usage_of_a_site_has_its_own_fingerprint(tmp_path: Path) -> None:
    tree = {
        **BEFORE,
        "one.py": "from job import tag\n\nfor line in open('a'):\n    tag(line)\n",
        "two.py": "from fastapi import FastAPI\nfrom llm import ask\n\napp = FastAPI()\n\n\n@app.get('/x')\ndef x():\n    return ask('a')\n\n\n@app.get('/y')\ndef y():\n    return ask('a')\n",
    }
    fingerprints(tmp_path, tree)
    found = scan(tmp_path, [tmp_path], Config(), cache=False)
    names = [f.fingerprint for f in found.findings]
    assert len(names) == len(set(names))
    for site in found.call_sites:
        assert len({u.fingerprint for u in site.usages}) == len(site.usages) > 0


def test_one_run_names_the_same_twice_whatever_the_hash_seed(tmp_path: Path) -> None:
    import subprocess
    import sys

    fingerprints(tmp_path, BEFORE)
    outputs = {
        subprocess.run(
            [sys.executable, "-m", "whowaits", "check", str(tmp_path), "--no-cache", "--format", "json"],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
