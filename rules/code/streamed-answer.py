from openai import OpenAI

client = OpenAI()


def show(questions):
    for question in questions:
        stream = client.chat.completions.create(  # expect: sync streamed-answer
            model="gpt-4o-mini", stream=True, messages=[{"role": "user", "content": question}])
        for piece in stream:
            print(piece.choices[0].delta.content)


def whole(questions):
    for question in questions:
        print(client.chat.completions.create(  # expect: batch loop-over-data
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]))
    return None  # ok: printed when it is complete
