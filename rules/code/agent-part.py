from langgraph.graph import StateGraph
from openai import OpenAI

client = OpenAI()


def grade(state):
    text = state["text"]
    return client.responses.create(model="gpt-4o-mini", input=text)  # expect: sync agent-part


graph = StateGraph(dict)
graph.add_node("grade", grade)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
