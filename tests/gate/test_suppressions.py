"""What somebody accepts: with a reason, for a time, and never longer than it is of use."""

from __future__ import annotations

import json

import pytest

from tests.gate.conftest import HELPER, JOB, Repository

IGNORE = "# whowaits: ignore[loop-over-data] until=2027-03-01 owner=data-eng -- the provider has no batch for it yet"
DIRECT = """from openai import OpenAI

client = OpenAI()


def main(rows):
    for row in rows:
        client.responses.create(
            model="gpt-4o-mini",
            input=row,
        )
"""


def rules(repository: Repository, *words: str) -> list[tuple[str, str | None]]:
    found = repository.document("--as-of", "2026-11-01", *words)["findings"]
    return [(f["rule"], f["state"]) for f in found]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for row in rows:", f"for row in rows:  {IGNORE}"),
        ("    for row in rows:", f"    {IGNORE}\n    for row in rows:"),
        ("        client.res", f"        {IGNORE}\n        client.res"),
        ("create(\n", f"create(  {IGNORE}\n"),
        ('"gpt-4o-mini",', f'"gpt-4o-mini",  {IGNORE}'),
        ("        )\n", f"        )  {IGNORE}\n"),
    ],
)
def test_it_may_stand_on_any_line_of_the_call_or_its_driver(repository: Repository, old: str, new: str) -> None:
    repository.write(job=DIRECT.replace(old, new))
    assert rules(repository) == [("loop-over-data", "suppressed")]
    assert repository.check("--as-of", "2026-11-01").exit_code == 0
    assert "1 suppressed" in repository.check("--as-of", "2026-11-01").output


def test_on_the_driver_it_is_about_this_driver_only(repository: Repository) -> None:
    repository.write(a=JOB.replace("in rows:", f"in rows:  {IGNORE}"), b=JOB)
    assert repository.states("--as-of", "2026-11-01") == [("-", "b.py"), ("suppressed", "a.py")]


def test_on_the_call_it_is_about_every_driver(repository: Repository) -> None:
    repository.write(llm=HELPER.replace("input=text)", f"input=text)  {IGNORE}"), a=JOB, b=JOB)
    assert repository.states("--as-of", "2026-11-01") == [("suppressed", "a.py"), ("suppressed", "b.py")]


def test_after_its_last_day_it_no_longer_holds_and_says_so(repository: Repository) -> None:
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  {IGNORE}"))
    assert repository.check("--as-of", "2027-03-01").exit_code == 0
    found = repository.document("--as-of", "2027-03-02")["findings"]
    assert [f["rule"] for f in found] == ["loop-over-data", "expired-suppression"]
    assert found[1]["line"] == 7


def test_without_a_reason_it_does_not_count(repository: Repository) -> None:
    repository.write(job=DIRECT.replace("in rows:", "in rows:  # whowaits: ignore[loop-over-data]"))
    assert rules(repository) == [("loop-over-data", None), ("comment-without-reason", None)]


@pytest.mark.parametrize("comment", ["person", "deadline=20m", "nobody deadline=20m"])
def test_a_declaration_without_a_reason_does_not_count_either(repository: Repository, comment: str) -> None:
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  # whowaits: {comment}"))
    assert rules(repository) == [("loop-over-data", None), ("comment-without-reason", None)]
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  # whowaits: {comment} -- the editor looks at it"))
    assert "loop-over-data" not in [rule for rule, _ in rules(repository) if comment == "person"]


@pytest.mark.parametrize("other", ["ignore[paged-loop]", "ignore[loop-over-data]"])
def test_one_that_nothing_needs_is_reported_at_its_line(repository: Repository, other: str) -> None:
    repository.write(job=f"def main(rows):\n    for row in rows:  # whowaits: {other} -- once\n        print(row)\n")
    (found,) = repository.document()["findings"]
    assert (found["rule"], found["path"], found["line"]) == ("unused-suppression", "job.py", 2)


