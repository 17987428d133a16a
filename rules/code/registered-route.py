from aiohttp import web
from openai import OpenAI

client = OpenAI()


async def ask(request):
    text = await request.text()
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync registered-route


app = web.Application()
app.router.add_post("/ask", ask)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
