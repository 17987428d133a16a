"""What is found when files are read on demand is what is found when all of them are read."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whowaits.code import files, index, paths, sieve, words
from whowaits.code.holders import Holders
from whowaits.code.sdk import Sdks
from whowaits.code.summaries import Numbers, Summaries
from whowaits.code.summary import terminal
from whowaits.code.values import Resolver
from whowaits.rules import load_calls, load_code

PROGRAMS = re.split(
    r"^=== (\w+): .+\n", Path(__file__).with_name("programs.txt").read_text(encoding="utf-8"), flags=re.MULTILINE
)[1:]


class Everything(Summaries):
    """Summaries that give every file in answer to every question."""

    def mentioning(self, name: str, how: str = "") -> Iterator[str]:
        yield from self


def facts(root: Path, kind: type[Summaries]) -> index.Facts:
    looked = index.look(root, files.names(root), None, {})
    numbers = {place: fresh.numbers for place, fresh in looked.new.items() if fresh.numbers is not None}
    given = kind(tuple(numbers), Numbers(numbers, lambda: numbers), looked.code, looked._summary)
    return index.Facts(root, given, looked)


def written(root: Path, tree: dict[str, str]) -> Path:
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def held_by_all(resolver: Resolver, node: tuple[str, int]) -> set[tuple[str, int]]:
    """The calls of something held that run a function, by looking at every call of every file."""
    found = set()
    for path, summary in resolver.files.items():
        for number, call in enumerate(summary.calls):
            name = terminal(call.func)
            is_held = resolver.uses.is_held(name) if name else bool(call.func) and call.func[0] == "c"
            if is_held and node in resolver.params.callees(path, number):
                found.add((path, number))
    return found


def resolver_of(root: Path, kind: type[Summaries]) -> Resolver:
    sdks = Sdks(load_calls())
    return Resolver(facts(root, kind).files, sdks.roots, sdks.wrappers, sdks.literals)


WAYS = (
    "kept{n} = {f}\n\n\ndef use{n}(x):\n    kept{n}(x)\n",
    "TABLE{n} = {{'a': {f}, 'b': print}}\n\n\ndef use{n}(key, x):\n    TABLE{n}[key](x)\n",
    "TABLE{n} = {{'a': {f}}}\n\n\ndef use{n}(key, x):\n    step = TABLE{n}.get(key)\n    step(x)\n",
    "def give{n}():\n    return {f}\n\n\ndef use{n}(x):\n    give{n}()(x)\n",
    "def run{n}(function, x):\n    function(x)\n\n\ndef use{n}(x):\n    run{n}({f}, x)\n",
    "class Box{n}:\n    def __init__(self, step):\n        self.step{n} = step\n\n    def go{n}(self, x):\n        self.step{n}(x)\n\n\nbox{n} = Box{n}({f})\n",
    "class Box{n}:\n    inner{n} = staticmethod({f})\n\n\ndef use{n}(box: Box{n}, x):\n    box.inner{n}(x)\n",
    "from dataclasses import dataclass\n\n\n@dataclass\nclass Job{n}:\n    size: int\n    work{n}: object\n\n\nJOB{n} = Job{n}(1, {f})\n\n\ndef use{n}(x):\n    JOB{n}.work{n}(x)\n",
    "import functools\n\nlater{n} = functools.partial({f}, 1)\n\n\ndef use{n}():\n    later{n}()\n",
    "def use{n}(x, step={f}):\n    step(x)\n",
    "steps{n} = []\nsteps{n}.append({f})\n\n\ndef use{n}(x):\n    for step in steps{n}:\n        step(x)\n",
    "class With{n}:\n    def __enter__(self):\n        return {f}\n\n    def __exit__(self, *a):\n        pass\n\n\ndef use{n}(x):\n    with With{n}() as step:\n        step(x)\n",
    "class Call{n}:\n    def __call__(self, x):\n        {f}(x)\n\n\ndef use{n}(x):\n    made = Call{n}()\n    made(x)\n",
    "class Base{n}:\n    def all{n}(self, x):\n        self.hook{n}(x)\n\n\nAlias{n} = Base{n}\n\n\nclass Sub{n}(Alias{n}):\n    def hook{n}(self, x):\n        {f}(x)\n",
    "def wrap{n}(function):\n    def inner(*args):\n        return function(*args)\n\n    return inner\n\n\n@wrap{n}\ndef use{n}(x):\n    {f}(x)\n\n\nuse{n}(1)\n",
    "class Door{n}:\n    @property\n    def way{n}(self):\n        return {f}\n\n\nway{n} = 1\n\n\ndef use{n}(x):\n    Door{n}().way{n}(x)\n",
    "def pass{n}(**more):\n    end{n}(**more)\n\n\ndef end{n}(step=None, x=None):\n    step(x)\n\n\npass{n}(step={f}, x=1)\n",
    "import this_tree_has_not\n\nresult{n} = this_tree_has_not.choose({f})\nnext(iter([{f}]))(2)\n",
)


def generated(seed: int) -> dict[str, str]:
    """A tree in which functions travel from file to file in many ways, by names and under other names."""
    draw = random.Random(seed)
    tree = {
        "m0.py": "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef ask(x):\n    client.responses.create(model='gpt-5', input=x)\n"
    }
    known = [("m0", "ask")]
    for n in range(1, draw.randrange(4, 9)):
        module, function = draw.choice(known)
        head, name = draw.choice(
            (
                (f"from {module} import {function}\n", function),
                (f"from {module} import {function} as other{n}\n", f"other{n}"),
                (f"import {module}\n", f"{module}.{function}"),
                (f"import {module} as short{n}\n", f"short{n}.{function}"),
                (f"from {module} import *\n", function),
            )
        )
        ways = draw.sample(WAYS, 3)
        tree[f"m{n}.py"] = head + "".join("\n\n" + way.format(n=f"{n}{k}", f=name) for k, way in enumerate(ways))
        known += [(f"m{n}", f"use{n}{k}") for k, way in enumerate(ways) if "def use{n}" in way]
    tree["far.py"] = "def nothing(x):\n    return [y for y in x]\n"
    return tree


@pytest.mark.parametrize("seed", range(40))
def test_generated_trees_give_the_same_sites_and_the_same_held_calls(tmp_path: Path, seed: int) -> None:
    root = written(tmp_path, generated(seed))
    found, eager = (paths.find_sites(facts(root, kind), load_calls(), load_code()) for kind in (Summaries, Everything))
    assert found == eager
    assert found
    resolver = resolver_of(root, Summaries)
    holders = Holders(resolver)
    every = resolver_of(root, Everything)
    for path, summary in every.files.items():
        for number, scope in enumerate(summary.scopes):
            if scope.is_function:
                held = {c for c in holders.calls((path, number)) if c not in every.uses.calls(scope.name)}
                known = {c for c in held_by_all(every, (path, number)) if c not in every.uses.calls(scope.name)}
                assert held == known, (path, scope.qualname)


@pytest.mark.parametrize("text", PROGRAMS[1::2], ids=PROGRAMS[0::2])
def test_programs_give_the_same_sites(tmp_path: Path, text: str) -> None:
    parts = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)[1:]
    root = written(tmp_path, dict(zip(parts[0::2], parts[1::2], strict=True)))
    found, eager = (paths.find_sites(facts(root, kind), load_calls(), load_code()) for kind in (Summaries, Everything))
    assert found == eager


def test_a_file_that_holds_no_name_that_is_asked_about_is_not_parsed(tmp_path: Path) -> None:
    root = written(tmp_path, {**generated(1), "broken.py": "def far_away(:\n"})
    looked = index.look(root, files.names(root), None, {})
    found = looked.facts()
    paths.find_sites(found, load_calls(), load_code())
    assert "far.py" not in found.files.told
    assert [s.place.path for s in looked.skipped()] == ["broken.py"]


@pytest.mark.parametrize(
    ("text", "name", "how", "holds"),
    [
        ("x.name = 1", "name", words.STORED, True),
        ("x.y.name: int = 1", "name", words.STORED, True),
        ("for x.name in y: pass", "name", words.STORED, True),
        ("x.name.append(1)", "name", words.STORED, True),
        ("self.name = 1", "name", words.STORED, False),
        ("name(1)", "name", words.CALLED, True),
        ("(name)(1)", "name", words.CALLED, True),
        ("names[0] (1)", "names", words.CALLED, True),
        ("getattr(x, 'name')(1)", "name", words.CALLED, True),
        ("f(name)", "name", words.USED, True),
        ("name(1)", "name", words.USED, False),
        ("f(name=1)", "name", words.USED, False),
        ("f(x=name)", "name", words.USED, True),
        ("x = [y.name]", "name", words.USED, True),
        ("import m as name", "name", words.USED, True),
        ("from m import name", "name", words.USED, False),
        ("async def name(): pass", "name", words.DEFINED, True),
        ("# name", "name", "", False),
        ("'some name'", "name", "", False),
        ("f'some {name}'", "name", "", True),
        ("x: 'list[name] | None'", "name", "", True),
        ("'na' 'me'", "name", "", True),
        ("'n\\x61me'", "name", "", True),
        ('\'\'\'it\'s\'\'\' + name + """a \\""" b"""', "name", "", True),
        ("größe = 1", "größe", "", True),
        ("ﬁle = 1", "file", "", True),
        ("from a.name import b", "name", words.IMPORTED, True),
        ("import a, \\\n name", "name", words.IMPORTED, True),
        ("class A(b.name, metaclass=M): pass", "name", words.IN_HEAD, True),
        ("class A(\n    name,\n): pass", "name", words.IN_HEAD, True),
        ("class A: name = 1", "name", words.IN_HEAD, False),
        ("getattr(x, y)", "", words.COMPUTED, True),
        ("getattr(x, 'name')", "", words.COMPUTED, False),
    ],
)
def test_the_code_of_a_file_tells_how_it_holds_a_name(text: str, name: str, how: str, holds: bool) -> None:
    may_hold = set(sieve.numbers_of(sieve.words_of(text.encode()))).issuperset(sieve.questions(name, how))
    assert (may_hold and words.Code(text.encode()).holds(name, how)) == holds
    assert may_hold or not holds


def test_a_name_in_another_encoding_is_found() -> None:
    text = "# coding: latin-1\ngröße = 1\n".encode("latin-1")
    assert words.Code(text).holds("größe", "")
    assert set(sieve.numbers_of(sieve.words_of(text))).issuperset(sieve.questions("größe", ""))


SITES = (
    "import sys; from pathlib import Path; from whowaits.code.scan import scan; from whowaits.config import Config;"
    "print(scan(Path(sys.argv[1]), [], Config(), cache=sys.argv[2] == 'cache'))"
)


def test_neither_hash_seed_nor_cache_nor_a_second_process_changes_what_is_found(tmp_path: Path) -> None:
    root = written(tmp_path, generated(3))
    ways = [("1", "none"), ("2", "none"), ("3", "cache"), ("4", "cache")]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SITES, str(root), cache],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed, cache in ways
    ]
    said = {run.communicate()[0] for run in runs}
    assert len(said) == 1
    assert b"m0.py" in said.pop()
