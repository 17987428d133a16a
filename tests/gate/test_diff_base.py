"""`check --diff-base`: a branch fails for what it adds, and for nothing else. All against real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.conftest import HELPER, JOB, ONCE, Repository


def test_a_branch_that_loops_over_an_old_helper_fails_and_only_for_that(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.commit()
    repository.git("checkout", "-q", "-b", "feature")
    repository.write(nightly=JOB)  # no model call is added or touched
    repository.commit()
    result = repository.check("--diff-base", "main")
    assert result.exit_code == 1
    assert "1 new, 1 known, 0 fixed, compared with the merge base with main at " in result.output
    assert repository.states("--diff-base", "main") == [("known", "old.py"), ("new", "nightly.py")]


def test_a_branch_that_removes_a_loop_passes_and_says_so(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.commit()
    repository.git("checkout", "-q", "-b", "feature")
    repository.write(old=ONCE)
    repository.commit()
    result = repository.check("--diff-base", "main")
    assert result.exit_code == 0
    assert "0 new, 0 known, 1 fixed" in result.output


def test_what_is_not_committed_yet_counts_too(repository: Repository) -> None:
    repository.write(nightly=JOB)
    assert repository.states("--diff-base", "main") == [("new", "nightly.py")]


@pytest.mark.parametrize("asked", ["nightly.py", "llm.py"])
def test_the_finding_is_reported_for_the_file_of_its_driver_and_of_its_call(repository: Repository, asked: str) -> None:
    repository.write(nightly=JOB)
    assert repository.check(asked, "--diff-base", "main").exit_code == 1


def test_the_finding_is_reported_for_the_file_of_its_entry_point(repository: Repository) -> None:
    repository.write(nightly=JOB, run="from nightly import main\n\nif __name__ == '__main__':\n    main(open('a'))\n")
    assert repository.check("run.py", "--diff-base", "main").exit_code == 1


def test_a_file_that_the_finding_does_not_touch_is_not_bothered(repository: Repository) -> None:
    repository.write(nightly=JOB)
    assert repository.check("once.py", "--diff-base", "main").exit_code == 0


def test_a_renamed_file_keeps_its_findings(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.commit()
    repository.git("checkout", "-q", "-b", "feature")
    (repository.folder / "jobs").mkdir()
    repository.git("mv", "old.py", "jobs/nightly.py")
    repository.git("mv", "llm.py", "model.py")
    for path in ("jobs/nightly.py", "once.py"):
        text = (repository.folder / path).read_text().replace("from llm", "from model")
        repository.write_at(path, text)
    repository.commit()
    assert repository.states("--diff-base", "main") == [("known", "jobs/nightly.py")]


def test_renames_are_followed_while_they_are_only_staged(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.commit()
    repository.git("mv", "old.py", "nightly.py")
    assert repository.states("--diff-base", "HEAD") == [("known", "nightly.py")]


def test_what_main_got_after_the_branch_left_is_not_held_against_the_branch(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "feature")
    repository.write(nightly=JOB)
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write(nightly=JOB)
    repository.commit()
    repository.git("checkout", "-q", "feature")
    assert repository.states("--diff-base", "main") == [("new", "nightly.py")]


def test_a_part_of_the_checkout_is_compared_with_the_same_part(repository: Repository) -> None:
    for name, text in {"llm.py": HELPER, "old.py": JOB}.items():
        repository.write_at(f"src/app/{name}", text)
    repository.commit()
    repository.write_at("src/app/new.py", JOB)
    assert repository.states("src/app", "--diff-base", "main") == [("known", "old.py"), ("new", "new.py")]
    assert ("new", "src/app/new.py") in repository.states("--diff-base", "main")


def test_nothing_is_checked_out_and_nothing_of_git_changes(repository: Repository) -> None:
    repository.write(nightly=JOB)
    before = sorted(p for p in repository.folder.rglob("*") if ".whowaits_cache" not in p.parts)
    repository.check("--diff-base", "main")
    assert sorted(p for p in repository.folder.rglob("*") if ".whowaits_cache" not in p.parts) == before
    assert repository.git("stash", "list") == repository.git("worktree", "prune", "-v") == ""


def test_removing_the_reason_that_made_a_finding_acceptable_makes_it_new(repository: Repository) -> None:
    accepted = JOB.replace("ask(row)", "ask(row)  # a call\n").replace(
        "in rows:", "in rows:  # whowaits: ignore[loop-over-data] owner=news -- moves in March"
    )
    repository.write(old=accepted)
    repository.commit()
    assert repository.states("--diff-base", "main") == [("suppressed", "old.py")]
    repository.write(old=JOB)
    assert repository.states("--diff-base", "main") == [("new", "old.py")]


@pytest.mark.parametrize(
    ("revision", "said"),
    [("nowhere", "git knows no `nowhere`"), ("--upload-pack=x", "a branch, tag or commit is expected")],
)
def test_a_revision_that_git_does_not_know_is_wrong_use(repository: Repository, revision: str, said: str) -> None:
    result = repository.check(f"--diff-base={revision}")
    assert result.exit_code == 2
    assert said in result.output


def test_a_branch_without_common_history_says_what_helps(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.commit()
    result = repository.check("--diff-base", "main")
    assert result.exit_code == 2
    assert "fetch more history" in result.output


def test_outside_of_git_it_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "job.py").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    from typer.testing import CliRunner

    from whowaits.cli.app import app

    result = CliRunner().invoke(app, ["check", "--diff-base", "main"])
    assert result.exit_code == 2
    assert "git checkout" in result.output


def test_a_tree_with_names_that_lead_out_of_it_is_not_written_out_there(repository: Repository, tmp_path: Path) -> None:
    blob = repository.git("hash-object", "-w", "once.py").strip()
    import subprocess

    inner = subprocess.run(["git", "-C", str(repository.folder), "mktree"], input=f"100644 blob {blob}\tevil.py\n",
                           capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    outer = subprocess.run(["git", "-C", str(repository.folder), "mktree", "--missing"],
                           input=f"040000 tree {inner}\t..\n", capture_output=True, text=True, check=False)  # fmt: skip
    if outer.returncode:
        pytest.skip("this git refuses to make such a tree")
    from whowaits.code import history

    base = history.MergeBase(outer.stdout.strip(), "x", repository.folder, "", {})
    with history.tree_of(base, repository.folder) as then:
        assert not (then.parent / "evil.py").exists()
        assert list(then.rglob("evil.py")) == []


def test_the_merge_base_is_analysed_once_and_again_when_something_has_changed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whowaits.code import history

    trees: list[str] = []
    inner = history.tree_of
    monkeypatch.setattr(history, "tree_of", lambda base, root: trees.append(base.commit) or inner(base, root))
    repository.write(nightly=JOB)
    for _ in range(3):
        assert repository.states("--diff-base", "HEAD") == [("new", "nightly.py")]
    assert len(trees) == 1
    repository.write_at("whowaits.toml", 'assumed-deadline = "1w"\n')
    repository.check("--diff-base", "HEAD")
    assert len(trees) == 2
    repository.commit()
    assert repository.states("--diff-base", "HEAD") == [("known", "nightly.py")]
    assert len(trees) == 3
    repository.check("--diff-base", "HEAD", "--no-cache")
    assert len(trees) == 4


def test_what_is_kept_of_a_merge_base_and_is_no_baseline_is_ignored(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.commit()
    repository.check("--diff-base", "HEAD")
    (kept,) = (repository.folder / ".whowaits_cache").glob("base-*.json")
    kept.write_text("{")
    assert repository.states("--diff-base", "HEAD") == [("known", "old.py")]


def test_a_submodule_is_compared_with_the_commit_that_was_recorded(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.write(llm=HELPER, old=JOB)
    inner.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.folder), "inner")
    repository.commit()
    assert repository.states("--diff-base", "HEAD") == [("known", "inner/old.py")]
    repository.write_at("inner/nightly.py", JOB)
    assert repository.states("--diff-base", "HEAD") == [("known", "inner/old.py"), ("new", "inner/nightly.py")]


def test_a_submodule_that_is_checked_out_later_is_not_taken_for_new(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.write(llm=HELPER, old=JOB)
    inner.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.folder), "inner")
    repository.commit()
    repository.git("submodule", "--quiet", "deinit", "--all")
    assert repository.states("--diff-base", "HEAD") == []
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    assert repository.states("--diff-base", "HEAD") == [("known", "inner/old.py")]


def test_a_submodule_whose_recorded_commit_is_not_there_ends_the_run(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.write(llm=HELPER)
    inner.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.folder), "inner")
    repository.git("update-index", "--cacheinfo", f"160000,{'1' * 40},inner")
    repository.git("commit", "-q", "-m", "a commit that nobody has")
    result = repository.check("--diff-base", "HEAD")
    assert result.exit_code == 2
    assert "the submodule inner lacks 111111111111; fetch it (git -C inner fetch)" in result.output


@pytest.mark.parametrize(
    ("revision", "advice"),
    [
        ("mian", "did you mean `main`?"),
        ("origin/mian", "did you mean `origin/main`?"),
        ("origin/other", "fetch it first (git fetch origin other)"),
        ("v9", "this clone is shallow, fetch more of it (git fetch --unshallow)"),
        ("HEAD~1", "this clone is shallow, fetch more of it (git fetch --unshallow)"),
    ],
)
def test_a_revision_that_git_does_not_know_is_answered_with_what_helps(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str, advice: str
) -> None:
    repository.write(once=ONCE + "\n")
    repository.commit()
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    result = repository.check("--diff-base", revision)
    assert result.exit_code == 2
    assert f"--diff-base: git knows no `{revision}`; {advice}" in result.output
