from functools import reduce

from openai import OpenAI

client = OpenAI()


def refine(summary, chunk):
    return client.responses.create(model="gpt-4o-mini", input=summary + chunk).output_text  # expect: sync folded


def label(text):
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: batch builtin-map


def main(chunks):
    print(reduce(refine, chunks, ""))
    print(list(map(label, chunks)))  # ok: no round needs the one before
