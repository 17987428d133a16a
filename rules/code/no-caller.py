from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown no-caller


def run(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown script


print(run("hello"))  # ok: this line calls run
