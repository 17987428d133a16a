"""Schedules in a tree: when, in which time zone, and which Python file or function they start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from whowaits.deadlines import schedules
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts, on_disk
from whowaits.model import Basis, Skipped


def found(root: Path, **files: str) -> tuple[list[Schedule], list[Skipped]]:
    """Write `files`, in whose names "__" is a folder, and read the schedules of the tree."""
    written = []
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        written.append(name)
    return schedules.read(Texts(written, on_disk(root)))


def lines(root: Path, files: dict[str, str]) -> list[str]:
    """Each schedule as one line: place, period, what it starts in the tree."""
    return [f"{s.place} {s.period_s:g} {s.path}:{s.function}" for s in found(root, **files)[0]]


def test_a_crontab_starts_modules_scripts_and_commands_of_the_tree(tmp_path: Path) -> None:
    files = {
        "ops/crontab": """\
            # nightly
            CRON_TZ=Europe/Berlin
            0 2 * * * cd /srv/news && venv/bin/python -m news.tagger --night >> /var/log/tagger.log 2>&1
            30 22 * * 1-5 poetry run python jobs/triage.py
            @weekly /srv/news/venv/bin/python /srv/news/manage.py backfill --all
            @reboot python -m news.warm
            """,
        "news/tagger.py": "",
        "jobs/triage.py": "",
        "shop/management/commands/backfill.py": "",
        "manage.py": "",
    }
    assert lines(tmp_path, files) == [
        "ops/crontab:3 86400 news/tagger.py:None",
        "ops/crontab:4 86400 jobs/triage.py:None",
        "ops/crontab:5 604800 shop/management/commands/backfill.py:Command.handle",
    ]
    assert {s.timezone for s in found(tmp_path, **files)[0]} == {"Europe/Berlin"}


def test_a_system_crontab_has_a_user_column(tmp_path: Path) -> None:
    files = {"cron.d/news": "*/10 * * * * deploy python /opt/news/poll.py\n", "poll.py": ""}
    assert lines(tmp_path, files) == ["cron.d/news:1 600 poll.py:None"]


def test_what_a_percent_sign_starts_is_input_and_no_command(tmp_path: Path) -> None:
    files = {"crontab": "0 1 * * * python a.py --day $(date +\\%F)%python b.py\n", "a.py": "", "b.py": ""}
    assert lines(tmp_path, files) == ["crontab:1 86400 a.py:None"]


def test_a_line_that_is_no_crontab_line_is_skipped_with_its_place(tmp_path: Path) -> None:
    schedule, skipped = found(tmp_path, crontab="0 2 * * * python a.py\nhello there\n61 2 * * * python b.py\n")
    assert [(str(s.place), s.path) for s in schedule] == [("crontab:1", None)]
    assert [str(s.place) for s in skipped] == ["crontab:2", "crontab:3"]


def test_a_shell_script_in_between_is_followed(tmp_path: Path) -> None:
    files = {
        "crontab": "15 4 * * 0 cd /srv/app && ./bin/weekly.sh\n",
        "bin/weekly.sh": "#!/bin/sh\nset -e\n. venv/bin/activate\npython jobs/embed.py\npython jobs/clean.py\n",
        "jobs/embed.py": "",
        "jobs/clean.py": "",
    }
    assert lines(tmp_path, files) == ["crontab:1 604800 jobs/clean.py:None", "crontab:1 604800 jobs/embed.py:None"]


def test_a_target_of_make_is_followed(tmp_path: Path) -> None:
    files = {
        "crontab": "15 4 * * * make -C /srv/app nightly\n15 5 * * * cd /srv/app && make other\n",
        "Makefile": "VENV = .venv\n\nnightly: deps\n\t@$(VENV)/bin/python jobs/tag.py\n\nother:\n\techo done\n",
        "jobs/tag.py": "",
    }
    assert lines(tmp_path, files) == ["crontab:1 86400 jobs/tag.py:None", "crontab:2 86400 None:None"]


def test_a_console_program_of_the_project_is_its_function(tmp_path: Path) -> None:
    files = {
        "crontab": "0 3 * * * /srv/venv/bin/news-tag --all\n0 4 * * * /usr/bin/backup\n",
        "pyproject.toml": '[project.scripts]\nnews-tag = "news.cli:main"\n',
        "src/news/cli.py": "",
    }
    assert lines(tmp_path, files) == ["crontab:1 86400 src/news/cli.py:main", "crontab:2 86400 None:None"]


def test_beat_schedules_in_dictionaries_and_handlers(tmp_path: Path) -> None:
    files = {
        "app/celery.py": """\
            from datetime import timedelta
            from celery import Celery
            from celery.schedules import crontab
            from .jobs import digest
            app = Celery("app")
            app.conf.timezone = "Asia/Kolkata"
            HALF_DAY = 12 * 60 * 60
            app.conf.beat_schedule = {
                "nightly": {"task": "app.tasks.nightly", "schedule": crontab(hour=2, minute=0)},
                "named": {
                    "task": "tag-articles",
                    "schedule": timedelta(minutes=90),
                },
                "often": {"task": "app.tasks.poll", "schedule": 30.0},
                "twice": {"task": "app.tasks.nightly", "schedule": HALF_DAY},
                "lists": {"task": "app.tasks.poll", "schedule": crontab(minute=0, hour=[6, 18], day_of_week="mon-fri")},
            }

            @app.on_after_finalize.connect
            def setup(sender, **kwargs):
                sender.add_periodic_task(crontab(0, 7, "mon"), digest.s("x"), name="digest")
                sender.add_periodic_task(3600, here.s())

            @app.task
            def here():
                pass
            """,
        "app/tasks.py": "from celery import shared_task\n\n@shared_task(name='tag-articles')\ndef tag():\n    pass\n",
        "app/jobs.py": "",
    }
    assert lines(tmp_path, files) == [
        "app/celery.py:9 86400 app/tasks.py:nightly",
        "app/celery.py:12 5400 app/tasks.py:tag",
        "app/celery.py:14 30 app/tasks.py:poll",
        "app/celery.py:15 43200 app/tasks.py:nightly",
        "app/celery.py:16 43200 app/tasks.py:poll",
        "app/celery.py:21 604800 app/jobs.py:digest",
        "app/celery.py:22 3600 app/celery.py:here",
    ]
    assert {s.timezone for s in found(tmp_path, **files)[0]} == {"Asia/Kolkata"}


def test_beat_knows_days_and_months_by_their_full_names(tmp_path: Path) -> None:
    text = """
        from celery.schedules import crontab
        beat_schedule = {
            "a": {"task": "a.b", "schedule": crontab(hour=3, minute=0, day_of_week="Monday,thursday")},
            "b": {"task": "a.c", "schedule": crontab(0, 3, "*", 1, "january")},
        }
        """
    seen, skipped = found(tmp_path, **{"beat.py": text})
    assert [s.expression for s in seen] == ["0 3 * * Monday,thursday", "0 3 1 january *"]
    assert skipped == []


def test_a_beat_entry_that_is_computed_is_skipped_with_its_place(tmp_path: Path) -> None:
    text = "from x import soon\nbeat_schedule = {'a': {'task': 'a.b', 'schedule': soon()}}\n"
    schedule, skipped = found(tmp_path, **{"celeryconfig.py": text})
    assert (schedule, [str(s.place) for s in skipped]) == ([], ["celeryconfig.py:2"])


def test_a_workflow_on_a_schedule_starts_the_programs_of_its_steps(tmp_path: Path) -> None:
    files = {
        ".github/workflows/daily.yml": """\
            name: daily
            on:
              schedule:
                - cron: '0 13 * * *'
                - cron: "0 6 * * 1"
              workflow_dispatch:
            jobs:
              run:
                runs-on: ubuntu-latest
                steps:
                  - uses: actions/checkout@v4
                  - run: |
                      python -m pip install -r requirements.txt
                  - run: python main.py
                  - working-directory: tools
                    run: python score.py
            """,
        "main.py": "",
        "other/main.py": "",
        "tools/score.py": "",
    }
    assert lines(tmp_path, files) == [
        ".github/workflows/daily.yml:4 86400 main.py:None",
        ".github/workflows/daily.yml:4 86400 tools/score.py:None",
        ".github/workflows/daily.yml:5 604800 main.py:None",
        ".github/workflows/daily.yml:5 604800 tools/score.py:None",
    ]


def test_a_workflow_without_a_schedule_starts_nothing(tmp_path: Path) -> None:
    text = "on: [push]  # no cron\njobs:\n  a:\n    steps:\n      - run: python main.py\n"
    assert found(tmp_path, **{".github/workflows/ci.yml": text, "main.py": ""}) == ([], [])


def test_an_airflow_dag_starts_its_tasks(tmp_path: Path) -> None:
    files = {
        "dags/enrich.py": """\
            from airflow.decorators import dag, task
            @dag(schedule="@daily", catchup=False)
            def enrich():
                @task
                def rows(): ...
                @task.virtualenv
                def label(row): ...
                label.expand(row=rows())
            enrich()
            """,
        "dags/pull.py": """\
            from datetime import timedelta
            from airflow import DAG
            from airflow.operators.bash import BashOperator
            from airflow.operators.python import PythonOperator
            from news.load import load
            EVERY = timedelta(hours=6)
            with DAG("pull", schedule_interval="15 * * * *") as one:
                BashOperator(task_id="a", bash_command='cd ~/run/src && python3 af_pull.py ' '--start {{ ds }}')
            with DAG("load", schedule=EVERY) as two:
                PythonOperator(task_id="b", python_callable=load)
            with DAG("by hand", schedule=None) as three:
                PythonOperator(task_id="c", python_callable=unscheduled)
            def unscheduled(): ...
            """,
        "src/af_pull.py": "",
        "news/load.py": "",
    }
    assert lines(tmp_path, files) == [
        "dags/enrich.py:2 86400 dags/enrich.py:enrich",
        "dags/enrich.py:2 86400 dags/enrich.py:enrich.label",
        "dags/enrich.py:2 86400 dags/enrich.py:enrich.rows",
        "dags/pull.py:7 3600 src/af_pull.py:None",
        "dags/pull.py:9 21600 news/load.py:load",
    ]


def test_operators_belong_to_the_dag_they_name(tmp_path: Path) -> None:
    text = """\
        from airflow import DAG
        from airflow.operators.python import PythonOperator
        night = DAG("night", schedule="0 1 * * *")
        noon = DAG("noon", schedule="0 */2 * * *")
        def a(): ...
        def b(): ...
        PythonOperator(task_id="a", python_callable=a, dag=night)
        PythonOperator(task_id="b", python_callable=b, dag=noon)
        """
    assert lines(tmp_path, {"d.py": text}) == ["d.py:3 86400 d.py:a", "d.py:4 7200 d.py:b"]


def test_schedulers_inside_a_process_start_the_functions_they_are_given(tmp_path: Path) -> None:
    files = {
        "jobs.py": """\
            import schedule
            import modal
            from apscheduler.schedulers.blocking import BlockingScheduler
            from apscheduler.triggers.cron import CronTrigger
            from huey import SqliteHuey, crontab
            from news.tagger import tag
            scheduler = BlockingScheduler()
            huey = SqliteHuey()
            app = modal.App()
            scheduler.add_job(tag, "cron", hour=2)
            scheduler.add_job(func=poll, trigger="interval", minutes=10)
            scheduler.add_job(weekly, CronTrigger(day_of_week=6, hour=6, minute=30))
            scheduler.add_job(weekly, CronTrigger.from_crontab("0 6 * * 1"))
            schedule.every(4).hours.do(poll)
            schedule.every().day.at("10:30").do(weekly)
            schedule.every().monday.do(weekly)
            def poll(): ...
            def weekly(): ...
            @scheduler.scheduled_job("interval", days=1)
            def daily(): ...
            @huey.periodic_task(crontab("0", "3"))
            def night(): ...
            @app.function(schedule=modal.Period(hours=12))
            def half(): ...
            @app.function(schedule=modal.Cron("0 8 * * *"))
            def eight(): ...
            """,
        "news/tagger.py": "",
    }
    assert lines(tmp_path, files) == [
        "jobs.py:10 86400 news/tagger.py:tag",
        "jobs.py:11 600 jobs.py:poll",
        "jobs.py:12 604800 jobs.py:weekly",
        "jobs.py:13 604800 jobs.py:weekly",
        "jobs.py:14 14400 jobs.py:poll",
        "jobs.py:15 86400 jobs.py:weekly",
        "jobs.py:16 604800 jobs.py:weekly",
        "jobs.py:19 86400 jobs.py:daily",
        "jobs.py:21 86400 jobs.py:night",
        "jobs.py:23 43200 jobs.py:half",
        "jobs.py:25 86400 jobs.py:eight",
    ]


def test_a_call_that_only_looks_like_a_scheduler_is_none(tmp_path: Path) -> None:
    text = """\
        queue.add_job(tag)
        cron = parse("0 2 * * *")
        builder.every.thing.do(tag)
        @app.function(image=image)
        def tag(): ...
        """
    assert found(tmp_path, **{"a.py": text}) == ([], [])


def test_a_systemd_timer_starts_what_its_service_executes(tmp_path: Path) -> None:
    files = {
        "deploy/news.timer": "[Timer]\nOnCalendar=Mon..Fri *-*-* 22:30:00 Europe/Berlin\n",
        "deploy/news.service": "[Service]\nWorkingDirectory=/srv/news\nExecStart=/srv/venv/bin/python -m news.tagger\n",
        "deploy/poll.timer": "[Timer]\nOnUnitActiveSec=15min\nUnit=other.service\n",
        "deploy/other.service": "[Service]\nExecStart=/usr/bin/python3 /srv/news/poll.py\n",
        "news/tagger.py": "",
        "poll.py": "",
    }
    assert lines(tmp_path, files) == [
        "deploy/news.timer:2 86400 news/tagger.py:None",
        "deploy/poll.timer:2 900 poll.py:None",
    ]


def test_a_cronjob_manifest_starts_the_command_of_its_container(tmp_path: Path) -> None:
    manifest = """\
        apiVersion: v1
        kind: ConfigMap
        ---
        apiVersion: batch/v1
        kind: CronJob
        spec:
          schedule: "0 3 * * *"
          timeZone: Europe/Paris
          jobTemplate:
            spec:
              template:
                spec:
                  containers:
                    - name: tag
                      command: ["python", "-m"]
                      args: ["news.tagger"]
        """
    schedule, _ = found(tmp_path, **{"k8s/tag.yaml": manifest, "news/tagger.py": ""})
    assert [(str(s.place), s.period_s, s.timezone, s.path) for s in schedule] == [
        ("k8s/tag.yaml:7", 86400, "Europe/Paris", "news/tagger.py")
    ]


def test_the_claim_of_a_schedule_is_inferred_and_lasts_one_period(tmp_path: Path) -> None:
    (schedule,), _ = found(tmp_path, **{"crontab": "0 2 * * * python a.py\n", "a.py": ""})
    claim = schedule.evidence
    assert (claim.waiter, claim.deadline_s, claim.bulk, claim.basis) == ("nobody", 86400, True, Basis.INFERRED)
    assert claim.says == "crontab starts `python a.py` every day (0 2 * * *)"
    assert claim.place == schedule.place
    assert replace(schedule, expression="every day").evidence.says == "crontab starts `python a.py` every day"


@pytest.mark.parametrize(
    ("folder", "script", "expected"),
    [
        ("/srv/app", "jobs/run.py", "jobs/run.py"),
        ("/srv/app/jobs", "run.py", "jobs/run.py"),
        ("", "../jobs/run.py", "jobs/run.py"),
        ("", "/srv/app/other/run.py", "other/run.py"),
        ("", "run.py", None),
        ("", "missing/run.py", None),
        ("", "absent.py", None),
    ],
)
def test_a_script_is_linked_only_when_one_file_must_be_meant(
    tmp_path: Path, folder: str, script: str, expected: str | None
) -> None:
    change = f"cd {folder} && " if folder else ""
    files = {"crontab": f"0 2 * * * {change}python {script}\n", "jobs/run.py": "", "other/run.py": ""}
    assert [s.path for s in found(tmp_path, **files)[0]] == [expected]


def test_hostile_files_do_no_harm(tmp_path: Path) -> None:
    bomb = "kind: CronJob\na: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50)) + "cron: 1\n"
    files = {
        "deep.yaml": "kind: CronJob\nspec: " + "[" * 50_000,
        "bomb.yaml": bomb,
        "broken.py": "beat_schedule = {",
        "nest.py": "beat_schedule = " + "(" * 5_000,
        ".github/workflows/odd.yml": "on: {schedule: [{cron: 3}, 4, {cron: [1]}]}\njobs: 7\n# cron\n",
        "crontab": "\x00" * 10,
        "cron.log": "a line\nanother line\n",
        ".github/workflows/half.yml": "on:\n  schedule: [{cron: '0 2 * * *'\njobs:\n",
    }
    schedule, skipped = found(tmp_path, **files)
    assert schedule == []
    assert [(str(s.place), s.reason) for s in skipped] == [
        (".github/workflows/half.yml:3", "a workflow that is no YAML"),
        (".github/workflows/odd.yml:1", "`3` has 1 fields, a cron expression has 5"),
        (".github/workflows/odd.yml:1", "`` has 0 fields, a cron expression has 5"),
        ("deep.yaml", "a CronJob manifest that is larger or deeper than a schedule is"),
    ]
