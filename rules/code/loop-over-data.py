from openai import OpenAI

client = OpenAI()


def label(rows):
    for row in rows:
        print(client.chat.completions.create(  # expect: batch loop-over-data
            model="gpt-4o-mini", messages=[{"role": "user", "content": row}]))


def once(row):
    for column in row:
        print(column)
    return client.chat.completions.create(  # ok: the loop above the call is over before it
        model="gpt-4o-mini", messages=[{"role": "user", "content": str(row)}])