def test_one_of_a_rule_that_nobody_has_names_the_nearest(repository: Repository) -> None:
    repository.write(job=DIRECT.replace("in rows:", "in rows:  # whowaits: ignore[loop-over-date] -- once"))
    found = repository.document()["findings"]
    assert [f["message"] for f in found if f["rule"] == "unused-suppression"] == [
        "There is no rule `loop-over-date`; did you mean `loop-over-data`?"
    ]


def test_what_is_said_in_a_string_is_no_comment(repository: Repository) -> None:
    repository.write(job='HELP = "# whowaits: ignore[loop-over-data] -- write this"\n')
    assert repository.document()["findings"] == []


def test_two_comments_that_are_alike_are_two_findings(repository: Repository) -> None:
    line = "x = 1  # whowaits: ignore[loop-over-data] -- old\n"
    repository.write(job=line * 2)
    found = repository.document()["findings"]
    assert len({f["fingerprint"] for f in found}) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ignore -- why", "name the rule"),
        ("ignore[loop-over-data] - why", "a reason comes after ` -- `"),
        ("ignore[loop-over-data] untill=2027-01-01 -- why", "did you mean `until`?"),
        ("persom -- why", "did you mean `person`?"),
        ("ignore[loop-over-data] until=tomorrow -- why", "until=2027-03-01"),
        ("ignore[loop-over-data] nobdy -- why", "`nobdy`"),
    ],
)
def test_one_that_cannot_be_understood_is_named_and_does_not_count(
    repository: Repository, words: str, said: str
) -> None:
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  # whowaits: {words}"))
    result = repository.check()
    assert result.exit_code == 1
    assert said in result.output
    assert "job.py:7" in result.output


def test_it_works_in_a_notebook(repository: Repository) -> None:
    cell = DIRECT.replace("in rows:", f"in rows:  {IGNORE}").splitlines(keepends=True)
    book = {"cells": [{"cell_type": "code", "source": ["x = 1\n"]}, {"cell_type": "code", "source": cell}]}
    repository.write_at("book.ipynb", json.dumps(book))
    assert rules(repository) == [("loop-over-data", "suppressed")]


WAIVER = (
    '[[waiver]]\npath = "jobs/**"\nrule = "loop-*"\nuntil = 2027-03-01\nowner = "data-eng"\nreason = "moves in March"\n'
)


def test_a_waiver_by_path_suppresses_until_its_day(repository: Repository) -> None:
    repository.write_at("jobs/a.py", DIRECT)
    repository.write_at("b.py", DIRECT)
    repository.write_at("whowaits.toml", WAIVER)
    assert rules(repository) == [("loop-over-data", None), ("loop-over-data", "suppressed")]
    found = repository.document("--as-of", "2027-03-02")["findings"]
    assert [(f["rule"], f["path"]) for f in found] == [
        ("loop-over-data", "b.py"), ("loop-over-data", "jobs/a.py"), ("expired-suppression", "whowaits.toml"),
    ]  # fmt: skip


def test_a_waiver_by_fingerprint_is_about_one_finding(repository: Repository) -> None:
    repository.write(a=JOB, b=JOB)
    name = repository.document()["findings"][0]["fingerprint"]
    repository.write_at("whowaits.toml", f'[[waiver]]\nfingerprint = "{name}"\nreason = "no batch there"\n')
    assert [state for _, state in rules(repository)] == ["suppressed", None]


def test_a_waiver_that_nothing_needs_is_reported_where_it_stands(repository: Repository) -> None:
    repository.write_at("whowaits.toml", "assumed-deadline = 86400\n" + WAIVER)
    (found,) = repository.document()["findings"]
    assert (found["rule"], found["path"], found["line"]) == ("unused-suppression", "whowaits.toml", 2)
    assert repository.document("once.py")["findings"] == []  # a run over a part cannot know


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[waiver]]\npath = "a"\n', "`reason` is missing"),
        ('[[waiver]]\nreason = "x"\n', "either `path` or `fingerprint`"),
        ('[[waiver]]\npath = "a"\nreason = "x"\nrule = "lop-over-data"\n', "did you mean `loop-over-data`"),
        ('[[waiver]]\npath = "a"\nreason = "x"\nuntl = 2027-01-01\n', "did you mean `until`"),
    ],
)
def test_a_wrong_waiver_is_wrong_use(repository: Repository, text: str, said: str) -> None:
    repository.write_at("whowaits.toml", text)
    result = repository.check()
    assert result.exit_code == 2
    assert said in result.output


