from openai import OpenAI

client = OpenAI()


def papers(texts):
    for text in texts:
        summary = client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
        client.responses.create(model="gpt-4o-mini", input=summary.output_text)  # expect: batch same-item-stages
    return None  # ok: nothing of one paper goes into the next
