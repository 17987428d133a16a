from prefect import flow
from openai import OpenAI

client = OpenAI()


@flow
def digest(text):
    client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown orchestrated-task


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
