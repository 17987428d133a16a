"""How model ids are spelled: the one place where they are taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_PATH: Final = re.compile(r"^(models|publishers/[a-z0-9_-]+/models|projects/.+/models|accounts/[^/]+/models)/")


class ModelId(NamedTuple):
    """The provider that a prefix of the id names, None without one, and the id without prefix and path."""

    provider: str | None
    bare: str


def bare_model(model: str | None) -> str:
    """Return a model id in lower case without the path that some APIs put before it ("models/...")."""
    return _PATH.sub("", (model or "").strip().lower())


def split_model(model: str, prefixes: Mapping[str, str]) -> ModelId:
    """Return an id in its parts ("openai/gpt-4o" -> openai, gpt-4o); of several prefixes the longest counts."""
    lower = model.strip().lower()
    prefix = max((p for p in prefixes if lower.startswith(p)), key=len, default=None)
    if prefix is None:
        return ModelId(None, bare_model(lower))
    return ModelId(prefixes[prefix], bare_model(lower.removeprefix(prefix)))
