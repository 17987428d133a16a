"""What is sold for waiting, to whom, and what is honestly not known."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from whowaits.model import Sold
from whowaits.rules import RuleError, load_calls, load_offers
from whowaits.rules.offers import bare_model, read_offers

OFFERS = load_offers()


@pytest.mark.parametrize(
    ("provider", "model", "kind", "sold"),
    [
        ("openai", "gpt-4o-mini", "chat", "batch"),
        ("openai", "gpt-6-sol", "chat", "both"),
        ("openai", "o3", "responses", "both"),
        ("openai", "text-embedding-3-small", "embedding", "batch"),
        ("openai", None, "chat", "batch"),
        ("openai", "gpt-5-codex", "chat", "none"),
        ("openai", "gpt-5.1-codex-max", "chat", "none"),
        ("openai", "gpt-5.2-chat-latest", "chat", "none"),
        ("openai", "gpt-4o-mini-search-preview", "chat", "none"),
        ("openai", "o3-deep-research", "responses", "none"),
        ("openai", "gpt-realtime", "realtime", "none"),
        ("openai", "whisper-1", "audio", "none"),
        ("openai", "ft:gpt-4o:acme::1", "chat", "unknown"),
        ("azure", "my-deployment", "chat", "batch"),
        ("azure", "gpt-5.6-sol", "chat", "both"),
        ("azure", "embed", "embedding", "unknown"),
        ("anthropic", "claude-sonnet-5-5", "chat", "batch"),
        ("google", "gemini-2.5-flash", "chat", "batch"),
        ("google", "imagen-4", "image", "none"),
        ("vertex", "gemini-2.5-pro", "chat", "batch"),
        ("bedrock", "amazon.nova-pro-v1:0", "chat", "both"),
        ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "chat", "batch"),
        ("bedrock", "us.anthropic.claude-opus-5-5", "chat", "unknown"),
        ("bedrock", "global.anthropic.claude-sonnet-5-v1:0", "chat", "unknown"),
        ("bedrock", "meta.llama3-3-70b-instruct-v1:0", "chat", "batch"),
        ("xai", "grok-4.3", "chat", "batch"),
        ("xai", "grok-code-fast", "chat", "unknown"),
        ("groq", "openai/gpt-oss-120b", "chat", "batch"),
        ("cohere", "command-a", "chat", "batch"),
        ("deepseek", "deepseek-flash", "chat", "none"),
        ("cerebras", "llama", "chat", "none"),
        ("self_hosted", "llama3", "chat", "none"),
        ("watsonx", "granite", "chat", "unknown"),
        ("openai", "gpt-4o-mini", "other", "batch"),
        ("never-heard-of", "m", "chat", "unknown"),
        (None, "m", "chat", "unknown"),
    ],
)
def test_the_offer_says_what_is_sold_and_never_takes_silence_for_no(
    provider: str | None, model: str | None, kind: str, sold: Sold
) -> None:
    assert OFFERS.find(provider, model, kind).sold == sold


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("gemini", "google"),
        ("Google AI Studio", "google"),
        ("gcp.gemini", "google"),
        ("vertex_ai", "vertex"),
        ("gcp.vertex_ai", "vertex"),
        ("azure_ai", "azure"),
        ("az.ai.inference", "azure"),
        ("azure.ai.openai", "azure"),
        ("azure-openai.chat", "azure"),
        ("x_ai", "xai"),
        ("x-ai", "xai"),
        ("mistral_ai", "mistral"),
        ("aws.bedrock", "bedrock"),
        ("amazon-bedrock", "bedrock"),
        ("openai.chat", "openai"),
        ("anthropic.messages", "anthropic"),
        ("hosted_vllm", "self_hosted"),
        ("ibm.watsonx.ai", "watsonx"),
        ("Somebody Else", "somebody_else"),
        ("", None),
        (None, None),
    ],
)
def test_every_spelling_of_a_provider_has_one_canonical_name(spelled: str | None, canonical: str | None) -> None:
    assert OFFERS.provider(spelled) == canonical


@pytest.mark.parametrize(
    ("provider", "model", "kind", "factor"),
    [
        ("openai", "gpt-4o-mini", "chat", "0.5"),
        ("openai", "gpt-3.5-turbo-1106", "chat", "1"),
        ("openai", "gpt-5-codex", "chat", None),
        ("xai", "grok-4.3", "chat", "0.8"),
        ("voyage", "voyage-3.5", "embedding", "0.667"),
        ("vertex", "gemini-embedding-001", "embedding", "0.8"),
        ("cohere", "command-a", "chat", None),
        ("deepseek", "deepseek-flash", "chat", None),
        ("watsonx", None, "chat", None),
    ],
)
def test_a_factor_is_one_that_was_published(provider: str, model: str | None, kind: str, factor: str | None) -> None:
    expected = None if factor is None else Decimal(factor)
    assert OFFERS.factor(provider, model, kind, "batch") == expected


@pytest.mark.parametrize(
    ("provider", "window_s"),
    [("openai", 86400), ("anthropic", 86400), ("voyage", 43200), ("google", 172800), ("vertex", 345600)],
)
def test_the_window_is_the_longest_that_may_pass(provider: str, window_s: int) -> None:
    kind = "embedding" if provider == "voyage" else "chat"
    assert OFFERS.find(provider, None, kind).window_s == window_s


@pytest.mark.parametrize(
    ("provider", "model", "mode"),
    [
        ("openai", "gpt-4.1", "none"),
        ("openai", "o4-mini", "none"),
        ("openai", "gpt-5", "scaled"),
        ("openai", "gpt-6-sol", "scaled"),
        ("anthropic", "claude-sonnet-5-5", "scaled"),
        ("google", "gemini-2.5-flash", "same_price"),
        ("google", "gemini-3.8-flash", "scaled"),
        ("vertex", "gemini-3.8-flash", "same_price"),
        ("groq", "openai/gpt-oss-120b", "none"),
    ],
)
def test_each_provider_treats_cache_hits_in_a_batch_its_own_way(provider: str, model: str, mode: str) -> None:
    offer = OFFERS.of(provider)
    assert offer is not None
    assert offer.batch is not None
    assert offer.batch.cache_of(model) == mode


def test_a_call_that_no_batch_endpoint_takes_has_no_offer() -> None:
    rules = {entry.id: entry for entry in load_calls().entries}
    assert OFFERS.for_call(rules["openai.chat.create"], "openai", "gpt-4o").sold == "batch"
    assert OFFERS.for_call(rules["openai.audio"], "openai", "whisper-1").sold == "none"
    assert OFFERS.for_call(rules["azure.ai.inference"], "azure", "phi").sold == "none"


def test_a_raw_request_has_the_offer_of_what_its_url_says() -> None:
    raw = next(entry for entry in load_calls().entries if entry.id == "http.requests")
    assert OFFERS.for_call(raw, "voyage", "voyage-3.5", "embedding").sold == "batch"
    assert OFFERS.for_call(raw, "openai", "whisper-1", "audio").sold == "none"


def test_a_call_behind_an_unknown_provider_stays_unknown() -> None:
    rules = {entry.id: entry for entry in load_calls().entries}
    assert OFFERS.for_call(rules["litellm.completion"], None, None).sold == "unknown"
    assert OFFERS.for_call(rules["openai.audio"], "watsonx", None).sold == "unknown"


def test_every_offer_has_a_source_and_a_date() -> None:
    for offer in OFFERS.by_provider.values():
        assert offer.source, offer.provider
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", offer.checked), offer.provider
        for rate in offer.rates:
            assert rate.source, rate
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", rate.checked), rate


def test_paths_before_a_model_id_do_not_hide_it() -> None:
    assert bare_model("models/gemini-2.5-flash") == "gemini-2.5-flash"
    assert bare_model("publishers/google/models/Gemini-2.5-pro") == "gemini-2.5-pro"
    assert bare_model(None) == ""


def write(tmp_path: Path, name: str, text: str) -> Path:
    root = tmp_path / "rules"
    (root / "offers").mkdir(parents=True, exist_ok=True)
    (root / "offers" / name).write_text(text, encoding="utf-8")
    return root


def test_an_offer_must_say_something(tmp_path: Path) -> None:
    root = write(tmp_path, "x.yaml", "provider: x\nsource: s\nchecked: 2026-01-01\n")
    with pytest.raises(RuleError, match="say what is sold"):
        read_offers(root)


def test_two_providers_cannot_share_an_alias(tmp_path: Path) -> None:
    text = "provider: {0}\naliases: same\nnone: nothing\nsource: s\nchecked: 2026-01-01\n"
    write(tmp_path, "x.yaml", text.format("x"))
    root = write(tmp_path, "y.yaml", text.format("y"))
    with pytest.raises(RuleError, match="`same` is already an alias of x"):
        read_offers(root)
