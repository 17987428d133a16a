from openai import OpenAI

client = OpenAI()


def valid(text):
    while True:
        answer = client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown until-answer
        if answer.output_text.startswith("{"):
            break
    return answer


def once(text):
    answer = client.responses.create(model="gpt-4o-mini", input=text)
    return answer  # ok: no loop
