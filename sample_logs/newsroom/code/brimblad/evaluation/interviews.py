"""Simulated interviews: does the copilot keep its facts straight over forty turns?"""

from pathlib import Path

from brimblad.llm import LARGE, openai_client

OPENINGS = Path("evaluation/openings.txt")
TURNS = 40


def interview(opening: str) -> list[dict[str, str]]:
    """A whole interview, each answer resting on the ones before."""
    history = [{"role": "user", "content": opening}]
    for _ in range(TURNS):
        response = openai_client().chat.completions.create(model=LARGE, messages=history)
        history.append({"role": "assistant", "content": response.choices[0].message.content or ""})
        history.append({"role": "user", "content": "And how do you know that?"})
    return history


def run(openings: list[str]) -> list[list[dict[str, str]]]:
    return [interview(opening) for opening in openings]


if __name__ == "__main__":
    run(OPENINGS.read_text(encoding="utf-8").splitlines())
