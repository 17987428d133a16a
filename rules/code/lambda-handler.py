# file: lambda_function.py
from openai import OpenAI

client = OpenAI()


def lambda_handler(event, context):
    return client.responses.create(model="gpt-4o-mini", input=event["text"])  # expect: unknown lambda-handler


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
