import reflex as rx
from openai import OpenAI

client = OpenAI()


class Page(rx.State):
    questions: list[str]

    def ask(self):
        for question in self.questions:
            yield client.responses.create(model="gpt-4o-mini", input=question)  # expect: sync ui-class


class Nightly:
    def ask(self, questions):
        for question in questions:
            client.responses.create(model="gpt-4o-mini", input=question)  # expect: batch loop-over-data
        return None  # ok: not a page
