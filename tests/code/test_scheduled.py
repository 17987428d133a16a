"""What Python files say of schedules is kept as long as they stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.deadlines import said, schedules
from whowaits.deadlines.texts import Texts
from whowaits.model import Scan

from .conftest import Rewrite

BEAT = """
from celery import Celery
app = Celery()
app.conf.beat_schedule = {
    "nightly": {"task": "news.tag", "schedule": 3600.0},
    "odd": {"task": "news.tag", "schedule": crontab(hour="99")},
}
"""
TASKS = """
import openai
from celery import shared_task

@shared_task(name="news.tag")
def tag():
    return openai.OpenAI().responses.create(model="gpt-5", input="x")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "beat.py").write_text(BEAT)
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "plain.py").write_text("VALUE = 1\n")
    return tmp_path


def run(root: Path, *, cache: bool = True) -> Scan:
    return scan(root, [root], Config(), cache=cache)


def deadlines(found: Scan) -> list[float | None]:
    return [usage.verdict.deadline_s for site in found.call_sites for usage in site.usages]


def test_a_second_run_opens_no_python_file_to_look_for_schedules(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(root)
    assert deadlines(first) == [3600.0]
    assert any(s.place.path == "beat.py" for s in first.skipped)

    def never(path: str, texts: Texts) -> said.Said:
        raise AssertionError(f"{path} was looked at again")

    monkeypatch.setattr(schedules, "of_python", never)
    assert run(root) == first


def test_a_schedule_that_is_changed_is_read_again(root: Path) -> None:
    run(root)
    (root / "beat.py").write_text(BEAT.replace("3600.0", "86400.0"))
    assert deadlines(run(root)) == [86400.0]
    (root / "beat.py").unlink()
    assert run(root) == run(root, cache=False)


def test_a_schedule_that_is_not_saved_yet_counts(root: Path) -> None:
    run(root)
    given = {"beat.py": BEAT.replace("3600.0", "7200.0").encode()}
    assert deadlines(scan(root, [root], Config(), given=given)) == [7200.0]
    assert deadlines(run(root)) == [3600.0]


@pytest.mark.parametrize(
    "row", ["{", "[]", "[[], [], [1]]", "[[[[1, 1], 1, 1, -5, [], 1, 1, 1]], [], []]", None, 3, b"\xff"]
)
def test_a_broken_row_is_ignored(root: Path, rewrite: Rewrite, row: object) -> None:
    first = run(root)
    rewrite(root, "said", "row", lambda _: row)
    assert run(root) == first


@pytest.mark.parametrize("text", [BEAT, TASKS, "", "import schedule\nschedule.every(2).hours.do(print)\n"])
def test_what_a_file_says_is_the_same_from_plain_data(text: str) -> None:
    found = schedules.of_python("jobs/a.py", Texts(["jobs/a.py"], lambda path, most: text.encode()[:most]))
    assert said.revive("jobs/a.py", json.loads(json.dumps(said.row(found)))) == found
