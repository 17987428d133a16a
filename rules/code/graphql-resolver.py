import strawberry
from openai import OpenAI

client = OpenAI()


@strawberry.field
def answer(text: str) -> str:
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: sync graphql-resolver


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
