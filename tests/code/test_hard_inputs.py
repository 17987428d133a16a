"""Inputs that nobody writes by hand: each ends, says what it left out, and stays within a bound of CPU seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whowaits.code import files, index, kept
from whowaits.code.scan import scan
from whowaits.code.sources import Sources
from whowaits.code.store import Store
from whowaits.config import Config
from whowaits.model import Scan
from whowaits.rules import load_calls

CALL = 'client.responses.create(model="gpt-5", input=x)'
HEAD = "import openai\nclient = openai.OpenAI()\n\n\n"
LOOP = f"def main(xs):\n    for x in xs:\n        {CALL}\n"


def scanned(root: Path, texts: dict[str, str], bound_s: float = 8) -> Scan:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    before = time.process_time()
    found = scan(root, [root], Config(), cache=False)
    assert time.process_time() - before < bound_s
    return found


def test_a_generated_file_of_100_000_lines_is_read_to_its_end(tmp_path: Path) -> None:
    rows = "".join(f"R{n} = ({n}, 'row{n}')\n" for n in range(100_000))
    found = scanned(tmp_path, {"generated.py": HEAD + rows + "\n\n" + LOOP}, bound_s=30)
    assert [(s.place.line, s.deciding.verdict.route) for s in found.call_sites] == [(100_009, "batch")]


@pytest.mark.parametrize(
    "deep",
    [
        "-" * 5000 + "x",
        "(" * 5000 + "x" + ")" * 5000,
        "x" + ".a" * 5000,
        "x" + "()" * 5000,
        "[" * 150 + "x" + "]" * 150,
    ],
)
def test_a_deep_expression_beside_a_call_hides_no_other_file(tmp_path: Path, deep: str) -> None:
    text = f"{HEAD}def main(xs):\n    for x in xs:\n        y = {deep}\n        {CALL}\n"
    found = scanned(tmp_path, {"deep.py": text, "plain.py": HEAD + LOOP})
    assert "plain.py" in {s.place.path for s in found.call_sites}
    named = {s.place.path for s in found.call_sites} | {s.place.path for s in found.skipped}
    assert "deep.py" in named


def test_a_sum_of_50_000_terms_is_read_or_named(tmp_path: Path) -> None:
    text = f"{HEAD}TOTAL = {' + '.join(f'a{n}' for n in range(50_000))}\n\n\n{LOOP}"
    found = scanned(tmp_path, {"sum.py": text, "plain.py": HEAD + LOOP})
    named = {s.place.path for s in found.call_sites} | {s.place.path for s in found.skipped}
    assert named == {"sum.py", "plain.py"}


def test_functions_that_call_themselves_and_each_other_end(tmp_path: Path) -> None:
    ring = "".join(
        f"def f{n}(x):\n    f{n}(x)\n    f{(n + 1) % 40}(x)\n    f{(n + 7) % 40}(x)\n\n\n" for n in range(40)
    )
    text = f"{HEAD}{ring}def ask(x):\n    {CALL}\n    f0(x)\n\n\ndef f7(x):\n    for y in x:\n        ask(y)\n"
    found = scanned(tmp_path, {"ring.py": text})
    (site,) = found.call_sites
    assert site.deciding.driver is not None


def test_modules_that_import_each_other_end(tmp_path: Path) -> None:
    texts = {
        f"m{n}.py": f"from m{(n + 1) % 9} import *\nfrom m{(n + 1) % 9} import ask as ask{n}\nask = ask{n}\n"
        for n in range(9)
    }
    found = scanned(tmp_path, {**texts, "m4.py": f"{HEAD}from m5 import *\n\n\ndef ask(x):\n    {CALL}\n"})
    assert len(found.call_sites) == 1


def test_links_that_lead_round_and_round_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "twin.py").symlink_to(tmp_path / "job.py")
    found = scanned(tmp_path, {"job.py": HEAD + LOOP})
    assert [s.place.path for s in found.call_sites] == ["job.py"]


def test_folders_in_folders_beyond_the_depth_of_the_stack_are_listed(tmp_path: Path) -> None:
    made = [tmp_path / "d"]
    while len(made) < 1200 and len(str(made[-1])) < 3900:
        made.append(made[-1] / "d")
    for folder in made:
        folder.mkdir()
    try:
        assert files.find(tmp_path) == []
    finally:  # what removes temporary folders does recurse
        for folder in reversed(made):
            folder.rmdir()


def test_a_file_that_shrinks_while_it_is_read_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Sources.function

    def shrunk(self: Sources, step: object) -> object:
        (tmp_path / "job.py").write_text("x = 1\n")
        return whole(self, step)  # type: ignore[arg-type]

    monkeypatch.setattr(Sources, "function", shrunk)
    found = scanned(tmp_path, {"job.py": HEAD + LOOP})
    assert len(found.call_sites) == 1


def test_a_file_that_is_gone_before_it_is_compared_with_last_time_is_no_crash(tmp_path: Path) -> None:
    scanned(tmp_path, {"job.py": HEAD + LOOP})
    scan(tmp_path, [tmp_path], Config())
    looked = index.look(tmp_path, ["job.py", "gone.py"], Store(tmp_path, index.version()), {})
    assert kept.recall(looked, load_calls()).found is None
    assert [s.place.path for s in looked.skipped()] == ["gone.py"]


@pytest.mark.parametrize("name", ["спросить", "質問", "سؤال", "größe", "ｆｕｌｌｗｉｄｔｈ", "ﬁle", "नाम"])
def test_names_in_any_script_are_followed_as_python_reads_them(tmp_path: Path, name: str) -> None:
    """Python reads `ﬁle` and `file` as the same name; the file of a module keeps the name it has."""
    texts = {
        "модуль.py": f"{HEAD}class Ответ:\n    def {name}(self, x):\n        return {CALL}\n",
        "main.py": f"from модуль import Ответ\n\n\ndef main(xs):\n    for x in xs:\n        Ответ().{name}(x)\n",
    }
    found = scanned(tmp_path, texts)
    assert [(str(s.place), s.deciding.driver and str(s.deciding.driver)) for s in found.call_sites] == [
        ("модуль.py:7", "main.py:5")
    ]


def test_a_file_of_python_2_is_named_and_hides_no_other(tmp_path: Path) -> None:
    old = "import openai\n\nfor x in open('rows'):\n    print openai.Completion.create(prompt=x)\n"
    found = scanned(tmp_path, {"old.py": old, "backtick.py": "x = `1`\n", "plain.py": HEAD + LOOP})
    assert [s.place.path for s in found.call_sites] == ["plain.py"]
    assert [str(s.place) for s in found.skipped] == ["backtick.py:1", "old.py:4"]
    assert all(s.reason.startswith("Python 3.") for s in found.skipped)


def test_stub_files_are_neither_read_nor_named(tmp_path: Path) -> None:
    stub = f"{HEAD}def main(xs): ...\nfor x in y:\n    {CALL}\n"
    found = scanned(tmp_path, {"job.py": HEAD + LOOP, "job.pyi": stub, "broken.pyi": "def ("})
    assert ([s.place.path for s in found.call_sites], found.skipped) == (["job.py"], ())


def test_files_that_read_one_another_for_schedules_end(tmp_path: Path) -> None:
    """Scripts, targets of make and workflows that start themselves and each other."""
    texts = {
        "crontab": "0 2 * * * ./a.sh\n0 3 * * * make a\n",
        "a.sh": "./b.sh\n./a.sh\npython job.py\n",
        "b.sh": "./a.sh; ./b.sh; make b\n",
        "Makefile": "a: b a\nb: a b\n\nc:\n\tmake c\n",
        ".github/workflows/a.yml": "on: {schedule: [{cron: '0 4 * * *'}]}\njobs: {a: {uses: ./.github/workflows/a.yml}}\n",
        "job.py": HEAD + LOOP + "\n\nmain(open('rows'))\n",
    }
    found = scanned(tmp_path, texts)
    (site,) = found.call_sites
    assert (site.deciding.verdict.row, site.deciding.verdict.deadline_s) == (7, 86400)


def test_a_schedule_file_of_a_million_lines_is_passed_over(tmp_path: Path) -> None:
    texts = {
        "crontab": "0 2 * * * python job.py\n" * 100_000,
        "k8s/a.yaml": "kind: CronJob\n" + "- a: {b: [c]}\n" * 100_000,
    }
    assert len(scanned(tmp_path, {**texts, "job.py": HEAD + LOOP}).call_sites) == 1


def test_a_pipe_in_place_of_a_gitignore_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "a.py").write_text("print()\n")
    assert scan(tmp_path, [tmp_path], Config(), cache=False).files == 1


def test_a_function_of_a_thousand_calls_is_read_once(tmp_path: Path) -> None:
    branches = "".join(f"    elif xs == {n}:\n        for x in xs: {CALL}\n" for n in range(1000))
    found = scanned(tmp_path, {"job.py": f"{HEAD}def main(xs):\n    if not xs: pass\n{branches}"}, bound_s=12)
    assert (len(found.call_sites), len(found.skipped)) == (1000, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to keeps whoever opens it waiting for ever."""
    for name in (
        ".gitignore",
        "pyproject.toml",
        "whowaits.toml",
        "job.ipynb",
        "pipe.py",
        "crontab",
        "README.md",
        "a/b.sh",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.mkfifo(tmp_path / name)
    (tmp_path / "job.py").write_text(HEAD + LOOP)
    command = [sys.executable, "-m", "whowaits", "check", "--format", "concise", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "job.py:7:9 loop-over-data" in done.stdout


def test_a_name_that_many_functions_use_is_looked_up_where_it_was_read(tmp_path: Path) -> None:
    many = "".join(f"def g{n}(a): return f(a)\n" for n in range(20_000))
    texts = {"many.py": f"{HEAD}def f(x):\n    for r in x:\n        {CALL.replace('=x', '=r')}\n{many}"}
    texts["circle.py"] = f"{HEAD}def a(x):\n    for r in x: b(r)\n\n\ndef b(x):\n    a(x)\n    {CALL}\n"
    assert len(scanned(tmp_path, texts).call_sites) == 2
