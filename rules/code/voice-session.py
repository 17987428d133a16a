from livekit.agents import Agent
from openai import OpenAI

client = OpenAI()


class Helper(Agent):
    async def on_user_turn_completed(self, turn_ctx, new_message):
        return client.responses.create(model="gpt-4o-mini", input=new_message.text)  # expect: sync voice-session


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
