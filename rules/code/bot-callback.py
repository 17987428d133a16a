from telegram.ext import MessageHandler
from openai import OpenAI

client = OpenAI()


async def reply(update, context):
    text = client.responses.create(model="gpt-4o-mini", input=update.message.text)  # expect: sync bot-callback
    await update.message.reply_text(text.output_text)


handler = MessageHandler(None, reply)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
