from anthropic import Anthropic

client = Anthropic()


def main(articles):
    for article in articles:
        client.messages.create(
            model="claude-haiku-4-5", max_tokens=200, messages=[{"role": "user", "content": article}]
        )
