import chainlit
from openai import OpenAI

client = OpenAI()


@chainlit.on_message
async def answer(message):
    return client.responses.create(model="gpt-4o-mini", input=message.content)  # expect: sync chat-app


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
