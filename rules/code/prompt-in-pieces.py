from openai import OpenAI

client = OpenAI()


def chunk(text, size=10_000):
    return [text[start:start + size] for start in range(0, len(text), size)]


def answer(question, notes):
    final_prompt = f"Answer {question} from {notes}"
    parts = chunk(final_prompt)
    said = []
    for part in parts:
        said.append(client.responses.create(model="gpt-4o-mini", input=part))  # expect: unknown prompt-in-pieces
    return said


def summarize(book):
    for part in chunk(book):
        print(client.responses.create(model="gpt-4o-mini", input=part))  # expect: batch loop-over-data


def ask(prompt):
    return client.responses.create(model="gpt-4o-mini", input=prompt)  # ok: nothing repeats it
