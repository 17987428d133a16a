# file: test_label.py
import openai
from unittest.mock import MagicMock


def test_label():
    client = openai.OpenAI()
    for text in ["a", "b"]:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync test-function


def helper(client, texts):
    return MagicMock(texts)  # ok: no call at all
