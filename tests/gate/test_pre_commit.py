"""The hooks as pre-commit runs them in somebody else's repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.gate.conftest import JOB, ONCE, Repository

ROOT = Path(__file__).parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}


def test_both_hooks_see_the_whole_project_at_once_and_notebooks_too() -> None:
    assert list(HOOKS) == ["whowaits", "whowaits-gate"]
    for hook in HOOKS.values():
        assert hook["require_serial"] is True
        assert hook["types_or"] == ["python", "jupyter"]


def words(hook: str, *files: str) -> list[str]:
    return [*HOOKS[hook]["entry"].split()[1:], *HOOKS[hook].get("args", []), *files]


def test_the_gate_fails_on_a_new_loop_and_passes_the_next_commit(repository: Repository) -> None:
    repository.write(nightly=JOB)
    repository.git("add", "-A")
    assert repository.run(*words("whowaits-gate", "nightly.py")).exit_code == 1
    assert repository.run(*words("whowaits", "nightly.py")).exit_code == 0
    repository.commit()
    repository.write(nightly=JOB + "\n\nLIMIT = 3\n")
    assert repository.run(*words("whowaits-gate", "nightly.py")).exit_code == 0


def test_the_gate_works_with_a_baseline_instead(repository: Repository) -> None:
    hook = ["check", "--baseline", "whowaits-baseline.json", "nightly.py"]
    repository.write(nightly=JOB)
    assert repository.run(*hook).exit_code == 2
    repository.run("baseline", "write")
    assert repository.run(*hook).exit_code == 0


@pytest.mark.slow
def test_pre_commit_installs_and_runs_the_hooks(repository: Repository, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    copy = tmp_path / "whowaits"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
    for name in (".pre-commit-hooks.yaml",):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    for words in (
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(copy), *words], check=True)
    repository.write(nightly=JOB)
    repository.git("add", "-A")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull}

    def attempt(hook: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "try-repo", str(copy), hook, "--files", "nightly.py"],
            cwd=repository.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    gate = attempt("whowaits-gate")
    if "An error has occurred" in gate.stdout or "No matching distribution" in gate.stdout + gate.stderr:
        pytest.skip("pre-commit cannot install the package here")
    assert gate.returncode == 1, gate.stdout + gate.stderr
    assert "1 new, 0 known, 0 fixed" in gate.stdout
    warns = attempt("whowaits")
    assert warns.returncode == 0, warns.stdout
    assert "loop-over-data" in warns.stdout
    repository.write(nightly=ONCE)
    assert attempt("whowaits-gate").returncode == 0


def test_before_the_first_commit_everything_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    young = Repository(tmp_path / "young")
    young.write(
        nightly=JOB.replace("from llm import ask", "from openai import OpenAI\n\nask = OpenAI().embeddings.create")
    )
    monkeypatch.chdir(young.folder)
    result = young.run(*words("whowaits-gate", "nightly.py"))
    assert result.exit_code == 1, result.output
    assert "1 new, 0 known, 0 fixed, compared with nothing, for there is no commit yet" in result.output
