from celery import shared_task
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@shared_task
def summarise(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown queued-call


@app.post("/upload")
def upload(text: str):
    summarise.delay(text)
    return {"status": "queued"}


@app.post("/ask")
def ask(text: str):
    return client.responses.create(model="gpt-4o-mini", input=text)  # ok: answered at once
