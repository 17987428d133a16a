import time

from openai import OpenAI

client = OpenAI()


def watch(text):
    while True:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown polling-loop
        time.sleep(2)


def slowly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
        time.sleep(2)  # ok: a pause between items
