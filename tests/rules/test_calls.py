"""The rules about calls: complete, without contradictions, and read quickly."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whowaits.rules import CallRule, RuleError, load_calls, load_offers, rules_dir
from whowaits.rules.calls import read_calls

CALLS = load_calls()

CHAINS_IN_THE_SURVEY = 509
"""Attribute chains and functions in the survey of 161 ways to call a model (SDKs of 2026-11-20). A smaller number
of ways in the rules would mean that some of it got lost."""


def ways() -> set[tuple[str, str]]:
    """(base id, chain or function): the ways, however many providers share them."""
    return {(rule.id.partition("@")[0], way) for rule in CALLS.entries for way in (*rule.chains, *rule.functions)}


def rule(call_id: str) -> CallRule:
    return next(entry for entry in CALLS.entries if entry.id == call_id)


def test_every_way_of_the_survey_is_covered() -> None:
    assert len(ways()) >= CHAINS_IN_THE_SURVEY


def test_every_call_can_be_recognised() -> None:
    for entry in CALLS.entries:
        assert entry.constructors or entry.functions, entry.id
        assert bool(entry.constructors) == bool(entry.chains), entry.id
        assert entry.imports, entry.id


def test_ids_are_unique() -> None:
    ids = [entry.id for entry in CALLS.entries]
    assert len(ids) == len(set(ids))


def test_one_constructor_and_chain_mean_one_call() -> None:
    seen: dict[tuple[str, str], str] = {}
    for entry in CALLS.entries:
        for constructor in entry.constructors:
            for chain in entry.chains:
                other = seen.setdefault((constructor, chain), entry.id)
                assert other == entry.id, f"{constructor} {chain}: {other} and {entry.id}"


def test_one_function_means_one_call() -> None:
    seen: dict[str, str] = {}
    for entry in CALLS.entries:
        for function in entry.functions:
            assert seen.setdefault(function, entry.id) == entry.id, function


def test_every_provider_is_one_that_the_offers_speak_about() -> None:
    known = set(load_offers().by_provider)
    for entry in CALLS.entries:
        assert entry.provider is None or entry.provider in known, entry.id
    assert {url.provider for url in CALLS.urls} <= known
    assert set(CALLS.prefixes.values()) | set(CALLS.names.values()) <= known


def test_every_host_leads_to_a_provider_we_can_name() -> None:
    behind_a_gateway = {"litellm_proxy", "cloudflare_gateway"}
    assert {host.provider for host in CALLS.hosts} - set(load_offers().by_provider) == behind_a_gateway


def test_every_fact_says_where_it_is_from_and_when_it_was_checked() -> None:
    for entry in CALLS.entries:
        assert entry.source, entry.id
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry.checked), entry.id


def test_every_notation_is_one_that_readers_know() -> None:
    where = re.compile(r"((kw|init|step|deco|json):[A-Za-z_]\w*)|((arg|init|deco):\d+)")
    for entry in CALLS.entries:
        for part in entry.model_arg.split("|") if entry.model_arg else ():
            assert where.fullmatch(part), f"{entry.id}: {part}"
        assert re.fullmatch(r"never|always|(param:(init:)?|json:)\w+|method:[\w,]+", entry.streaming), entry.id


def test_methods_that_stream_are_chains_of_the_call() -> None:
    for entry in CALLS.entries:
        if entry.streaming.startswith("method:"):
            last = {chain.rpartition(".")[2] for chain in (*entry.chains, *entry.functions)}
            assert set(entry.streaming.removeprefix("method:").split(",")) <= last, entry.id


@pytest.mark.parametrize(
    ("constructor", "chain", "provider", "tier", "fanout"),
    [
        ("openai.AsyncOpenAI", "chat.completions.create", "openai", "standard", False),
        ("openai.AzureOpenAI", "chat.completions.create", "azure", "standard", False),
        ("openai.OpenAI", "batches.create", "openai", "batch", False),
        ("anthropic.Anthropic", "messages.batches.create", "anthropic", "batch", False),
        ("anthropic.AnthropicVertex", "messages.create", "vertex", "standard", False),
        ("google.genai.Client", "aio.models.generate_content", "google", "standard", False),
        ("mistralai.Mistral", "batch.jobs.create", "mistral", "batch", False),
        ('boto3.client("bedrock-runtime")', "converse", "bedrock", "standard", False),
        ('boto3.client("bedrock")', "create_model_invocation_job", "bedrock", "batch", False),
        ("langchain_openai.ChatOpenAI", "invoke", "openai", "standard", False),
        ("langchain_anthropic.ChatAnthropic", "abatch", "anthropic", "standard", True),
        ("litellm.Router", "abatch_completion", None, "standard", True),
        ("dspy.Evaluate", "()", None, "standard", True),
        ("ollama.Client", "chat", "self_hosted", "standard", False),
    ],
)
def test_a_client_and_its_method_say_who_is_paid_and_how(
    constructor: str, chain: str, provider: str | None, tier: str, fanout: bool
) -> None:
    found = [e for e in CALLS.entries if constructor in e.constructors and chain in e.chains]
    assert [(e.provider, e.tier, e.fanout) for e in found] == [(provider, tier, fanout)]


def test_a_name_with_batch_in_it_is_not_taken_for_the_batch_api() -> None:
    assert rule("litellm.fanout").tier == "standard"
    assert rule("litellm.fanout").fanout
    assert rule("litellm.batch").tier == "batch"


def test_pipes_and_wrappers_keep_the_model() -> None:
    wrappers = rule("langchain.chat.invoke@openai").wrappers
    assert "|" in wrappers
    assert "with_structured_output" in wrappers


@pytest.mark.parametrize(
    ("url", "provider", "kind", "tier"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai", "chat", "standard"),
        ("https://api.openai.com/v1/batches", "openai", "chat", "batch"),
        ("https://api.anthropic.com/v1/messages", "anthropic", "chat", "standard"),
        ("https://api.anthropic.com/v1/messages/batches", "anthropic", "chat", "batch"),
        ("https://api.anthropic.com/v1/messages/count_tokens", "anthropic", "count_tokens", "standard"),
        ("https://x.openai.azure.com/openai/deployments/d/embeddings", "azure", "embedding", "standard"),
        (
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:batchEmbedContents",
            "google",
            "embedding",
            "standard",
        ),
        ("https://api.cohere.com/v2/embed", "cohere", "embedding", "standard"),
        ("https://openrouter.ai/api/v1/batches", "openrouter", "chat", "batch"),
    ],
)
def test_the_first_url_rule_that_matches_says_who_is_paid(url: str, provider: str, kind: str, tier: str) -> None:
    first = next(u for u in CALLS.urls if re.match(u.regex, url))
    assert (first.provider, first.kind, first.tier) == (provider, kind, tier)


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("gpt-4o-mini", "openai"),
        ("azure/gpt-4o", "azure"),
        ("openai:gpt-5", "openai"),
        ("anthropic/claude-sonnet-5-5", "anthropic"),
        ("claude-haiku-4-5", "anthropic"),
        ("vertex_ai/gemini-2.5-pro", "vertex"),
        ("ollama/llama3", "self_hosted"),
        ("my-own-model", None),
    ],
)
def test_a_model_id_names_its_provider(model: str, provider: str | None) -> None:
    assert CALLS.provider_of(model) == provider


def copy_with(tmp_path: Path, name: str, text: str) -> Path:
    root = tmp_path / "rules"
    (root / "calls").mkdir(parents=True)
    for stem in ("hosts", "urls", "models", "ignored"):
        (root / "calls" / f"{stem}.yaml").write_bytes((rules_dir() / "calls" / f"{stem}.yaml").read_bytes())
    (root / "calls" / name).write_text(text, encoding="utf-8")
    return root


SMALL = """
sdk: x
imports: x
source: made up
checked: 2026-01-01
clients:
  main: {provider: openai, constructors: x.Client}
