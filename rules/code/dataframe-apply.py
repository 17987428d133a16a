import pandas as pd
from openai import OpenAI

client = OpenAI()


def label(text):
    return client.chat.completions.create(  # expect: batch dataframe-apply
        model="gpt-4o-mini", messages=[{"role": "user", "content": text}])


def describe(frame):
    return client.chat.completions.create(  # ok: one call about the whole frame
        model="gpt-4o-mini", messages=[{"role": "user", "content": frame.head().to_csv()}])


tickets = pd.read_csv("tickets.csv")
tickets["label"] = tickets["text"].apply(label)
