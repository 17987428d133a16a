from openai import OpenAI

client = OpenAI()


def refine(chunks):
    summary = ""
    for chunk in chunks:
        answer = client.chat.completions.create(  # expect: sync refine-chain
            model="gpt-4o-mini", messages=[{"role": "user", "content": summary + chunk}])
        summary = answer.choices[0].message.content
    return summary


def each(chunks):
    summary = ""
    for chunk in chunks:
        answer = client.chat.completions.create(  # expect: batch loop-over-data
            model="gpt-4o-mini", messages=[{"role": "user", "content": chunk}])
        summary = summary + answer.choices[0].message.content  # ok: collected only
    return summary