calls:
  - {id: x.chat, client: main, kind: chat, chains: chat}
"""


def test_a_new_file_is_enough_for_a_new_sdk(tmp_path: Path) -> None:
    (entry,) = read_calls(copy_with(tmp_path, "x.yaml", SMALL)).entries
    assert (entry.id, entry.provider, entry.constructors) == ("x.chat", "openai", ("x.Client",))


def test_a_call_on_a_client_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"rules/calls/x\.yaml: x\.chat: no client `mian`; did you mean `main`"):
        read_calls(copy_with(tmp_path, "x.yaml", SMALL.replace("client: main", "client: mian")))


def test_an_id_used_twice_is_an_error(tmp_path: Path) -> None:
    twice = SMALL + "  - {id: x.chat, client: main, kind: chat, chains: other}\n"
    with pytest.raises(RuleError, match=r"`x\.chat` is the id of two calls"):
        read_calls(copy_with(tmp_path, "x.yaml", twice))


def test_all_call_rules_are_read_quickly() -> None:
    started = time.process_time()
    read_calls(rules_dir())
    assert time.process_time() - started < 0.5  # 0.04 s; time of this process, whatever else runs


def test_reading_rules_loads_nothing_heavy() -> None:
    code = (
        "import sys, whowaits.rules as r; r.load_calls(); r.load_offers();"
        "print([m for m in ('pandas', 'pyarrow', 'duckdb', 'jinja2', 'genai_prices', 'libcst') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
