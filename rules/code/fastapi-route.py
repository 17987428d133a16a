from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@app.post("/rank")
def rank(texts: list[str]):
    return [
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync fastapi-route
        for text in texts
    ]


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
