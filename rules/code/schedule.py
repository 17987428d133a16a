from celery import Celery
from celery.schedules import crontab
from openai import OpenAI

app = Celery("digest")
client = OpenAI()
app.conf.beat_schedule = {"nightly": {"task": "nightly", "schedule": crontab(hour=2, minute=0)}}


@app.task(name="nightly")
def nightly():
    return client.chat.completions.create(  # expect: batch schedule
        model="gpt-4o-mini", messages=[{"role": "user", "content": "the news of today"}])


@app.task(name="on-demand")
def on_demand(text):
    return client.chat.completions.create(  # ok: no schedule starts this task
        model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
