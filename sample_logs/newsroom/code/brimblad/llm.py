"""The clients every program of the newsroom shares.

Both SDKs read their address and key from the environment. In production that is the gateway, which knows each
program by its key; on a laptop it is the provider itself.
"""

from functools import cache

from anthropic import Anthropic
from openai import AsyncOpenAI, OpenAI

SMALL = "gpt-4o-mini"
LARGE = "gpt-5"
HAIKU = "claude-haiku-4-5"
EMBEDDING = "text-embedding-3-large"


@cache
def openai_client() -> OpenAI:
    return OpenAI(max_retries=0, timeout=60)


@cache
def openai_async_client() -> AsyncOpenAI:
    return AsyncOpenAI(timeout=30)


@cache
def anthropic_client() -> Anthropic:
    return Anthropic(max_retries=2)


def complete(system: str, text: str, *, model: str = SMALL, max_tokens: int = 400) -> str:
    """The model's answer to one instruction about one text."""
    response = openai_client().chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
        max_completion_tokens=max_tokens,
    )
    return response.choices[0].message.content or ""
