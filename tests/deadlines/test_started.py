"""One call without a loop, started by each kind of scheduler: from the line that says when to the verdict on the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from whowaits import config
from whowaits.code import scan

ASK = """\
from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
"""
PROGRAMS: dict[str, tuple[int, dict[str, str]]] = {
    "airflow taskflow": (
        86400,
        {
            "d.py": (
                "from airflow.decorators import dag, task\n"
                "from ask import ask\n"
                '@dag(schedule="@daily")\n'
                "def enrich():\n"
                "    @task\n"
                "    def label():\n"
                '        return ask("x")\n'
                "    label()\n"
                "enrich()\n"
            ),
        },
    ),
    "airflow python op": (
        86400,
        {
            "d.py": (
                "from airflow import DAG\n"
                "from airflow.operators.python import PythonOperator\n"
                "from ask import ask\n"
                "def f():\n"
                '    return ask("x")\n'
                'with DAG("a", schedule="0 3 * * *"):\n'
                '    PythonOperator(task_id="f", python_callable=f)\n'
            ),
        },
    ),
    "dagster job": (
        86400,
        {
            "d.py": (
                "from dagster import job, op, ScheduleDefinition\n"
                "from ask import ask\n"
                "@op\n"
                "def label():\n"
                '    return ask("x")\n'
                "@job\n"
                "def nightly():\n"
                "    label()\n"
                's = ScheduleDefinition(job=nightly, cron_schedule="0 2 * * *")\n'
            ),
        },
    ),
    "dagster asset": (
        86400,
        {
            "d.py": (
                "from dagster import asset, define_asset_job, ScheduleDefinition\n"
                "from ask import ask\n"
                "@asset\n"
                "def digest():\n"
                '    return ask("x")\n'
                'j = define_asset_job("j", selection="*")\n'
                's = ScheduleDefinition(job=j, cron_schedule="0 2 * * *")\n'
            ),
        },
    ),
    "prefect": (
        86400,
        {
            "d.py": (
                "from prefect import flow, task\n"
                "from ask import ask\n"
                "@task\n"
                "def t():\n"
                '    return ask("x")\n'
                "@flow\n"
                "def f():\n"
                "    t()\n"
                'if __name__ == "__main__":\n'
                '    f.serve(name="x", cron="0 2 * * *")\n'
            ),
        },
    ),
    "modal": (
        86400,
        {
            "d.py": (
                "import modal\n"
                "from ask import ask\n"
                "app = modal.App()\n"
                '@app.function(schedule=modal.Cron("0 2 * * *"))\n'
                "def f():\n"
                '    ask("x")\n'
            ),
        },
    ),
    "schedule method": (
        86400,
        {
            "d.py": (
                "import schedule, time\n"
                "from ask import ask\n"
                "class D:\n"
                "    def job(self):\n"
                '        ask("x")\n'
                "    def start(self):\n"
                '        schedule.every().day.at("08:00").do(self.job)\n'
                "        while True:\n"
                "            schedule.run_pending()\n"
                "            time.sleep(1)\n"
                "D().start()\n"
            ),
        },
    ),
    "apscheduler": (
        21600,
        {
            "d.py": (
                "from apscheduler.schedulers.background import BackgroundScheduler\n"
                "from ask import ask\n"
                "def job():\n"
                '    ask("x")\n'
                "s = BackgroundScheduler()\n"
                's.add_job(job, "interval", hours=6)\n'
                "s.start()\n"
            ),
        },
    ),
    "typer script": (
        86400,
        {
            "d.py": (
                "import typer\n"
                "from ask import ask\n"
                "app = typer.Typer()\n"
                "@app.command()\n"
                "def run_all():\n"
                '    ask("x")\n'
                'if __name__ == "__main__":\n'
                "    app()\n"
            ),
            "crontab": ("0 2 * * * python d.py\n"),
        },
    ),
    "fire": (
        86400,
        {
            "d.py": (
                "import fire\n"
                "from ask import ask\n"
                "def job():\n"
                '    ask("x")\n'
                'if __name__ == "__main__":\n'
                "    fire.Fire(job)\n"
            ),
            "crontab": ("0 2 * * * python d.py\n"),
        },
    ),
    "celery": (
        86400,
        {
            "d.py": (
                "from celery import Celery\n"
                "from celery.schedules import crontab\n"
                "from ask import ask\n"
                "app = Celery()\n"
                'app.conf.beat_schedule = {"a": {"task": "d.job", "schedule": crontab(hour=3, minute=0)}}\n'
                "@app.task\n"
                "def job():\n"
                '    ask("x")\n'
            ),
        },
    ),
    "lambda sam": (
        86400,
        {
            "src/d.py": ('from ask import ask\ndef handler(event, context):\n    ask("x")\n'),
            "template.yaml": (
                "Resources:\n"
                "  F:\n"
                "    Type: AWS::Serverless::Function\n"
                "    Properties:\n"
                "      CodeUri: src/\n"
                "      Handler: d.handler\n"
                "      Events:\n"
                "        E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}\n"
            ),
        },
    ),
    "argparse main": (
        86400,
        {
            "d.py": (
                "import argparse\n"
                "from ask import ask\n"
                "def main():\n"
                "    argparse.ArgumentParser().parse_args()\n"
                '    ask("x")\n'
                'if __name__ == "__main__":\n'
                "    main()\n"
            ),
            ".github/workflows/x.yml": (
                'on:\n  schedule: [{cron: "0 0 * * *"}]\njobs: {a: {steps: [{run: uv run d.py}]}}\n'
            ),
        },
    ),
    "wrapper chain": (
        86400,
        {
            "pkg/d.py": ('from ask import ask\ndef main():\n    ask("x")\n'),
            "pkg/__init__.py": (""),
            "nightly.sh": ('#!/bin/bash\nset -e\ncd "$(dirname $0)"\nsource .venv/bin/activate\nnews-digest --all\n'),
            "crontab": ("0 3 * * * /opt/app/nightly.sh\n"),
            "setup.py": (
                'from setuptools import setup\nsetup(entry_points={"console_scripts": ["news-digest = pkg.d:main"]})\n'
            ),
        },
    ),
    "async apsched": (
        86400,
        {
            "d.py": (
                "from apscheduler.schedulers.asyncio import AsyncIOScheduler\n"
                "from apscheduler.triggers.cron import CronTrigger\n"
                "from ask import ask\n"
                "class S:\n"
                "    def __init__(self):\n"
                "        self.s = AsyncIOScheduler()\n"
                "    async def _job(self):\n"
                '        ask("x")\n'
                "    def start(self):\n"
                "        self.s.add_job(self._job, CronTrigger(hour=8, minute=30))\n"
                "        self.s.start()\n"
            ),
        },
    ),
    "fastapi lifespan": (
        3600,
        {
            "d.py": (
                "from fastapi import FastAPI\n"
                "from fastapi_utils.tasks import repeat_every\n"
                "from ask import ask\n"
                "app = FastAPI()\n"
                '@app.on_event("startup")\n'
                "@repeat_every(seconds=3600)\n"
                "async def job():\n"
                '    ask("x")\n'
            ),
        },
    ),
    "a program that starts others by their lines": (
        604800,
        {
            ".github/workflows/x.yml": (
                "on:\n  schedule:\n    - cron: '0 9 * * 1'\n"
                "jobs:\n  all:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python pipeline.py\n"
            ),
            "pipeline.py": (
                "import subprocess\n"
                'STEPS = [("scrape", "python scrape.py"), ("note", "python steps/note.py")]\n'
                "for name, line in STEPS:\n"
                "    subprocess.run(line, shell=True, check=True)\n"
            ),
            "scrape.py": "print()\n",
            "steps/note.py": 'from ask import ask\nprint(ask("x"))\n',
        },
    ),
    "a program that starts another with its own interpreter": (
        86400,
        {
            "crontab": "0 3 * * * cd /srv && python run_all.py\n",
            "run_all.py": (
                "import subprocess, sys\n"
                'print("then run python unrelated.py")\n'
                'subprocess.check_call([sys.executable, "tag.py"])\n'
            ),
            "unrelated.py": "print()\n",
            "tag.py": 'from ask import ask\nprint(ask("x"))\n',
        },
    ),
}


@pytest.mark.parametrize(("period_s", "files"), list(PROGRAMS.values()), ids=list(PROGRAMS))
def test_a_call_without_a_loop_that_a_clock_starts_is_scheduled(
    tmp_path: Path, period_s: int, files: dict[str, str]
) -> None:
    for name, text in {"ask.py": ASK, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = scan.scan(tmp_path, [], config.load(tmp_path), cache=False)
    (site,) = found.call_sites
    verdict = site.deciding.verdict
    assert (site.deciding.shape, verdict.row, verdict.deadline_s, found.skipped) == ("scheduled", 7, period_s, ())
