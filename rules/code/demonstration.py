from flask import Flask
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()


def label(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown demonstration


def label_all(texts):
    return [label(text) for text in texts]


def proofread(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch comprehension-over-data


@app.post("/labels")
def labels():
    return label_all(["from the form"])


if __name__ == "__main__":
    samples = [{"title": "Rain"}, {"title": "Sun"}]
    print(label_all(samples))
    print([proofread(line) for line in ("one", "two", "three", "four")])  # ok: the only way to proofread
