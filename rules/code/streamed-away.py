from openai import OpenAI

client = OpenAI()


def joined(texts):
    for text in texts:
        stream = client.responses.create(model="gpt-4o-mini", input=text, stream=True)  # expect: batch streamed-away
        open("answer.txt", "w").writelines(str(piece) for piece in stream)


def whole(texts):
    for text in texts:
        print(client.responses.create(model="gpt-4o-mini", input=text))  # expect: batch loop-over-data
    return None  # ok: not streamed
