import discord
from openai import OpenAI

bot = discord.Client(intents=discord.Intents.default())
client = OpenAI()


@bot.event
async def on_message(message):
    text = client.responses.create(model="gpt-4o-mini", input=message.content)  # expect: sync bot-handler
    await message.channel.send(text.output_text)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
