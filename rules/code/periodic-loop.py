import time

from openai import OpenAI

client = OpenAI()


def every_day():
    while True:
        client.chat.completions.create(  # expect: batch periodic-loop
            model="gpt-4o-mini", messages=[{"role": "user", "content": "the news of today"}])
        time.sleep(24 * 60 * 60)


def every_second(text):
    while True:
        client.chat.completions.create(  # ok: sleeps too short for a schedule
            model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
        time.sleep(1)
