"""Wrappers that a project declares, capacity paid for in advance, and calls that are paid for again and again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from whowaits import config
from whowaits.closed_toml import ConfigError
from whowaits.code.scan import scan
from whowaits.model import Scan

DECLARED = '[[wrapper]]\ncall = "company.llm.{name}"\nprovider = "openai"\n'


def scanned(root: Path, *, cache: bool = False, **files: str) -> Scan:
    for name, text in files.items():
        path = root / (name.replace("__", "/") + (".toml" if name == "whowaits" else ".py"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return scan(root, [root], config.load(root), cache=cache)


LOOP = """
    from company.llm import ask

    def main():
        for line in open("rows.txt"):
            ask(line, model="gpt-4o-mini")

    main()
    """


def test_a_declared_function_of_an_installed_package_is_a_call_site(tmp_path: Path) -> None:
    (site,) = scanned(tmp_path, whowaits=DECLARED.format(name="ask"), job=LOOP).call_sites
    assert (site.call, site.provider, site.model, site.kind) == ("company.llm.ask", "openai", "gpt-4o-mini", "chat")
    assert site.deciding.verdict.route == "batch"


def test_nothing_is_seen_of_it_where_it_is_not_declared(tmp_path: Path) -> None:
    assert scanned(tmp_path, job=LOOP).call_sites == ()


def test_a_wrapper_that_fits_no_call_is_said_with_its_line(tmp_path: Path) -> None:
    found = scanned(tmp_path, whowaits=DECLARED.format(name="askk"), job=LOOP)
    (skipped,) = found.skipped
    assert (skipped.place.path, skipped.place.line) == ("whowaits.toml", 1)
    assert "company.llm.askk" in skipped.reason
    assert scanned(tmp_path, whowaits=DECLARED.format(name="ask"), job=LOOP).skipped == ()


def test_a_declared_method_is_found_on_whatever_holds_the_client(tmp_path: Path) -> None:
    job = """
    from company.llm import Client

    class Job:
        def __init__(self):
            self.client = Client("key")

        def run(self, rows):
            return [self.client.ask(row) for row in rows]
    """
    (site,) = scanned(tmp_path, whowaits=DECLARED.format(name="Client.ask"), job=job).call_sites
    assert (site.call, site.deciding.verdict.route) == ("company.llm.Client.ask", "batch")


def test_a_declared_function_of_the_tree_itself_is_a_call_site(tmp_path: Path) -> None:
    llm = "def ask(text, model):\n    return open('/dev/gateway').read()\n"
    found = scanned(tmp_path, whowaits=DECLARED.format(name="ask"), job=LOOP, company__llm=llm)
    assert [(s.place.path, s.call) for s in found.call_sites] == [("job.py", "company.llm.ask")]


def test_what_was_kept_without_the_declaration_is_not_used_with_it(tmp_path: Path) -> None:
    assert scanned(tmp_path, cache=True, job=LOOP).call_sites == ()
    assert scanned(tmp_path, cache=True, whowaits=DECLARED.format(name="ask")).call_sites


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ('provider = "openia"', "names no known provider: `openia`; did you mean `openai`?"),
        ('provider = "openai"\nkind = "chatt"', "`chatt` is no kind of call; did you mean `chat`?"),
    ],
)
def test_a_provider_or_kind_that_nobody_knows_is_refused(tmp_path: Path, wrong: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=r"^whowaits\.toml:1: ") as caught:
        scanned(tmp_path, whowaits=f'[[wrapper]]\ncall = "a.b"\n{wrong}\n')
    assert expected in str(caught.value)


PROVISIONED = """
    import json
    import boto3
    client = boto3.client("bedrock-runtime")

    def main():
        for line in open("rows.txt"):
            client.converse(modelId="{model}", messages=[{{"role": "user", "content": [{{"text": line}}]}}])

    main()
    """


@pytest.mark.parametrize(
    ("model", "tier", "route"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", "standard", "batch"),
        ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", "provisioned", "sync"),
    ],
)
def test_calls_on_capacity_paid_for_in_advance_are_listed_and_stay(
    tmp_path: Path, model: str, tier: str, route: str
) -> None:
    found = scanned(tmp_path, job=PROVISIONED.format(model=model))
    (site,) = found.call_sites
    assert (site.tier, site.deciding.verdict.route) == (tier, route)
    assert bool(found.findings) == (route == "batch")
    assert ("prepaid" in site.deciding.verdict.notes) == (tier == "provisioned")


def test_a_retry_loop_that_goes_on_after_a_success_is_a_finding_of_its_own(tmp_path: Path) -> None:
    text = """
    import time
    from openai import OpenAI
    client = OpenAI()

    def embed(text):
        for attempt in range(3):
            try:
                vector = client.embeddings.create(model="text-embedding-3-small", input=text)
                {ends}
            except Exception:
                time.sleep(1)
        return vector
    """
    (found,) = scanned(tmp_path, a=text.format(ends="print(len(vector.data))")).findings
    assert (found.rule, found.message) == (
        "pays-again",
        "The loop at a.py:7 makes this call again although it has worked.",
    )
    assert scanned(tmp_path, a=text.format(ends="break")).findings == ()
