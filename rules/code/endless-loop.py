from openai import OpenAI

client = OpenAI()


def forever(text):
    while True:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown endless-loop


def once(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # ok: no loop
