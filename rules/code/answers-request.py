import json

from openai import OpenAI

client = OpenAI()


def summarize(event):
    texts = json.loads(event["body"])["texts"]
    return [client.responses.create(model="gpt-4o-mini", input=text).output_text for text in texts]  # expect: sync answers-request


def health(event):
    return "fine"


ROUTES = {"/summaries": summarize, "/health": health}


def lambda_handler(event, context):
    route = ROUTES[event["rawPath"]]  # ok: which function runs is looked up
    return {"statusCode": 200, "body": json.dumps(route(event))}


def load(event, context):
    for line in open(event["path"]):
        client.responses.create(model="gpt-4o-mini", input=line)  # expect: batch loop-over-data
