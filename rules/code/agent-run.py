from agents import Agent, Runner
from openai import OpenAI

agent = Agent(name="helper", instructions="Help.")
client = OpenAI()


def main(tasks):
    for task in tasks:
        print(Runner.run_sync(agent, task))  # expect: sync agent-run


def plain(tasks):
    for task in tasks:
        print(client.responses.create(model="gpt-4o-mini", input=task))  # expect: batch loop-over-data
    return None  # ok: no agent
