from slack_bolt import App
from openai import OpenAI

app = App(token="t", signing_secret="s")
client = OpenAI()


def reply(event, say):
    say(client.responses.create(model="gpt-4o-mini", input=event["text"]).output_text)  # expect: sync slack-listener


app.event("app_mention")(reply)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
