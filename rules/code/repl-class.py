import cmd
from openai import OpenAI

client = OpenAI()


class Shell(cmd.Cmd):
    def default(self, text):
        print(client.responses.create(model="gpt-4o-mini", input=text))  # expect: sync repl-class


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
