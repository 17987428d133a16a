from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

client = OpenAI()


def label(row):
    return client.chat.completions.create(  # expect: batch pool-map
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}])


def main(rows):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(label, rows))


def greet(row):
    return client.chat.completions.create(  # ok: nothing maps this one
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}])
