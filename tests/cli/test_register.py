"""`workloads`, `init` and `answer`: from an open question to an entry that decides."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from whowaits.cli.app import app

CALL = {"provider": "openai", "model": "gpt-4o-mini", "input_tokens": 1_000_000, "output_tokens": 50_000}
REGISTER = """# ours
exclude = ["old/**"]

[[workload]]  # nightly
name = "tagger"   # as in the runbook
match = { service = "tag*" }
waiter = "nobody"
deadline = "4h"

[[workload]]
name = "gone"
match = { service = "gone" }
waiter = "person"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    calls = [{**CALL, "service": name, "timestamp": f"2026-09-{day:02}T02:00:00Z", "request_id": f"{name}{day}"}
             for name in ("tagger", "digest*x") for day in range(1, 4)]  # fmt: skip
    (tmp_path / "calls.jsonl").write_text("".join(f"{json.dumps(c)}\n" for c in calls), encoding="utf-8")
    (tmp_path / "whowaits.toml").write_text(REGISTER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--as-of", "2026-10-01"])


def test_each_entry_says_what_it_takes_and_the_rest_is_listed_by_money(project: Path) -> None:
    lines = run("workloads", "--logs", "calls.jsonl").stdout.splitlines()
    assert lines[0] == "tagger (whowaits.toml:4): nobody waits, needed within 4 hours"
    assert lines[1].startswith("    3 calls, $")
    assert lines[2:4] == [
        "gone (whowaits.toml:10): a person waits",
        "    claims nothing: no call and no call site fits",
    ]
    assert lines[5].startswith("Not in the register: 1 workload, $")
    assert lines[6].startswith("    digest*x: unknown, $")


def test_without_logs_an_entry_about_calls_is_not_said_to_claim_nothing(project: Path) -> None:
    text = f'{REGISTER}\n[[workload]]\nname = "code"\ncode = ["gone.py"]\n'
    (project / "whowaits.toml").write_text(text, encoding="utf-8")
    lines = run("workloads").stdout.splitlines()
    assert lines[1::2] == [
        "    speaks of logged calls; --logs shows which",
        "    speaks of logged calls; --logs shows which",
        "    claims nothing: no call and no call site fits",
    ]


def test_what_is_proposed_asks_and_answers_nothing(project: Path) -> None:
    assert run("init", "--logs", "calls.jsonl").exit_code == 0
    text = (project / "whowaits.toml").read_text(encoding="utf-8")
    assert text.startswith(REGISTER)
    assert "\n# Does anybody wait for this, and until when?\n# seen: $" in text
    entry = tomllib.loads(text)["workload"][-1]
    assert entry == {"name": "digest*x", "match": {"service": "digest[*]x"}}


def test_an_unanswered_entry_changes_no_verdict_and_is_proposed_once(project: Path) -> None:
    before = run("classify", "calls.jsonl").stdout
    run("init", "--logs", "calls.jsonl")
    once = (project / "whowaits.toml").read_bytes()
    assert run("classify", "calls.jsonl").stdout == before
    assert "nothing to ask" in run("init", "--logs", "calls.jsonl").stdout
    dry = run("init", "--logs", "calls.jsonl", "--dry-run")
    assert (dry.stdout.encode(), "nothing to ask" in dry.stderr) == (once, True)
    assert (project / "whowaits.toml").read_bytes() == once


@pytest.mark.parametrize(
    ("word", "said", "route"),
    [
        ("person", {"waiter": "person"}, "sync"),
        ("4h", {"deadline": "4h"}, "batch"),
        ("nobody", {"waiter": "nobody"}, "unknown"),
        ("02:00-06:00", {"start": "02:00", "due": "06:00"}, "batch"),
    ],
)
def test_an_answer_is_one_entry_that_decides(project: Path, word: str, said: dict[str, str], route: str) -> None:
    run("init", "--logs", "calls.jsonl")
    result = run("answer", "digest*x", word, "--owner", "news")
    assert result.exit_code == 0, result.output
    text = (project / "whowaits.toml").read_text(encoding="utf-8")
    assert text.startswith(REGISTER)
    entry = tomllib.loads(text)["workload"][-1]
    assert entry["owner"] == "news"
    assert entry["reviewed"].isoformat() == "2026-10-01"
    assert {key: entry[key] for key in said} == said
    shown = run("classify", "calls.jsonl").stdout
    assert route in next(line for line in shown.splitlines() if "digest" in line)


def test_a_second_answer_replaces_the_first_and_keeps_comments(project: Path) -> None:
    assert run("answer", "tagger", "01:00-05:00", "--timezone", "Europe/Berlin").exit_code == 0
    text = (project / "whowaits.toml").read_text(encoding="utf-8")
    assert "[[workload]]  # nightly" in text
    assert 'name = "tagger"   # as in the runbook' in text
    entry = tomllib.loads(text)["workload"][0]
    assert "deadline" not in entry
    assert (entry["start"], entry["due"], entry["timezone"]) == ("01:00", "05:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("answer", "tager", "4h"), "did you mean `tagger`?"),
        (("answer", "zzz", "4h"), "`whowaits workloads` lists them"),
        (("answer", "tagger", "persn"), "did you mean person?"),
        (("answer", "tagger", "soon"), "say person, program, nobody, 4h or 02:00-06:00"),
        (("answer", "tagger", "4 parsecs"), "say person, program, nobody, 4h or 02:00-06:00"),
        (("answer", "tagger", "25:00-26:00"), "whowaits.toml:"),
        (("answer", "zzz", "4h"), "--match KEY=PATTERN or --code PATH"),
        (("answer", "tagger", "1:00-5:00", "--timezone", "Asia/Tokio"), 'write for example "Asia/Tokyo"'),
        (("answer", "tagger", "4h", "--timezone", "Asia/Tokyo"), "a time zone goes with clock times"),
        (("answer", "tagger", "4h", "--match", "service=x"), "`tagger` is in the register already"),
        (("answer", "new", "4h", "--match", "servce=x"), "did you mean `service`?"),
        (("answer", "new", "4h", "--match", "service"), "expected KEY=PATTERN"),
    ],
)
def test_a_wrong_answer_names_what_is_right_and_writes_nothing(
    project: Path, words: tuple[str, ...], told: str
) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.output
    assert (project / "whowaits.toml").read_text(encoding="utf-8") == REGISTER


