from botbuilder.core import ActivityHandler
from openai import OpenAI

client = OpenAI()


class Bot(ActivityHandler):
    async def on_message_activity(self, turn_context):
        return client.responses.create(model="gpt-4o-mini", input=turn_context.activity.text)  # expect: sync bot-class


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
