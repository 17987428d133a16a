"""Model ids are taken apart in one place."""

from __future__ import annotations

import pytest

from whowaits.logs.vocabulary import canonical
from whowaits.rules import load_calls

SPELLINGS = {
    "openai/gpt-4o-mini": ("openai", "gpt-4o-mini"),
    "OpenAI/GPT-4o-mini ": ("openai", "gpt-4o-mini"),
    "anthropic:claude-haiku-4-5": ("anthropic", "claude-haiku-4-5"),
    "models/gemini-2.5-flash": (None, "gemini-2.5-flash"),
    "publishers/google/models/gemini-2.5-flash": (None, "gemini-2.5-flash"),
    "gpt-4o": (None, "gpt-4o"),
}


@pytest.mark.parametrize("model", SPELLINGS)
def test_a_prefix_names_the_provider_and_no_prefix_or_path_is_part_of_the_id(model: str) -> None:
    assert load_calls().model_id(model) == SPELLINGS[model]
    assert canonical(None, model, "chat", None).model == SPELLINGS[model][1]


def test_no_model_is_no_model() -> None:
    assert canonical("openai", None, "chat", None).model is None
    assert canonical("openai", "", "chat", None).model is None
