from openai import OpenAI

client = OpenAI()


def handler(event, context):
    body = event["Records"][0]["body"]
    return client.chat.completions.create(  # expect: batch event-records
        model="gpt-4o-mini", messages=[{"role": "user", "content": body}])


def answer(event, context):
    return client.chat.completions.create(  # ok: no records in this event
        model="gpt-4o-mini", messages=[{"role": "user", "content": event["question"]}])
