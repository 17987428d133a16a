from openai import OpenAI

client = OpenAI()


def look_up(questions, tools):
    for text in questions:
        print(client.responses.create(model="gpt-4o-mini", input=text, tools=tools))  # expect: sync offers-tools


def extract(texts, form):
    for text in texts:
        client.responses.create(  # expect: batch loop-over-data
            model="gpt-4o-mini", input=text, tools=[form], tool_choice={"type": "function", "name": "form"})
    return None  # ok: a forced tool is a form
