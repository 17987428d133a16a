from openai import OpenAI

client = OpenAI()
print(client.responses.create(model="gpt-4o-mini", input="hello"))  # expect: unknown script


def never(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # ok: only defined
