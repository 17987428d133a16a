from company_pb2_grpc import AskServicer
from openai import OpenAI

client = OpenAI()


class Service(AskServicer):
    def Ask(self, request, context):
        return client.responses.create(model="gpt-4o-mini", input=request.text)  # expect: sync grpc-servicer


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
