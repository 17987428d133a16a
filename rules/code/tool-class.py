from crewai.tools import BaseTool
from openai import OpenAI

client = OpenAI()


class Summaries(BaseTool):
    name: str = "summaries"

    def _run(self, texts: list[str]) -> list[str]:
        return [
            client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: sync tool-class
            for text in texts
        ]


class Nightly:
    def _run(self, texts: list[str]) -> None:
        for text in texts:
            client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
        return None  # ok: no tool
