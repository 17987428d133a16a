import dramatiq
from openai import OpenAI

client = OpenAI()


@dramatiq.actor
def summarise(text):
    client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown queue-task


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
