from openai import OpenAI

client = OpenAI()


def main():
    question = input("What do you want to know? ")
    print(client.responses.create(model="gpt-4o-mini", input=question))  # expect: sync reads-input


def confirmed(rows):
    if input("Start? ") != "y":
        return
    for row in rows:
        client.responses.create(model="gpt-4o-mini", input=row)  # expect: batch loop-over-data
    return  # ok: the reply only starts the run
