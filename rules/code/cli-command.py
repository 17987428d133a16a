import click
from openai import OpenAI

client = OpenAI()


@click.command()
@click.argument("text")
def ask(text):
    print(client.responses.create(model="gpt-4o-mini", input=text))  # expect: unknown cli-command


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
