from openai import OpenAI

client = OpenAI()


def show(texts, stream=False):
    for text in texts:
        for piece in client.responses.create(model="gpt-4o-mini", input=text, stream=stream):  # expect: batch stream-option
            print(piece)


def whole(texts):
    for text in texts:
        print(client.responses.create(model="gpt-4o-mini", input=text))  # expect: batch loop-over-data
    return None  # ok: no such option
