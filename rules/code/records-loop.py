from openai import OpenAI

client = OpenAI()


def on_upload(event, context):
    for record in event["Records"]:
        client.chat.completions.create(  # expect: batch records-loop
            model="gpt-4o-mini", messages=[{"role": "user", "content": record["body"]}])


def on_request(event, context):
    return client.chat.completions.create(  # ok: an event without records, perhaps of a web gateway
        model="gpt-4o-mini", messages=[{"role": "user", "content": event["body"]}])
