# file: evals/run.py
import json

from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


def ask(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown evaluation


def grade(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data


@app.post("/ask")
def route(text: str):
    return ask(text).output_text  # ok: this is where people wait


def main():
    for line in open("questions.jsonl"):
        answer = ask(json.loads(line)["question"])
        print(grade(answer.output_text))


if __name__ == "__main__":
    main()
