import pytest
from openai import OpenAI

client = OpenAI()


@pytest.fixture
def answer():
    return client.responses.create(model="gpt-4o-mini", input="a")  # expect: sync pytest-fixture


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
