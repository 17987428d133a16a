from django.views.decorators.http import require_POST
from openai import OpenAI

client = OpenAI()


@require_POST
def ask(request):
    text = request.POST["text"]
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync decorated-view


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
