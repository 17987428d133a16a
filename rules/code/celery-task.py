from celery import shared_task
from openai import OpenAI

client = OpenAI()


@shared_task
def summarise(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown celery-task


@shared_task
def ingest(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch celery-task loop-over-data


def plain(text):
    return text.upper()  # ok: no model
