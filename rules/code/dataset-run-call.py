from langsmith import evaluate
from openai import OpenAI

client = OpenAI()


def answer(inputs):
    return client.responses.create(model="gpt-4o-mini", input=inputs["question"])  # expect: batch dataset-run-call


def other(inputs):
    return client.responses.create(model="gpt-4o-mini", input=inputs["question"])  # ok: evaluated by nobody


evaluate(answer, data="questions")
