from openai import OpenAI

client = OpenAI()


def run(rows):
    if input("Start? ") != "y":
        return
    for row in rows:
        client.responses.create(model="gpt-4o-mini", input=row)  # expect: batch asks-before


def answer():
    print(client.responses.create(model="gpt-4o-mini", input=input("> ")))  # expect: sync reads-input
    return  # ok: here the reply is the question
