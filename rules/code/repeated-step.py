from openai import OpenAI

client = OpenAI()


class Debate:
    def __init__(self, topic):
        self.topic = topic
        self.said = ""

    def step(self):
        self.said = client.responses.create(model="gpt-4o-mini", input=self.topic)  # expect: unknown repeated-step


class Poll:
    def ask(self):
        return client.responses.create(model="gpt-4o-mini", input=self.topic)  # expect: batch repetition


def main(topic):
    debate = Debate(topic)
    for _ in range(5):
        debate.step()
    print(debate.said)  # ok: only the end of it is looked at


def answers():
    poll = Poll()
    return [answer for answer in many(poll)]


def many(poll):
    found = []
    for _ in range(20):
        found.append(poll.ask())
    return found
