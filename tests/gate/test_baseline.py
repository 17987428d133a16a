"""The baseline: accept what exists, fail on what is new, and only ever make it less."""

from __future__ import annotations

import json

import pytest

from tests.gate.conftest import HELPER, JOB, ONCE, Repository

FILE = "whowaits-baseline.json"


def test_what_is_accepted_passes_and_what_is_new_fails(repository: Repository) -> None:
    repository.write(old=JOB)
    assert repository.check().exit_code == 1
    assert repository.run("baseline", "write").exit_code == 0
    assert repository.check("--baseline", FILE).exit_code == 0
    repository.write(nightly=JOB)
    result = repository.check("--baseline", FILE)
    assert result.exit_code == 1
    assert f"1 new, 1 known, 0 fixed, compared with the baseline {FILE}" in result.output
    assert "old.py" not in result.output.split("1 new")[0].replace("(nightly.py", "")


def test_a_loop_that_is_removed_is_fixed_and_pruning_takes_it_out_for_good(repository: Repository) -> None:
    repository.write(old=JOB, older=JOB)
    repository.run("baseline", "write")
    repository.write(old=ONCE)
    assert "0 new, 1 known, 1 fixed" in repository.check("--baseline", FILE).output
    assert "1 kept, 1 fixed" in repository.run("baseline", "prune").output
    repository.write(old=JOB)  # it comes back
    assert repository.check("--baseline", FILE).exit_code == 1


def test_pruning_never_adds(repository: Repository) -> None:
    repository.run("baseline", "write")
    repository.write(nightly=JOB)
    repository.run("baseline", "prune")
    assert json.loads((repository.folder / FILE).read_text())["findings"] == []


def test_the_file_is_sorted_stamped_and_has_no_line_numbers(repository: Repository) -> None:
    repository.write(zebra=JOB, ant=JOB)
    repository.run("baseline", "write")
    first = (repository.folder / FILE).read_bytes()
    document = json.loads(first)
    assert list(document) == ["whowaits-baseline", "written-by", "findings"]
    assert [f["driver"] for f in document["findings"]] == ["ant.py", "zebra.py"]
    assert set(document["findings"][0]) == {"path", "rule", "driver", "fingerprint"}
    repository.write(ant="# a line\n\n" + JOB)
    repository.run("baseline", "write")
    assert (repository.folder / FILE).read_bytes() == first


def test_asking_for_one_file_counts_as_fixed_only_what_was_in_it(repository: Repository) -> None:
    repository.write(old=JOB, older=JOB)
    repository.run("baseline", "write")
    repository.write(old=ONCE, older=ONCE)
    assert "1 fixed" in repository.check("old.py", "--baseline", FILE).output


def test_the_part_that_is_analysed_does_not_make_findings_new(repository: Repository) -> None:
    repository.write_at("src/llm.py", (repository.folder / "llm.py").read_text())
    repository.write_at("src/job.py", JOB)
    repository.run("baseline", "write")
    assert repository.check("src", "--baseline", FILE).exit_code == 0
    assert repository.check("src/job.py", "--baseline", FILE).exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "not a baseline"),
        ("[]", "`whowaits-baseline` is missing"),
        ('{"findings": []}', "`whowaits-baseline` is missing"),
        ('{"whowaits-baseline": 9, "findings": []}', "format 9"),
        ('{"whowaits-baseline": 1, "findings": [{"path": "a.py"}]}', "finding 1 is not written as whowaits writes it"),
        ('{"whowaits-baseline": 1}', "finding 1 is not written"),
    ],
)
def test_a_foreign_baseline_is_a_loud_error(repository: Repository, text: str, said: str) -> None:
    repository.write_at(FILE, text)
    for words in (("check", "--baseline", FILE), ("baseline", "show"), ("baseline", "prune")):
        result = repository.run(*words)
        assert result.exit_code == 2
        assert said in result.output
    assert (repository.folder / FILE).read_text() == text


def test_a_missing_baseline_is_a_loud_error_that_says_how_to_make_one(repository: Repository) -> None:
    result = repository.check("--baseline", "nowhere.json", "--exit-zero")
    assert result.exit_code == 2
    assert "whowaits baseline write" in result.output


def test_a_baseline_in_the_configuration_needs_no_flag(repository: Repository) -> None:
    repository.write_at("whowaits.toml", f'baseline = "{FILE}"\n')
    assert repository.check().exit_code == 2
    repository.write(old=JOB)
    repository.run("baseline", "write")
    assert repository.check().exit_code == 0
    assert repository.check("--diff-base", "main").exit_code == 1


def test_two_things_to_compare_with_are_wrong_use(repository: Repository) -> None:
    repository.run("baseline", "write")
    assert repository.check("--baseline", FILE, "--diff-base", "main").exit_code == 2


def test_show_lists_what_is_accepted(repository: Repository) -> None:
    repository.write(old=JOB)
    repository.run("baseline", "write")
    result = repository.run("baseline", "show")
    assert "llm.py: loop-over-data (driven by old.py)" in result.output
    assert "1 accepted." in result.output


def test_what_is_suppressed_is_not_accepted_a_second_time(repository: Repository) -> None:
    repository.write(old=JOB.replace("in rows:", "in rows:  # whowaits: ignore[loop-over-data] -- moves in March"))
    assert "0 accepted" in repository.run("baseline", "write").output


def test_a_broken_baseline_is_named_with_the_line(repository: Repository) -> None:
    repository.write_at(FILE, '{"whowaits-baseline": 1,\n<<<<<<< HEAD\n')
    result = repository.check("--baseline", FILE)
    assert result.exit_code == 2
    assert f"{FILE}:2: not a baseline: " in result.output
    assert ".: cannot be read: Is a directory" in repository.check("--baseline", ".").output


def test_writing_replaces_a_baseline_whatever_its_state_and_no_other_file(repository: Repository) -> None:
    repository.write_at(FILE, '{"whowaits-baseline": 1,\n<<<<<<< HEAD\n')
    assert repository.run("baseline", "write").exit_code == 0
    result = repository.run("baseline", "write", "--file", "llm.py")
    assert result.exit_code == 2
    assert "llm.py: is no baseline; remove it, or name another file with --file" in result.output
    assert (repository.folder / "llm.py").read_text(encoding="utf-8") == HELPER
    repository.write_at("empty.json", "")
    assert repository.run("baseline", "write", "--file", "empty.json").exit_code == 0


def test_a_baseline_named_as_the_folder_is_answered_with_the_option(repository: Repository) -> None:
    repository.run("baseline", "write")
    for word in ("show", "prune", "write"):
        result = repository.run("baseline", word, FILE)
        assert result.exit_code == 2
        assert f"--file {FILE} names a baseline" in result.output
