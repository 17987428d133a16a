import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def label(row):
    return await client.chat.completions.create(  # expect: batch tasks-over-data
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}])


async def main(rows):
    return await asyncio.gather(*(label(row) for row in rows))


async def title(text):
    answer = client.chat.completions.create(  # ok: a single task, nothing is fanned out
        model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
    return await asyncio.create_task(answer)
