import socketio
from openai import OpenAI

sio = socketio.AsyncServer()
client = OpenAI()


@sio.event
async def message(sid, text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync websocket


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
