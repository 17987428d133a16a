from openai import OpenAI

client = OpenAI()


def research(question):
    plan = client.responses.create(model="gpt-4o-mini", input=question)
    for step in plan.output_text.splitlines():
        client.responses.create(model="gpt-4o-mini", input=step)  # expect: unknown planned-items


def each(steps):
    for step in steps:
        client.responses.create(model="gpt-4o-mini", input=step)  # expect: batch loop-over-data
    return None  # ok: the steps come from elsewhere
