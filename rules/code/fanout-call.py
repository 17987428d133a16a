from langchain_openai import ChatOpenAI

llm = ChatOpenAI(model="gpt-4o-mini")


def main(rows):
    return llm.batch([f"Label: {row}" for row in rows])  # expect: batch fanout-call


def one(row):
    return llm.invoke(row)  # ok: a single call
