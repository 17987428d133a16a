"""Deadlines that are written down reach the verdict on a call in code."""

from __future__ import annotations

import json
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


ASK = """\
from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
"""


def test_a_command_of_django_is_run_by_the_crontab(tmp_path: Path) -> None:
    command = (
        ASK
        + "\n\nfrom django.core.management.base import BaseCommand\n\n\nclass Command(BaseCommand):\n"
        + "    def handle(self, *args, **options):\n        ask('the news')\n"
    )
    files = {"news/management/commands/digest.py": command, "crontab": "0 2 * * * cd /srv && python manage.py digest\n"}
    found = usage(tmp_path, **files)
    assert (found.shape, found.verdict.deadline_s, found.driver and found.driver.path) == (
        "scheduled",
        86400,
        "crontab",
    )


def test_of_several_commands_of_a_program_only_the_named_one_is_scheduled(tmp_path: Path) -> None:
    program = (
        "import click\n\nfrom ask import ask\n\n\n@click.group()\ndef cli(): ...\n\n\n"
        "@cli.command()\ndef tag_all():\n    ask('one')\n\n\n@cli.command()\ndef serve():\n    ask('two')\n"
    )
    for name, text in {
        "ask.py": ASK,
        "program.py": program,
        "pyproject.toml": '[project.scripts]\nnews = "program:cli"\n',
        "crontab": "0 2 * * * docker run --rm registry/news:1 news tag-all\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (site,) = scan.scan(tmp_path, [], config.load(tmp_path), cache=False).call_sites
    assert [(u.via[0].function, u.shape) for u in site.usages] == [("tag_all", "scheduled"), ("serve", None)]


def test_a_notebook_that_the_crontab_executes_is_scheduled(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": source} for source in (ASK, "cd ..\nask('the news')")]
    files = {
        "news.ipynb": json.dumps({"cells": cells}),
        "crontab": "0 2 * * * cd /srv && papermill news.ipynb out.ipynb\n",
    }
    found = usage(tmp_path, **files)
    assert (found.shape, found.verdict.deadline_s) == ("scheduled", 86400)


def test_a_function_in_the_cloud_without_a_loop_is_scheduled(tmp_path: Path) -> None:
    files = {
        "functions/tag.py": ASK + "\n\ndef handler(event, context):\n    ask('the news')\n",
        "serverless.yml": "functions:\n  tag:\n    handler: functions/tag.handler\n    events:\n      - schedule: rate(6 hours)\n",
    }
    found = usage(tmp_path, **files)
    assert (found.shape, found.verdict.row, found.verdict.deadline_s) == ("scheduled", 7, 6 * 3600)


def test_a_schedule_whose_period_is_unknown_asks_one_question(tmp_path: Path) -> None:
    pipeline = 'tag:\n  script: python tag.py\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "schedule"\n'
    found = usage(tmp_path, **{"tag.py": ASK + "\n\nask('the news')\n", ".gitlab-ci.yml": pipeline})
    verdict = found.verdict
    assert (found.shape, verdict.row, verdict.deadline_basis) == ("scheduled", 9, Basis.ASSUMED)
    assert verdict.question == "By when is the answer needed?"


def test_a_person_on_a_route_is_not_outvoted_by_a_schedule_of_the_same_function(tmp_path: Path) -> None:
    web = (
        "from fastapi import FastAPI\n\nfrom ask import ask\n\napp = FastAPI()\n\n\n"
        "@app.get('/news')\ndef news():\n    return ask('the news')\n"
    )
    files = {"ask.py": ASK, "web.py": web, "crontab": "0 2 * * * python -c 'from web import news; news()'\n"}
    found = usage(tmp_path, **files)
    assert (found.verdict.row, "schedule" in {e.rule for e in found.evidence}) == (1, True)


def test_a_helper_of_a_route_and_of_a_schedule_has_a_usage_for_each(tmp_path: Path) -> None:
    for name, text in {
        "ask.py": ASK,
        "web.py": "from fastapi import FastAPI\n\nfrom ask import ask\n\napp = FastAPI()\n\n\n@app.get('/news')\ndef news():\n    return ask('x')\n",
        "night.py": "from ask import ask\n\nask('y')\n",
        "crontab": "0 2 * * * python night.py\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (site,) = scan.scan(tmp_path, [], config.load(tmp_path), cache=False).call_sites
    assert [(u.verdict.route, u.shape) for u in site.usages] == [("batch", "scheduled"), ("sync", None)]
    assert site.also_waited
