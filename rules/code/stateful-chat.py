from google import genai

client = genai.Client()
chat = client.chats.create(model="gemini-2.5-flash")


def tell(parts):
    for part in parts:
        chat.send_message(part)  # expect: sync stateful-chat


def separate(parts):
    for part in parts:
        fresh = client.chats.create(model="gemini-2.5-flash")
        fresh.send_message(part)  # expect: batch loop-over-data
    return None  # ok: a chat for each part remembers nothing
