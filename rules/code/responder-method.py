import falcon
from openai import OpenAI

client = OpenAI()


class Labels:
    def on_post(self, req, resp):
        resp.media = [
            client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync responder-method
            for text in req.media
        ]


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no method that a request finds


app = falcon.App()
app.add_route("/labels", Labels())