def test_a_loop_in_a_test_is_no_finding_whatever_is_declared_about_the_call(repository: Repository) -> None:
    declared = HELPER.replace("input=text)", "input=text)  # whowaits: nobody deadline=4h -- the CMS imports at six")
    loop = "from llm import ask\n\n\ndef test_it():\n    assert [ask(x) for x in open('a')]\n"
    repository.write_at("llm.py", declared)
    repository.write_at("tests/test_llm.py", loop)
    document = repository.document()
    assert [u["entry"]["kind"] for s in document["call_sites"] for u in s["usages"] if u["driver"]] == ["test"]
    assert [f for f in document["findings"] if "tests/" in f["message"]] == []


def test_the_report_counts_what_is_suppressed(repository: Repository) -> None:
    repository.write(a=JOB.replace("in rows:", f"in rows:  {IGNORE}"), b=JOB)
    result = repository.run("audit", ".", "-o", "reports", "--as-of", "2026-11-01")
    assert "1 finding suppressed with a reason." in result.output
    assert "1 finding suppressed with a reason." in (repository.folder / "reports" / "shop.md").read_text()


@pytest.mark.parametrize("before", ["# noqa: B007  ", "# type: ignore[misc] ", "# pragma: no cover -- "])
def test_it_may_follow_a_comment_for_another_tool(repository: Repository, before: str) -> None:
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  {before}{IGNORE}"))
    assert rules(repository) == [("loop-over-data", "suppressed")]


def test_an_empty_reason_is_none(repository: Repository) -> None:
    repository.write(job=DIRECT.replace("in rows:", "in rows:  # whowaits: ignore[loop-over-data] --"))
    assert rules(repository) == [("loop-over-data", None), ("comment-without-reason", None)]


def test_a_rule_that_nobody_has_is_named_also_beside_one_that_is_of_use(repository: Repository) -> None:
    both = "# whowaits: ignore[loop-over-data, loop-over-date] -- once"
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  {both}"))
    assert rules(repository) == [("loop-over-data", "suppressed"), ("unused-suppression", None)]


@pytest.mark.parametrize("said", ["person", "deadline=20m", "nobody deadline=4h"])
def test_a_declaration_that_stands_at_no_call_is_reported(repository: Repository, said: str) -> None:
    comment = f"# whowaits: {said} -- they look at it"
    repository.write(job=DIRECT.replace("main(rows):", f"main(rows):  {comment}"))
    found = repository.document()["findings"]
    assert [(f["rule"], f["line"]) for f in found] == [("loop-over-data", 8), ("unused-suppression", 6)]
    assert "move this comment there" in found[1]["message"]
    repository.write(job=DIRECT.replace("in rows:", f"in rows:  {comment}"))
    assert "unused-suppression" not in [rule for rule, _ in rules(repository)]


def test_a_declaration_is_heard_where_only_its_file_is_asked_for(repository: Repository) -> None:
    repository.write(job=JOB.replace("in rows:", "in rows:  # whowaits: person -- the editor waits"))
    assert rules(repository, "job.py") == []


def test_what_is_not_understood_is_said_wherever_it_stands(repository: Repository) -> None:
    repository.write(job="x = 1  # whowaits: batch -- done\n" + DIRECT)
    assert [(s["line"], s["reason"]) for s in repository.document()["skipped"]] == [
        (1, "`# whowaits:` says `batch`, not person, program, nobody or a deadline such as deadline=20m")
    ]
