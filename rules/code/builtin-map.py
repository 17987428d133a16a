from openai import OpenAI

client = OpenAI()


def main(rows):
    return list(map(lambda row: client.chat.completions.create(  # expect: batch builtin-map
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}]), rows))


def later(row):
    return lambda: client.chat.completions.create(  # ok: a lambda that is mapped over nothing
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}])
