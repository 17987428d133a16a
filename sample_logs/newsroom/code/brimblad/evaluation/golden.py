"""The prompts of the house against 1,500 articles that editors answered by hand."""

import json
from pathlib import Path

from brimblad.llm import LARGE, complete

GOLDEN = Path("evaluation/golden.jsonl")


def load_cases(path: Path = GOLDEN) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def grade(case: dict[str, str]) -> dict[str, str]:
    """The answer of today's prompt and what the grader says about it."""
    answer = complete(case["prompt"], case["article"], model=LARGE, max_tokens=1_500)
    return {"id": case["id"], "answer": answer, "same": str(answer.strip() == case["expected"].strip())}


def run(path: Path = GOLDEN) -> list[dict[str, str]]:
    return [grade(case) for case in load_cases(path)]


if __name__ == "__main__":
    results = run()
    print(f"{sum(row['same'] == 'True' for row in results)} of {len(results)} as the editors wrote it")
