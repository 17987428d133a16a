import unittest
from openai import OpenAI

client = OpenAI()


class Labels(unittest.TestCase):
    def test_label(self):
        text = "a"
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync test-case


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
