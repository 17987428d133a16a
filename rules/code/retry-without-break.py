import time

from openai import OpenAI

client = OpenAI()


def embed(text):
    vector = None
    for _ in range(3):
        try:
            vector = client.embeddings.create(model="text-embedding-3-small", input=text)  # expect: unknown retry-without-break
        except Exception:
            time.sleep(1)
    return vector


def embed_once(text):
    for _ in range(3):
        try:
            return client.embeddings.create(model="text-embedding-3-small", input=text)  # ok: a success ends it
        except Exception:
            time.sleep(1)


def votes(text):
    found = []
    for _ in range(5):
        try:
            found.append(client.responses.create(model="gpt-4o-mini", input=text))  # expect: batch repetition
        except Exception:
            time.sleep(1)
    return found
