"""The worked examples of docs/verdicts.md that speak of code, from source text to verdict."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from whowaits import config
from whowaits.code import scan
from whowaits.model import CallSite

CLIENT = """
from openai import OpenAI
client = OpenAI()

"""
CREATE = 'client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": text}])'


def program(root: Path, **files: str) -> dict[str, CallSite]:
    """Write the files (`job="..."` is job.py), scan them, and give the call sites by function."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") if "." in name else f"{name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = scan.scan(root, [root], config.load(root), cache=False)
    return {site.function: site for site in found.call_sites}


def told(site: CallSite) -> tuple[object, ...]:
    verdict = site.deciding.verdict
    return (verdict.route, verdict.urgency, verdict.waiter, verdict.deadline_s, verdict.row)


def source(body: str, client: str = CLIENT) -> str:
    return client + dedent(body).replace("CREATE", CREATE)


LOOP = """
def main(rows):
    for text in rows:
        CREATE

if __name__ == "__main__":
    main(open("rows.txt"))
"""


def test_example_1_a_loop_in_a_script_can_be_tried_as_a_batch(tmp_path):
    site = program(tmp_path, job=source(LOOP))["main"]
    assert told(site) == ("batch", "try", "nobody", 86400, 9)
    assert str(site.deciding.verdict.basis) == "assumed"
    assert site.deciding.verdict.question


def test_example_1_holds_where_nothing_calls_the_function(tmp_path):
    site = program(tmp_path, job=source(LOOP.split("if __name__")[0]))["main"]
    assert told(site) == ("batch", "try", "nobody", 86400, 9)


HANDLER = """
from fastapi import FastAPI
app = FastAPI()

@app.post("/tags")
def tags(texts: list[str]):
    answers = []
    for text in texts:
        answers.append(CREATE)
    return answers
"""


def test_example_2_the_same_loop_inside_a_handler_stays_synchronous(tmp_path):
    site = program(tmp_path, api=source(HANDLER))["tags"]
    assert told(site)[:3] == ("sync", None, "person")


HELPER = source("""
def ask(text):
    return CREATE
""")
NIGHTLY = """
from llm import ask

def nightly(rows):
    for row in rows:
        ask(row)

if __name__ == "__main__":
    nightly(open("rows.txt"))
"""
ROUTE = """
from fastapi import FastAPI
from llm import ask
app = FastAPI()

@app.post("/ask")
def route(text: str):
    return ask(text)
"""


def test_example_3_a_helper_of_a_job_and_of_a_handler_has_two_usages(tmp_path):
    site = program(tmp_path, llm=HELPER, nightly=NIGHTLY, api=ROUTE)["ask"]
    assert {u.verdict.row for u in site.usages} == {9, 1}
    assert site.deciding.verdict.route == "batch"
    assert site.also_waited


def test_example_4_a_retry_loop_is_no_driver(tmp_path):
    site = program(
        tmp_path,
        llm=source("""
        import time

        def ask(text):
            attempt = 0
            while attempt < 3:
                try:
                    return CREATE
                except Exception:
                    attempt += 1
                    time.sleep(2 ** attempt)
        """),
    )["ask"]
    assert told(site) == ("unknown", None, "unknown", None, 12)
    assert site.deciding.verdict.question is None
    assert site.deciding.driver is None


def beat(schedule: str) -> str:
    return source(f"""
    from datetime import timedelta
    from celery import Celery
    from celery.schedules import crontab
    app = Celery("t")
    app.conf.beat_schedule = {{"d": {{"task": "tasks.digest", "schedule": {schedule}}}}}

    @app.task(name="tasks.digest")
    def digest():
        text = open("today.txt").read()
        open("digest.txt", "w").write(str(CREATE))
    """)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("crontab(hour=2, minute=0)", ("batch", "try", "nobody", 86400, 7)),
        ('crontab(minute="*/5")', ("unknown", None, "nobody", 300, 8)),
        ("timedelta(minutes=10)", ("unknown", None, "nobody", 600, 8)),
        ("3600.0", ("batch", "try", "nobody", 3600, 7)),
    ],
)
def test_examples_5_and_6_the_period_of_a_beat_schedule_decides(tmp_path, schedule, expected):
    site = program(tmp_path, tasks=beat(schedule))["digest"]
    assert told(site) == expected
    assert site.deciding.shape == "scheduled"


def test_example_7_messages_that_grow_need_the_answer(tmp_path):
    site = program(
        tmp_path,
        chat=source("""
        def talk(texts):
            history = []
            for text in texts:
                history.append({"role": "user", "content": text})
                answer = client.chat.completions.create(model="gpt-4o-mini", messages=history)
                history.append({"role": "assistant", "content": answer.choices[0].message.content})
        """),
    )["talk"]
    assert told(site) == ("sync", None, "program", None, 2)


def test_example_8_stages_of_one_item_are_a_batch_per_stage(tmp_path):
    site = program(
        tmp_path,
        papers=source("""
        def ask(text):
            return CREATE.choices[0].message.content

        def main(papers):
            for paper in papers:
                summary = ask(paper)
                score = ask("score: " + summary)
                print(paper, ask("translate: " + summary), score)

        if __name__ == "__main__":
            main(open("papers.txt"))
        """),
    )["ask"]
    assert told(site) == ("batch", "try", "nobody", 86400, 9)
    assert "batch-per-stage" in site.deciding.verdict.notes


def test_example_9_a_task_that_loops_is_bulk_work(tmp_path):
    site = program(
        tmp_path,
        tasks=source("""
        from celery import shared_task

        @shared_task
        def ingest(path):
            for text in open(path):
                CREATE
        """),
    )["ingest"]
    assert told(site) == ("batch", "try", "nobody", 86400, 9)


def test_example_11_a_local_server_has_no_offer(tmp_path):
    local = 'from openai import OpenAI\nclient = OpenAI(base_url="http://localhost:8000/v1", api_key="x")\n\n'
    site = program(tmp_path, job=source(LOOP, client=local))["main"]
    assert told(site)[:3] == ("sync", None, "nobody")
    assert "no-offer" in site.deciding.verdict.notes
    assert site.offer.sold == "none"


WATSONX = """
from ibm_watsonx_ai.foundation_models import ModelInference
model = ModelInference(model_id="ibm/granite-4")

def main(rows):
    for text in rows:
        model.generate_text(prompt=text)
"""


def test_example_12_a_provider_without_a_held_fact_is_tried_without_dollars(tmp_path):
    site = program(tmp_path, job=WATSONX)["main"]
    assert told(site)[:3] == ("batch", "try", "nobody")
    assert "offer-unknown" in site.deciding.verdict.notes
    assert site.offer.sold == "unknown"


def test_example_13_a_loop_that_ends_at_the_first_hit_is_unknown(tmp_path):
    site = program(
        tmp_path,
        search=source("""
        def find(rows):
            for text in rows:
                answer = CREATE
                if answer.choices[0].message.content == "yes":
                    return text
        """),
    )["find"]
    assert told(site) == ("unknown", None, "unknown", None, 12)


def test_example_14_a_declared_start_and_due_time_give_four_hours(tmp_path):
    (tmp_path / "whowaits.toml").write_text(
        dedent("""
        [[workload]]
        name = "tagger"
        owner = "data-eng"
        code = ["job.py"]
        waiter = "nobody"
        start = "02:00"
        due = "06:00"
        """)
    )
    site = program(tmp_path, job=source(LOOP))["main"]
    assert told(site) == ("batch", "try", "nobody", 14400, 6)
    assert "window-longer-than-deadline" in site.deciding.verdict.notes
