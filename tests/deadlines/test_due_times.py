"""By when a document says that a job is needed, from when a schedule says that it starts."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tests.logs.conftest import AS_OF, call, lines
from whowaits import logs
from whowaits.code import scan
from whowaits.config import Config
from whowaits.deadlines import due_times, jobs, runbooks, schedules
from whowaits.deadlines.clock_times import ClockTime, from_to
from whowaits.deadlines.proposals import Proposal
from whowaits.deadlines.texts import Texts, on_disk
from whowaits.model import Basis

CRON_JOB = """apiVersion: batch/v1
kind: CronJob
metadata: {{name: relabel-articles}}
spec:
  schedule: "{schedule}"
{zone}
  jobTemplate: {{spec: {{template: {{spec: {{containers: [{{command: [python, -m, desk.worker]}}]}}}}}}}}
"""
WORKER = """import openai
client = openai.OpenAI()
def main():
    for row in open("rows.txt"):
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": row}])
if __name__ == "__main__":
    main()
"""


def tree(root: Path, document: str, schedule: str, zone: str | None) -> Path:
    named = f"  timeZone: {zone}" if zone else ""
    files = {
        "k8s/cron.yaml": CRON_JOB.format(schedule=schedule, zone=named), "desk/worker.py": WORKER, "desk/__init__.py": "",
        "docs/run.md": document,
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def proposed(root: Path, document: str, schedule: str = "0 2 * * *", zone: str | None = None) -> list[Proposal]:
    paths = ["k8s/cron.yaml", "desk/worker.py", "desk/__init__.py", "docs/run.md"]
    found, _ = schedules.read(Texts(paths, on_disk(tree(root, document, schedule, zone))))
    return due_times.settled(runbooks.find(root, paths), found)


DUE = "# Relabel articles\nIt must be done by 06:00{}.\n"


@pytest.mark.parametrize(
    ("schedule", "zone", "named", "hours"),
    [
        ("0 2 * * *", None, "", 4),
        ("0 2 * * *", "Europe/Berlin", "", 4),
        ("0 2 * * *", "Europe/Berlin", " Europe/Berlin", 4),
        ("0 2 * * *", "Etc/UTC", " Europe/Berlin", 2),
        ("0 2 * * *", "America/New_York", " UTC", 23),
        ("0 2 * * *", "Europe/Berlin", " America/New_York", 9),
        ("30 21 * * 1-5", None, "", 8.5),
        ("0 2,14 * * *", None, "", 4),
        ("0 2 1 * *", None, "", 4),
        ("0 7 * * *", None, " on the next day", 23),
        ("0 2 * * *", None, " on the next day", 28),
        ("0 2 * * *", None, " UTC", None),
        ("0 * * * *", None, "", None),
        ("*/5 * * * *", None, "", None),
    ],
)
def test_the_time_from_the_start_to_the_due_time_is_proposed(
    tmp_path: Path, schedule: str, zone: str | None, named: str, hours: float | None
) -> None:
    found = proposed(tmp_path, DUE.format(named), schedule, zone)
    assert [p.deadline_s for p in found] == ([] if hours is None else [hours * 3600])


def test_both_sentences_are_quoted_at_the_place_of_the_document(tmp_path: Path) -> None:
    (found,) = proposed(tmp_path, DUE.format(""), zone="Europe/Berlin")
    assert str(found.place) == "docs/run.md:2"
    assert found.says == (
        'a runbook says that it is needed by 06:00: "It must be done by 06:00."; '
        "Kubernetes starts `python -m desk.worker` every day (0 2 * * *), Europe/Berlin"
    )


def test_a_due_time_in_front_matter_counts_as_well(tmp_path: Path) -> None:
    text = "---\njob: relabel-articles\ndue: 05:30\ntz: Asia/Kolkata\n---\n"
    assert [p.deadline_s for p in proposed(tmp_path, text, "0 20 * * *", "UTC")] == [4 * 3600]


def test_a_due_time_of_another_job_says_nothing(tmp_path: Path) -> None:
    assert proposed(tmp_path, "# Billing run\nIt must be done by 06:00.\n") == []


def test_a_due_time_alone_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.md").write_text(DUE.format(""), encoding="utf-8")
    assert due_times.settled(runbooks.find(tmp_path, ["run.md"]), []) == []


def test_code_and_logs_are_judged_by_it(tmp_path: Path) -> None:
    tree(tmp_path, DUE.format(""), "0 2 * * *", None)
    (site,) = scan.scan(tmp_path, [tmp_path], Config(), cache=False).call_sites
    assert (site.deciding.verdict.deadline_s, site.deciding.verdict.deadline_basis) == (14_400, Basis.INFERRED)
    said = jobs.find(tmp_path, ["k8s/cron.yaml", "desk/worker.py", "docs/run.md"])
    log = lines(tmp_path / "calls.jsonl", [call(job="relabel-articles", tags=["queue=bulk"])])
    with logs.classify([log], Config(), AS_OF, written=said) as session:
        (workload,) = session.classified.workloads
    assert workload.verdict.deadline_s == 14_400
    assert {(e.rule, e.proposal) for e in workload.evidence if e.deadline_s} == {
        ("runbook", True), ("schedule", False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "due", "hours"),
    [
        (ClockTime(time(2), "UTC"), ClockTime(time(6), "Australia/Sydney"), 17),
        (ClockTime(time(2), "Europe/Berlin"), ClockTime(time(2), "Europe/Berlin"), 24),
        (ClockTime(time(23), "America/New_York"), ClockTime(time(6), "Europe/London"), 2),
        (ClockTime(time(1), "Europe/Berlin"), ClockTime(time(6), "Europe/Berlin"), 5),
    ],
)
def test_summer_time_of_either_clock_shortens_it(start: ClockTime, due: ClockTime, hours: float) -> None:
    assert from_to(start, due) == hours * 3600
