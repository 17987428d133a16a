"""Every way that the rules list is found in code that uses it: a rule that cannot fire would be a silent miss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from whowaits.code import index, paths
from whowaits.rules import CallRule, load_calls, load_code

RAW = re.compile(r"with_(raw|streaming)_response\.")


def module_of(dotted: str) -> tuple[str, str]:
    """Split at the first name that looks like a class, else before the last: (module, what to import from it)."""
    parts = dotted.split(".")
    at = next((i for i, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
    return ".".join(parts[:at]), ".".join(parts[at:])


def code_of(constructor: str, chain: str) -> str:
    found = re.match(r"([\w.]+)(.*)$", constructor)
    assert found is not None
    module, name = module_of(found[1])
    made = name + (found[2] if found[2].endswith(")") else found[2] + "()")
    call = "made_here" if chain == "()" else f"made_here.{chain}"
    return (
        f"from {module} import {name.partition('.')[0]}\nmade_here = {made}\n"
        f"def ask():\n    return {call}(model='m', messages=[])\n"
    )


def examples() -> Iterator[tuple[CallRule, str]]:
    """Each rule with code for all chains on its first constructor, all constructors with its first chain, and
    each function. Wildcards, decorators and raw requests (which need a URL) have tests of their own."""
    for rule in load_calls().entries:
        made = [name for name in rule.constructors if "*" not in name]
        for constructor in made[:1]:
            yield from ((rule, code_of(constructor, chain)) for chain in rule.chains)
        yield from ((rule, code_of(constructor, rule.chains[0])) for constructor in made[1:])
        for function in rule.functions:
            if not function.startswith("@"):
                package = function.partition(".")[0]
                yield rule, f"import {package}\ndef ask():\n    return {function}(model='m', messages=[])\n"


def test_every_listed_way_is_recognised_as_the_call_it_is(tmp_path: Path) -> None:
    calls = load_calls()
    wanted: dict[str, tuple[CallRule, str]] = {}
    for number, (rule, text) in enumerate(e for e in examples() if e[0].id != "http.requests"):
        path = tmp_path / f"m{number}.py"
        path.write_text(text, encoding="utf-8")
        wanted[path.name] = (rule, text)
    facts = index.build(tmp_path, sorted(tmp_path.glob("*.py")))
    found: dict[str, list[str]] = {}
    for site in paths.find_sites(facts, calls, load_code()):
        found.setdefault(site.path, []).append(site.rule.id)
    missed = [
        (rule.id, text, found.get(name))
        for name, (rule, text) in wanted.items()
        if rule.kind != "count_tokens" and not RAW.search(text) and rule.id not in found.get(name, [])
    ]
    assert missed == []
    assert len(wanted) > 900


def test_what_counts_tokens_is_no_call(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(code_of("anthropic.Anthropic", "messages.count_tokens"), encoding="utf-8")
    facts = index.build(tmp_path, [path])
    assert paths.find_sites(facts, load_calls(), load_code()) == []


def test_calling_what_a_library_decorated_is_a_call(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        "from mirascope import llm\n"
        "@llm.call(provider='openai', model='gpt-4o-mini')\ndef recommend(genre): ...\n"
        "def run(genres):\n    return [recommend(g) for g in genres]\n",
        encoding="utf-8",
    )
    facts = index.build(tmp_path, [path])
    (site,) = paths.find_sites(facts, load_calls(), load_code())
    assert (site.rule.id, site.provider, site.model, site.line) == (
        "decorator_llm.decorated",
        "openai",
        "gpt-4o-mini",
        5,
    )
