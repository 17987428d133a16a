import gradio as gr
from openai import OpenAI

client = OpenAI()


def answer(text):
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: sync ui-callback


gr.Interface(fn=answer, inputs="text", outputs="text").launch()


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
