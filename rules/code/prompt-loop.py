from openai import OpenAI

client = OpenAI()

while True:
    question = input("> ")
    print(client.responses.create(model="gpt-4o-mini", input=question))  # expect: sync prompt-loop


def each(questions):
    for question in questions:
        print(client.responses.create(model="gpt-4o-mini", input=question))  # expect: batch loop-over-data
    return None  # ok: nobody is asked
