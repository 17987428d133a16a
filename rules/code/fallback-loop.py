from openai import APIError, OpenAI

client = OpenAI()


def ask(text):
    for model in ["gpt-4o", "gpt-4o-mini"]:
        try:
            return client.responses.create(model=model, input=text)  # expect: unknown fallback-loop
        except APIError:
            continue
    return None


def compare(text):
    for model in ["gpt-4o", "gpt-4o-mini"]:
        print(client.responses.create(model=model, input=text))  # expect: batch loop-over-data
    return None  # ok: asks every model