def test_an_answer_about_what_is_not_in_the_register_makes_its_entry(project: Path) -> None:
    asked = ("--match", "service=digest*", "--match", "tag=team:news", "--code", "news/digest.py:main")
    assert run("answer", "digests", "4h", *asked).exit_code == 0
    text = (project / "whowaits.toml").read_text(encoding="utf-8")
    assert text.startswith(REGISTER)
    entry = tomllib.loads(text)["workload"][-1]
    assert (entry["name"], entry["deadline"], entry["code"]) == ("digests", "4h", ["news/digest.py:main"])
    assert entry["match"] == {"service": "digest*", "tag": "team:news"}


def test_a_new_register_says_what_it_is(project: Path) -> None:
    (project / "whowaits.toml").unlink()
    assert run("init", "--logs", "calls.jsonl").exit_code == 0
    assert (project / "whowaits.toml").read_text(encoding="utf-8").startswith("# Who waits for each workload")


def test_an_entry_without_an_answer_takes_its_calls_whatever_it_is_called(project: Path) -> None:
    before = run("classify", "calls.jsonl").stdout
    (project / "whowaits.toml").write_text(
        f'{REGISTER}\n[[workload]]\nname = "mornings"\nmatch = {{ service = "digest*" }}\n', encoding="utf-8"
    )
    lines = run("workloads", "--logs", "calls.jsonl").stdout.splitlines()
    assert lines[4:7] == [
        "mornings (whowaits.toml:15): not answered yet", lines[5], "    Does anybody wait for this, and until when?",
    ]  # fmt: skip
    assert lines[5].startswith("    3 calls, $") and len(lines) == 7
    assert "nothing to ask" in run("init", "--logs", "calls.jsonl").stdout
    assert run("classify", "calls.jsonl").stdout == before


def test_in_pyproject_the_register_lies_in_our_table(project: Path) -> None:
    (project / "whowaits.toml").unlink()
    (project / "pyproject.toml").write_text('[tool.whowaits]\nexclude = ["x"]\n', encoding="utf-8")
    assert run("init", "--logs", "calls.jsonl").exit_code == 0
    assert run("answer", "tagger", "1w").exit_code == 0
    data = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert [e["name"] for e in data["tool"]["whowaits"]["workload"]] == ["digest*x", "tagger"]


def test_an_answer_of_long_ago_is_a_question_in_the_report(project: Path) -> None:
    old = REGISTER.replace('deadline = "4h"', 'deadline = "4h"\nreviewed = 2025-06-01')
    (project / "whowaits.toml").write_text(old, encoding="utf-8")
    run("audit", ".", "--logs", "calls.jsonl", "-o", "out", "--name", "r")
    text = (project / "out" / "r.md").read_text(encoding="utf-8")
    assert "Last reviewed on 2025-06-01, over a year ago: does the entry still hold?" in text
