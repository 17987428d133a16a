"""What is reported, what fails, and what it costs: the options of `check` and the same in the configuration."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.gate.conftest import HELPER, JOB, ONCE, Repository, log

REQUIRED = JOB.replace("in rows:", "in rows:  # whowaits: nobody deadline=1w -- the archive is read on Mondays")


@pytest.fixture
def job(repository: Repository) -> Repository:
    repository.write(nightly=JOB)
    return repository


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--select", "loop-over-data"), 1),
        (("--select", "paged-loop,queue-consumer"), 0),
        (("--select", "loop-*"), 1),
        (("--ignore", "loop-over-data"), 0),
        (("--select", "loop-*", "--ignore", "loop-over-data"), 0),
        (("--exclude", "nightly.py"), 0),
        (("--fail-on", "none"), 0),
        (("--fail-on", "new-required"), 0),
        (("--exit-zero",), 0),
    ],
)
def test_options_that_choose(job: Repository, words: tuple[str, ...], code: int) -> None:
    assert job.check(*words).exit_code == code


def test_a_rule_that_does_not_exist_names_the_nearest(job: Repository) -> None:
    result = job.check("--select", "loop-over-dat")
    assert result.exit_code == 2
    assert "did you mean `loop-over-data`?" in result.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('ignore = ["loop-over-data"]', 0),
        ('select = ["paged-loop"]', 0),
        ('[[per-path]]\npath = "llm.py"\nignore = ["loop-*"]', 0),
        ('[[per-path]]\npath = "jobs/**"\nignore = ["loop-*"]', 1),
        ('[[per-path]]\npath = "llm.py"\nselect = ["paged-loop"]', 0),
        ('[[per-path]]\npath = "llm.py"\nselect = ["loop-*"]', 1),
        ('[[per-path]]\npath = "nightly.py"\nassumed-deadline = "20m"', 0),
        ('[[per-path]]\npath = "llm.py"\nassumed-deadline = "20m"', 1),
        ('[[per-path]]\npath = "nightly.py"', 2),
        ('[[per-path]]\npath = "nightly.py"\nignore = ["lop-over-data"]', 2),
        ('fail-on = "none"', 0),
        ('fail-on = "never"', 2),
        ('selct = ["x"]', 2),
        ('ignore = ["lop-over-data"]', 2),
    ],
)
def test_the_configuration_chooses_too(job: Repository, text: str, code: int) -> None:
    job.write_at("whowaits.toml", text + "\n")
    assert job.check().exit_code == code
    assert job.check("--isolated").exit_code == 1


def test_settings_per_path_hold_in_a_part_of_the_project_as_well(repository: Repository) -> None:
    for name, text in {"llm.py": HELPER, "job.py": JOB}.items():
        repository.write_at(f"old/{name}", text)
    repository.write_at("whowaits.toml", '[[per-path]]\npath = "old/**"\nignore = ["loop-*"]\n')
    assert repository.check().exit_code == 0
    assert repository.check("old").exit_code == 0


def test_only_what_is_required_fails_where_that_is_the_policy(repository: Repository) -> None:
    repository.write(nightly=JOB, weekly=REQUIRED)
    result = repository.check("--fail-on", "new-required")
    assert result.exit_code == 1
    assert "has to go to the batch API" in result.output
    repository.write(weekly=ONCE)
    assert repository.check("--fail-on", "new-required").exit_code == 0


def test_a_logged_finding_says_what_it_costs_and_a_floor_lets_small_ones_pass(job: Repository) -> None:
    words = ("--usage", log(job), "--as-of", "2026-10-01")
    document = job.document(*words)
    (usage,) = [u for s in document["call_sites"] for u in s["usages"] if u["driver"]]
    saving = float(usage["saving_usd_high"])
    assert 0 < saving < float(usage["monthly_usd"])
    assert job.check(*words, "--min-saving", f"{saving - 1:.2f}").exit_code == 1
    passed = job.check(*words, "--min-saving", f"{saving + 1:.2f}")
    assert passed.exit_code == 0
    assert "1 finding does not fail" in passed.output


def test_a_named_file_that_is_no_code_is_said_to_be_skipped(job: Repository) -> None:
    job.write_at("run.sh", "python nightly.py\n")
    job.write_at("crontab", "0 2 * * * python nightly.py\n")
    (skipped,) = job.document("run.sh", "crontab")["skipped"]
    assert (skipped["path"], skipped["reason"][:14]) == ("run.sh", "neither Python")


def test_a_saving_that_nobody_knows_is_below_no_floor(job: Repository) -> None:
    assert job.check("--min-saving", "1000000").exit_code == 1


def test_a_budget_without_a_log_is_wrong_use_and_not_a_passing_check(job: Repository) -> None:
    result = job.check("--budget", "5")
    assert (result.exit_code, "needs --usage" in result.output) == (2, True)


def test_a_finding_says_where_a_person_waits_for_the_same_call(job: Repository) -> None:
    app = "from fastapi import FastAPI\nfrom llm import ask\n\napp = FastAPI()\n\n\n"
    job.write(web=app + '@app.get("/")\ndef show(text: str):\n    return ask(text)\n')
    (found,) = job.document()["findings"]
    assert found["message"].endswith("Elsewhere a person waits for it (web.py:8): that use stays.")


def test_tagged_calls_are_as_good_as_the_log_itself(job: Repository) -> None:
    pytest.importorskip("pyarrow")
    path = log(job)
    job.run("classify", path, "-o", "tagged.parquet", "--as-of", "2026-10-01")
    from_log, from_tags = (job.document("--usage", p, "--as-of", "2026-10-01") for p in (path, "tagged.parquet"))
    money = [[u["monthly_usd"] for s in d["call_sites"] for u in s["usages"]] for d in (from_log, from_tags)]
    assert money[0] == money[1]
    assert any(money[0])


def test_new_spend_above_the_budget_needs_an_owner_who_says_why(job: Repository) -> None:
    words = ("--usage", log(job), "--as-of", "2026-10-01", "--fail-on", "none", "--budget", "1")
    result = job.check(*words)
    assert result.exit_code == 1
    assert "is above the budget of $1" in result.output
    assert job.check(*words[:-1], "100000").exit_code == 0
    ignore = "in rows:  # whowaits: ignore[loop-over-data] {}-- the launch needs it"
    job.write(nightly=JOB.replace("in rows:", ignore.format("")))
    assert job.check(*words).exit_code == 1
    job.write(nightly=JOB.replace("in rows:", ignore.format("owner=news ")))
    assert job.check(*words).exit_code == 0


@pytest.mark.parametrize(("option", "value"), [("--min-saving", "lots"), ("--budget", "-1"), ("--fail-on", "old")])
def test_a_value_that_cannot_be_is_wrong_use(job: Repository, option: str, value: str) -> None:
    assert job.check(f"{option}={value}").exit_code == 2


def test_several_formats_in_one_run(job: Repository) -> None:
    words = (
        "--format",
        "concise",
        "--format",
        "sarif=out.sarif",
        "--format",
        "junit=out.xml",
        "--format",
        "json=out.json",
    )
    result = job.check(*words)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "1 finding."
    assert json.loads((job.folder / "out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((job.folder / "out.json").read_text())["format"] == 1
    assert ElementTree.parse(job.folder / "out.xml").getroot().get("failures") == "1"


def test_an_output_file_takes_what_would_have_been_printed(job: Repository) -> None:
    result = job.check("--format", "gitlab", "--output-file", "report.json")
    assert result.output == ""
    assert len(json.loads((job.folder / "report.json").read_text())) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "sarf"), "did you mean sarif?"),
        (("--format", "json", "--format", "sarif"), "only one output"),
        (("--format", "json=a.json", "--output-file", "b.json"), "--output-file"),
        (("--format", "json=nowhere/a.json"), "cannot be written"),
    ],
)
def test_formats_that_cannot_be(job: Repository, words: tuple[str, ...], said: str) -> None:
    result = job.check(*words)
    assert result.exit_code == 2
    assert said in result.output


def test_an_editor_gives_what_is_not_saved_yet(repository: Repository) -> None:
    repository.write(nightly=ONCE)
    found = repository.run("check", "--stdin-filename", "nightly.py", "--format", "concise", stdin=JOB)
    assert found.exit_code == 1
    assert "(nightly.py:5)" in found.output
    assert repository.check("nightly.py").exit_code == 0
    new_file = repository.run("check", "--stdin-filename", "new.py", "--format", "concise", stdin=JOB)
    assert "(new.py:5)" in new_file.output


def test_files_settings_and_statistics_are_shown(job: Repository) -> None:
    job.write_at("whowaits.toml", 'exclude = ["once.py"]\nmin-saving = "25"\n[[waiver]]\npath = "x"\nreason = "y"\n')
    assert job.check("--show-files").output.split() == ["llm.py", "nightly.py"]
    assert job.check("nightly.py", "--show-files").output.split() == ["nightly.py"]
    settings = job.check("--show-settings", "--fail-on", "new-required").output
    assert 'fail-on = "new-required"' in settings
    assert 'min-saving = "25"' in settings
    (job.folder / "sub").mkdir()
    job.write_at("sub/whowaits.toml", settings)
    assert job.check("sub", "--show-settings").output == settings
    assert "     1  loop-over-data" in job.check("--statistics").output


def test_what_git_ignores_is_not_read(job: Repository) -> None:
    job.write_at(".gitignore", "nightly.py\n")
    assert job.check().exit_code == 0


def test_colours_need_a_terminal_and_no_wish_against_them(job: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from whowaits.cli import shared

    assert "\x1b" not in job.check().output
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not shared.color()
    monkeypatch.delenv("NO_COLOR")
    assert shared.color()


def test_a_rule_is_explained_and_a_wrong_name_finds_the_right_one(repository: Repository) -> None:
    text = repository.run("rule", "loop-over-data").output
    for part in ("Why:", "When not to act:", "What to do:", "# expect: batch loop-over-data"):
        assert part in text
    (explained,) = json.loads(repository.run("rule", "waited-on-batch", "--format", "json").stdout)
    assert set(explained) == {"id", "what", "why", "limits", "fix", "says", "example", "source"}
    wrong = repository.run("rule", "loop-over-dat")
    assert wrong.exit_code == 2
    assert "did you mean `loop-over-data`?" in wrong.output


def test_every_rule_that_can_be_found_is_explained() -> None:
    from whowaits.code.suppressions import known_rules
    from whowaits.report.explained import every
    from whowaits.rules import load_findings
    from whowaits.rules.decisions import load_decisions

    of_logs = {rule.id for rule in load_findings() if rule.says}
    choices = {rule.id for rule in load_decisions()}
    assert set(known_rules()) == set(every()) - of_logs - choices
    for rule in every().values():
        assert all((rule.what, rule.why, rule.limits, rule.fix)), rule.id


def test_a_folder_that_cannot_be_read_is_no_clean_run(tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "empty").mkdir()
    assert repository.check(str(tmp_path / "empty")).exit_code == 3
