"""The desk's bot: ask it in the channel, it answers in the thread."""

import os

from slack_bolt import App

from brimblad.llm import LARGE, complete

app = App(token=os.environ.get("SLACK_BOT_TOKEN"), signing_secret=os.environ.get("SLACK_SIGNING_SECRET"))


@app.event("app_mention")
def answer(event, say):
    say(text=complete("Answer briefly, for journalists.", event["text"], model=LARGE), thread_ts=event["ts"])


if __name__ == "__main__":
    app.start(port=3000)
