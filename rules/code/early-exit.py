from openai import OpenAI

client = OpenAI()


def find(rows):
    for row in rows:
        answer = client.responses.create(model="gpt-4o-mini", input=row)  # expect: unknown early-exit
        if answer.output_text == "yes":
            return row
    return None


def count(rows):
    hits = 0
    for row in rows:
        answer = client.responses.create(model="gpt-4o-mini", input=row)  # expect: batch loop-over-data
        if answer.output_text == "yes":
            hits += 1
    return hits  # ok: asks about every row
