"""Whatever a file holds, reading it for deadlines ends in values: schedules, proposals, skipped lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whowaits.deadlines import commands, durations, runbooks, schedules
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.model import Skipped

PIECES = st.sampled_from(
    [
        "0 2 * * *", "@daily", "61", "*/0", "cd /srv &&", "python", "-m", "news.tag", "'", '"', "\\\n", ";", "%", "#", "\n", " ", "TZ=",
        "beat_schedule", "add_periodic_task", "airflow", "DAG(", "@dag(", "schedule=", "crontab(", "timedelta(", ")", "{", "}", "[", "]",
        "'task':", "'schedule':", ",", "=", "\n    ", "def f():", "on:", "  schedule:", "  - cron:", "kind: CronJob", "spec:", "&a", "*a", "<<:",
        "OnCalendar=", "Mon..Fri", "*-*-*", "It starts at 02:00", "must be done by", "06:00.", "within a week", "\x00", "é", "1e400", "99999999999",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=200)
NAMES = st.sampled_from(
    [
        "crontab",
        "a.py",
        "b.timer",
        "b.service",
        ".github/workflows/c.yml",
        "k8s/d.yaml",
        "run.sh",
        "pyproject.toml",
        "docs/r.md",
    ]
)


@settings(max_examples=300, deadline=None)
@given(name=NAMES, text=TEXTS)
def test_a_file_of_any_content_is_read_to_values(name: str, text: str) -> None:
    found, skipped = schedules.read(Texts([name], lambda path, most: text.encode()[:most]))
    assert all(isinstance(s, Schedule) and (s.period_s is None or s.period_s > 0) for s in found)
    assert all(isinstance(s, Skipped) and s.place.path == name for s in skipped)
    assert all(p.deadline_s > 0 for p in runbooks.read(name, text))


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_any_command_and_any_span_is_read_or_refused(text: str) -> None:
    assert all(target.name for target in commands.targets(text))
    assert (durations.parse(text) or 1) > 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("infra/main.tf", "schedule <<A\n" * 15_000),
        ("infra/main.tf", "schedule /*" * 15_000),
        ("infra/main.tf", 'a "b" {' * 25_000 + "schedule"),
        ("infra/main.tf", "schedule = " + "[" * 100_000),
        ("run.sh", "while true; do sleep 60\n" * 40_000),
        ("run.sh", "echo '* * * * * x' | crontab -; " * 30_000),
        ("run.sh", "gcloud scheduler jobs create http x \\\n" * 25_000),
        ("k8s/a.yaml", "kind: CronJob\na: " + "{{" * 400_000),
        ("k8s/a.yaml", "kind: CronJob\n" + "{{a}}" * 100_000 + "x"),
        ("k8s/a.yaml", "kind: CronJob\n" + "{{/*" * 200_000),
        ("k8s/a.yaml", "kind: CronJob\n" + "<<: &a {<<: *a}\n" * 20_000),
        ("template.yaml", "AWS::Events::Rule: &a [" + "*a, " * 100_000),
        ("setup.py", "'" * 900_000),
        ("pyproject.toml", "a = " + "[" * 100_000),
        ("crontab", "* " * 400_000),
        ("jobs.py", "from apscheduler import x\n" + "add_job(f, 'cron', hour=" + "(" * 90 + "1" + ")" * 90 + ")\n" * 200),
        ("jobs.py", "import airflow\nx = " + " + ".join(["'a'"] * 20_000) + "\nDAG('a', schedule=x)\n"),
    ],
)  # fmt: skip
def test_reading_for_schedules_takes_seconds_at_most(name: str, text: str) -> None:
    before = time.process_time()
    found, _ = schedules.read(Texts([name], lambda path, most: text.encode()[:most]))
    assert time.process_time() - before < 8
    assert all(isinstance(s, Schedule) for s in found)
