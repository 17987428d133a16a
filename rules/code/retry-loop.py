from openai import OpenAI

client = OpenAI()


def ask(text):
    for _ in range(3):
        try:
            return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown retry-loop
        except TimeoutError:
            continue
    return None


def each(texts):
    for text in texts:
        try:
            client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
        except TimeoutError:
            continue
    return None  # ok: goes on with the next text
