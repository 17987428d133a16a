"""Deadlines that are written down reach the verdict on a call in code."""

from __future__ import annotations

from pathlib import Path

from whowaits import config
from whowaits.code import scan
from whowaits.model import Basis, Usage

JOB = """\
from openai import OpenAI

client = OpenAI()


def main(articles):
    for article in articles:
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": article}])


main(open("articles.txt"))
"""
RUNBOOK = "# Article tagger\n\nIt starts at 02:00 and must be done by 06:00.\n"


def usage(root: Path, **files: str) -> Usage:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (site,) = scan.scan(root, [], config.load(root), cache=False).call_sites
    return site.deciding


def test_a_crontab_gives_its_period_as_deadline(tmp_path: Path) -> None:
    verdict = usage(
        tmp_path, **{"jobs/tag.py": JOB, "crontab": "0 2 * * 1-5 cd /srv/x && python -m jobs.tag\n"}
    ).verdict
    assert (verdict.route, verdict.urgency, verdict.deadline_s, verdict.row) == ("batch", "try", 86400, 7)


def test_a_runbook_shortens_what_a_schedule_says(tmp_path: Path) -> None:
    files = {
        "jobs/article_tagger.py": JOB,
        "crontab": "0 2 * * * python jobs/article_tagger.py\n",
        "docs/runbook.md": RUNBOOK,
    }
    found = usage(tmp_path, **files)
    assert (found.verdict.deadline_s, found.verdict.deadline_basis) == (4 * 3600, Basis.INFERRED)
    assert "docs/runbook.md:3" in [str(e.place) for e in found.evidence]


def test_a_runbook_lengthens_nothing(tmp_path: Path) -> None:
    files = {
        "jobs/article_tagger.py": JOB,
        "crontab": "0 * * * * python jobs/article_tagger.py\n",
        "docs/runbook.md": RUNBOOK,
    }
    assert usage(tmp_path, **files).verdict.deadline_s == 3600


def test_a_runbook_about_another_job_says_nothing(tmp_path: Path) -> None:
    found = usage(tmp_path, **{"jobs/weekly_digest.py": JOB, "docs/runbook.md": RUNBOOK})
    assert (found.verdict.row, found.verdict.deadline_s) == (9, 86400)


def test_the_register_outranks_schedule_and_runbook(tmp_path: Path) -> None:
    files = {
        "jobs/article_tagger.py": JOB,
        "crontab": "0 2 * * * python jobs/article_tagger.py\n",
        "docs/runbook.md": RUNBOOK,
        "whowaits.toml": '[[workload]]\nname = "t"\ncode = ["jobs/*"]\nwaiter = "nobody"\ndeadline = "2d"\n',
    }
    verdict = usage(tmp_path, **files).verdict
    assert (verdict.row, verdict.urgency, verdict.deadline_s) == (5, "required", 2 * 86400)
