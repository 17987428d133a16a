from rest_framework.views import APIView
from openai import OpenAI

client = OpenAI()


class Ask(APIView):
    def post(self, request):
        text = request.data["text"]
        return client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync class-view


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
