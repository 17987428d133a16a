"""Names that logs use for providers, models, operations and tiers -> the words of the canonical table."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from whowaits.rules import load_calls, load_offers

OPERATIONS: Final = (
    ("embedding", "embedding"),
    ("moderation", "moderation"),
    ("rerank", "rerank"),
    ("responses", "responses"),
    ("image", "image"),
    ("video", "video"),
    ("transcription", "audio"),
    ("speech", "audio"),
    ("audio", "audio"),
    ("ocr", "ocr"),
    ("text_completion", "completion"),
    ("/completions", "completion"),
    ("chat", "chat"),
    ("messages", "chat"),
    ("generate", "chat"),
    ("completion", "chat"),
    ("converse", "chat"),
    ("invoke", "chat"),
    ("llm", "chat"),
    ("dogenerate", "chat"),
    ("dostream", "chat"),
    ("doembed", "embedding"),
)
"""Part of an operation, call type or endpoint -> kind of call; the first that occurs counts."""
TIERS: Final = {
    "batch": "batch",
    "default": "standard",
    "flex": "flex",
    "flex_discount": "flex",
    "on_demand": "standard",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "priority": "priority",
    "priority_on_demand": "priority",
    "fast": "priority",
    "provisioned": "provisioned",
    "provisioned_throughput": "provisioned",
    "reserved": "provisioned",
    "scale": "provisioned",
    "standard": "standard",
}


class Names(NamedTuple):
    """What a call was, in canonical words; None where the log does not say."""

    provider: str | None
    model: str | None
    operation: str | None
    tier: str


def canonical(provider: str | None, model: str | None, operation: str | None, tier: str | None) -> Names:
    """Return the canonical words for what a log calls its provider, model, operation and service tier."""
    named, bare = load_calls().model_id(model or "")
    short = bare or None
    known = load_offers().provider(provider) or named or (load_calls().provider_of(short) if short else None)
    spelled = (tier or "default").strip().lower()
    return Names(known, short, _operation(operation, short), TIERS.get(spelled, "unknown"))


def _operation(name: str | None, model: str | None) -> str | None:
    lower = (name or "").lower()
    if re.search(r"/chat/completions", lower):
        return "chat"
    found = next((kind for part, kind in OPERATIONS if part in lower), None)
    if found is None and model and "embed" in model:
        return "embedding"
    return found or ("other" if lower else None)
