import time

from clock import seconds_until
from openai import OpenAI

client = OpenAI()


def every_morning():
    while True:
        time.sleep(seconds_until(6, 30))
        client.chat.completions.create(  # expect: batch clock-loop
            model="gpt-4o-mini", messages=[{"role": "user", "content": "the news of today"}])


def slow(text):
    while True:
        client.chat.completions.create(  # ok: only slows itself down
            model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
        time.sleep(0.5)
