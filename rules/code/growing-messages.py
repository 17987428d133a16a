from openai import OpenAI

client = OpenAI()


def discuss(questions):
    messages = []
    for question in questions:
        messages.append({"role": "user", "content": question})
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=messages)  # expect: sync growing-messages
        messages.append(answer.choices[0].message)
    return messages


def separate(questions):
    answers = []
    for question in questions:
        messages = [{"role": "user", "content": question}]
        answers.append(client.chat.completions.create(model="gpt-4o-mini", messages=messages))  # expect: batch loop-over-data
    return answers  # ok: answers are collected, never sent
