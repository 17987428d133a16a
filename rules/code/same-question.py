from openai import OpenAI

client = OpenAI()


def usable(models):
    for model in models:
        client.responses.create(model=model, input="Say hello")  # expect: unknown same-question


def each(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input="Say hello to " + text)  # expect: batch loop-over-data
    return None  # ok: asks something else each time
