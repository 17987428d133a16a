from openai import OpenAI

client = OpenAI()


async def talk(websocket):
    while True:
        text = await websocket.receive_text()
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync socket-loop


def each(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no connection
