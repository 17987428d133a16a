"""Whatever a file holds, reading it for deadlines ends in values: schedules, proposals, skipped lines."""

from __future__ import annotations

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
