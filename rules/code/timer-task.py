from apscheduler.schedulers.blocking import BlockingScheduler
from openai import OpenAI

scheduler = BlockingScheduler()
client = OpenAI()


@scheduler.scheduled_job("cron", hour=3)
def digest():
    client.responses.create(model="gpt-4o-mini", input="news")  # expect: batch timer-task


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
