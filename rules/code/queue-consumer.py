import queue

import boto3
from openai import OpenAI

client = OpenAI()
sqs = boto3.client("sqs")
jobs = queue.Queue()


def work(url):
    while True:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
        client.chat.completions.create(  # expect: batch queue-consumer
            model="gpt-4o-mini", messages=[{"role": "user", "content": got["Messages"][0]["Body"]}])


def one_job():
    text = jobs.get()
    return client.chat.completions.create(  # ok: takes one message, no loop in sight
        model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
