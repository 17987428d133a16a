"""What is written down about a job that only a log names."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.logs.conftest import AS_OF, call, lines
from tests.logs.traffic import Row, day, rows
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config
from whowaits.deadlines import jobs
from whowaits.model import Basis, Workload

CRON_JOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: relabel-articles}
spec:
  schedule: "15 */6 * * *"
  jobTemplate: {spec: {template: {spec: {containers: [{command: [python, -m, desk.worker]}]}}}}
"""
BEAT = """
from celery import Celery
app = Celery()
app.conf.beat_schedule = {"score-leads": {"task": "desk.tasks.score", "schedule": 3600.0}}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    files = {
        "k8s/cron.yaml": CRON_JOB,
        "desk/beat.py": BEAT,
        "desk/worker.py": "",
        "run.md": "# Tagger\nSLA: 4 hours.\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def judged(tree: Path, calls: list[Row]) -> Workload:
    paths = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file())
    said = jobs.find(tree, paths)
    log = lines(tree.parent / "calls.jsonl", calls)
    with logs.classify([log], Config(), AS_OF, written=said) as session:
        (workload,) = session.classified.workloads
        return workload


def seen(workload: Workload) -> list[tuple[str, float | None]]:
    return [(e.rule, e.deadline_s) for e in workload.evidence if e.rule in ("schedule", "runbook")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relabel-articles", [("schedule", 21600)]),
        ("articles_relabel", [("schedule", 21600)]),
        ("score-leads", [("schedule", 3600)]),
        ("tagger", [("runbook", 14400)]),
        ("relabel", []),
        ("desk", []),
    ],
)
def test_a_job_is_linked_to_what_is_written_about_it_by_its_name(
    tree: Path, name: str, expected: list[tuple[str, float]]
) -> None:
    assert seen(judged(tree, [call(job=name)])) == expected


def test_a_schedule_gives_a_deadline_and_never_says_that_nobody_waits(tree: Path) -> None:
    found = judged(tree, rows([day(n, 9) for n in range(20)], "r", job="relabel-articles"))
    assert (found.verdict.waiter, found.verdict.route, found.verdict.row) == ("unknown", "unknown", 12)
    assert found.verdict.deadline_s == 21600


def test_bulk_work_is_needed_before_the_next_run_of_its_schedule(tree: Path) -> None:
    bulk = rows([day(n, 9) for n in range(20)], "r", job="relabel-articles", tags=["queue=bulk"])
    verdict = judged(tree, bulk).verdict
    assert (verdict.waiter, verdict.deadline_s, verdict.deadline_basis) == ("nobody", 21600, Basis.INFERRED)
    assert (verdict.row, verdict.route, verdict.urgency) == (7, "batch", "try")


def test_a_sentence_shortens_the_assumed_deadline_of_bulk_work_and_is_quoted(tree: Path) -> None:
    found = judged(tree, rows([day(0)], "r", job="tagger", tags=["queue=bulk"]))
    assert found.verdict.deadline_s == 14400
    (says,) = [e.says for e in found.evidence if e.rule == "runbook"]
    assert says == 'a runbook says that it is needed within 4 hours: "SLA: 4 hours."'


def test_classify_reads_what_a_folder_says_about_jobs(tree: Path) -> None:
    log = lines(tree.parent / "calls.jsonl", [call(job="tagger", tags=["queue=bulk"])])
    out = tree.parent / "workloads.parquet"
    run = CliRunner().invoke(app, ["classify", str(log), "--isolated", "--project", str(tree), "--workloads", str(out)])
    assert (run.exit_code, pq.read_table(out)["deadline_s"].to_pylist()) == (0, [14400.0])
    assert CliRunner().invoke(app, ["classify", str(log), "--project", str(tree / "no")]).exit_code == 2
