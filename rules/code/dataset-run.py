from openai import OpenAI
from ragas import experiment

client = OpenAI()


@experiment()
async def row(item):
    return client.chat.completions.create(  # expect: batch dataset-run
        model="gpt-4o-mini", messages=[{"role": "user", "content": item["question"]}])


async def question(item):
    return client.chat.completions.create(  # ok: not decorated, run by nobody
        model="gpt-4o-mini", messages=[{"role": "user", "content": item["question"]}])
