import typer
from openai import OpenAI

client = OpenAI()


def ask(text: str):
    print(client.responses.create(model="gpt-4o-mini", input=text))  # expect: unknown cli-callable


typer.run(ask)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
