from openai import OpenAI

client = OpenAI()


def samples(prompt, **options):
    n = options.pop("n", 1)
    found = []
    for _ in range(n):
        found.append(client.responses.create(model="gpt-4o-mini", input=prompt))  # expect: unknown optional-repetition
    return found


def votes(prompt, n=9):
    found = []
    for _ in range(n):
        found.append(client.responses.create(model="gpt-4o-mini", input=prompt))  # expect: batch repetition
    return found


def one(prompt, n=1):
    return client.responses.create(model="gpt-4o-mini", input=prompt)  # ok: nothing repeats it
