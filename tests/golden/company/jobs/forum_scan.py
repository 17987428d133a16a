from openai import OpenAI

client = OpenAI()


def main(posts):
    for post in posts:  # whowaits: ignore[loop-over-data] until=2027-03-01 owner=desk -- the forum closes in spring
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": post}])
