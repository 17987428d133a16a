"""The ways from an entry point down to a call of a model, with what encloses each step."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from whowaits.code.paths import MAX_PATHS, MAX_TEST_PATHS
from whowaits.code.site import EntryPoint, Path, Site
from whowaits.rules import CodeRule, Says, When

Find = Callable[..., list[Site]]

HEAD = "import openai\n\n\ndef ask(x):\n    return openai.responses.create(model='m', input=x)\n\n\n"
CALL = "openai.responses.create(model='m', input=x)"


def rule(name: str, kind: str, **when: tuple[str, ...]) -> CodeRule:
    return CodeRule("", "", "", When(**when), Says(text="", entry=kind), id=name)


def only(sites: list[Site]) -> Site:
    assert len(sites) == 1
    return sites[0]


def way(path: Path) -> list[str]:
    """The functions of a path from the top down, with what hands each function below on."""
    return [s.function + (f" ~{s.through}" if s.through else "") for s in reversed(path.steps)]


def ways(site: Site) -> list[list[str]]:
    return [way(p) for p in site.paths]


def around(site: Site, step: int = 0) -> list[tuple[str, int, int]]:
    return [tuple(e) for e in site.paths[0].steps[step].enclosures]  # type: ignore[misc]


# -- what encloses a call --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "enclosures"),
    [
        (f"for x in xs:\n    {CALL}\n", [("for", 2, 3)]),
        (f"for y in {CALL}:\n    pass\n", []),
        (f"for y in xs:\n    pass\nelse:\n    {CALL}\n", []),
        (f"while {CALL}:\n    pass\n", [("while", 2, 3)]),
        (f"while True:\n    pass\nelse:\n    {CALL}\n", []),
        (f"[{CALL} for x in xs]\n", [("comprehension", 2, 2)]),
        (f"[y for y in {CALL}]\n", []),
        (f"[y for x in xs for y in {CALL}]\n", [("comprehension", 2, 2)]),
        (f"[x for x in xs if {CALL}]\n", [("comprehension", 2, 2)]),
        (f"{{x: {CALL} for x in xs}}\n", [("comprehension", 2, 2)]),
        (f"list({CALL} for x in xs)\n", [("comprehension", 2, 2)]),
        (f"try:\n    {CALL}\nexcept E:\n    pass\n", [("try", 2, 5)]),
        (f"try:\n    pass\nexcept E:\n    {CALL}\n", [("try", 2, 5)]),
        (f"with a:\n    {CALL}\n", [("with", 2, 3)]),
        (f"with {CALL} as a:\n    pass\n", []),
        (f"for a in b:\n    while c:\n        {CALL}\n", [("while", 3, 4), ("for", 2, 4)]),
        (f"go = lambda x: {CALL}\n", [("lambda", 2, 2)]),
        (f"for y in ys:\n    go = lambda x: {CALL}\n", [("lambda", 3, 3), ("for", 2, 3)]),
        (f"if a:\n    {CALL}\n", []),
    ],
)
def test_enclosures_are_innermost_first_and_leave_out_what_runs_once(
    find: Find, text: str, enclosures: list[tuple[str, int, int]]
) -> None:
    assert around(only(find({"a.py": f"import openai\n{text}"}))) == enclosures


def test_a_loop_around_a_definition_is_not_around_the_calls_in_it(find: Find) -> None:
    text = f"import openai\nfor y in ys:\n    def f(x):\n        return {CALL}\n"
    assert around(only(find({"a.py": text}))) == []


# -- who calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask(1)\n", [["<module>", "ask"]]),
        ("if __name__ == '__main__':\n    ask(1)\n", [["<module>", "ask"]]),
        ("def a():\n    ask(1)\n\n\ndef b():\n    a()\n", [["b", "a", "ask"]]),
        ("def a():\n    ask(1)\n\n\ndef b():\n    ask(2)\n", [["a", "ask"], ["b", "ask"]]),
        ("async def a():\n    await ask(1)\n", [["a", "ask"]]),
        ("def a():\n    def inner():\n        ask(1)\n    inner()\n", [["a", "a.inner", "ask"]]),
        ("class A:\n    def __init__(self):\n        ask(1)\n\n\ndef f():\n    A()\n", [["f", "A.__init__", "ask"]]),
        ("class A:\n    def m(self):\n        ask(1)\n\n    def n(self):\n        self.m()\n", [["A.n", "A.m", "ask"]]),
        ("class A:\n    @staticmethod\n    def m():\n        ask(1)\n\n\ndef f():\n    A.m()\n", [["f", "A.m", "ask"]]),
        (
            "class A:\n    @classmethod\n    def m(cls):\n        ask(1)\n\n\ndef f():\n    A.m()\n",
            [["f", "A.m", "ask"]],
        ),
        (
            "class A:\n    def __call__(self, x):\n        ask(x)\n\n\ndef f(a: A):\n    a(1)\n",
            [["f", "A.__call__", "ask"]],
        ),
        (
            "class A:\n    def __call__(self, x):\n        ask(x)\n\n\ndef f():\n    for a in {'k': A()}.values():\n        a(1)\n",
            [["f", "A.__call__", "ask"]],
        ),
        ("tool = ask\n\n\ndef f():\n    tool(1)\n", [["f", "ask"]]),
        ("TOOLS = {'ask': ask}\n\n\ndef f(n):\n    TOOLS[n](1)\n", [["f", "ask"]]),
        ("def pick():\n    return ask\n\n\ndef f():\n    pick()(1)\n", [["f", "ask"]]),
        ("def f(job=ask):\n    job(1)\n", [["f", "ask"]]),
        ("def g(xs):\n    yield from map(ask, xs)\n", [["g ~builtins.map", "ask"]]),
        ("import threading\n\n\ndef f():\n    threading.Thread(target=ask)\n", [["f ~threading.Thread", "ask"]]),
        (
            "from concurrent.futures import ThreadPoolExecutor\n\n\ndef f(xs):\n    with ThreadPoolExecutor() as pool:\n        pool.map(ask, xs)\n",
            [["f ~concurrent.futures.ThreadPoolExecutor.map", "ask"]],
        ),
        (
            "import asyncio\n\n\nasync def f(x):\n    await asyncio.to_thread(ask, x)\n",
            [["f ~asyncio.to_thread", "ask"]],
        ),
        (
            "import pandas as pd\n\n\ndef f():\n    pd.read_csv('x').a.apply(lambda x: ask(x))\n",
            [["f ~pandas.read_csv.a.apply", "f", "ask"]],
        ),
        ("def f(pool, xs):\n    pool.imap(ask, xs)\n", [["f ~*.imap", "ask"]]),
        (
            "import functools\n\n\ndef f(pool, xs):\n    job = functools.partial(ask, 1)\n    pool.map(job, xs)\n",
            [["f ~*.map", "ask"]],
        ),
        ("from tenacity import retry\n\n\ndef f(x):\n    retry(stop=3)(ask)(x)\n", [["f", "ask"]]),
        (
            "from tenacity import retry\n\n\n@retry\ndef again(x):\n    ask(x)\n\n\ndef f():\n    again(1)\n",
            [["f", "again", "ask"]],
        ),
        (
            "from celery import Celery\napp = Celery()\n\n\n@app.task\ndef job(x):\n    ask(x)\n\n\ndef f():\n    job.delay(1)\n",
            [["f ~celery.Celery.task.delay", "job", "ask"]],
        ),
        (
            "from contextlib import contextmanager\n\n\n@contextmanager\ndef session():\n    yield ask(1)\n\n\ndef f():\n    with session():\n        pass\n",
            [["f", "session", "ask"]],
        ),
    ],
)
def test_a_caller_is_found(find: Find, text: str, expected: list[list[str]]) -> None:
    assert ways(only(find({"a.py": HEAD + text}))) == expected


def test_a_callback_runs_inside_what_it_is_given_to(find: Find) -> None:
    text = HEAD + (
        "def each(xs, job):\n    for x in xs:\n        job(x)\n\n\n"
        "def other(xs):\n    each(xs, print)\n\n\ndef f(xs):\n    each(xs, ask)\n"
    )
    site = only(find({"a.py": text}))
    assert ways(site) == [["f", "each", "ask"]]
    assert around(site, 1) == [("for", 9, 10)]


def test_a_callback_that_is_handed_on_keeps_both_steps(find: Find) -> None:
    text = HEAD + "def each(pool, job, xs):\n    pool.map(job, xs)\n\n\ndef f(pool, xs):\n    each(pool, ask, xs)\n"
    assert ways(only(find({"a.py": text}))) == [["f", "each ~*.map", "ask"]]


def test_a_closure_runs_where_what_its_maker_returned_is_called(find: Find) -> None:
    text = HEAD + (
        "def again(job):\n    def run(x):\n        while True:\n            return job(x)\n    return run\n\n\n"
        "safe = again(ask)\n\n\ndef f(xs):\n    for x in xs:\n        safe(x)\n"
    )
    site = only(find({"a.py": text}))
    assert ways(site) == [["f", "again.run", "ask"]]
    assert [e[0] for e in around(site, 1)] == ["while"]
    assert [e[0] for e in around(site, 2)] == ["for"]


def test_an_item_of_a_list_of_dictionaries_is_what_stands_under_its_key(find: Find) -> None:
    text = HEAD + (
        "jobs = []\njobs.append({'run': ask, 'stop': print})\n\n\ndef work(x):\n    for job in jobs:\n"
        "        job['run'](x)\n\n\ndef end():\n    for job in jobs:\n        job['stop']()\n"
    )
    assert ways(only(find({"a.py": text}))) == [["work", "ask"]]


def test_a_wrapper_that_two_share_runs_what_was_wrapped_where_it_is_called(find: Find) -> None:
    text = HEAD + (
        "def other(x):\n    return x\n\n\ndef counted(job):\n    def run(x):\n        return job(x)\n    return run\n\n\n"
        "class A:\n    def __init__(self):\n        self.job = counted(ask)\n\n    def go(self, x):\n        self.job(x)\n\n\n"
        "class B:\n    def __init__(self):\n        self.job = counted(other)\n\n    def go(self, x):\n        self.job(x)\n\n\n"
        "def plain(job):\n    return job\n\n\n"
        "class C:\n    def __init__(self):\n        self.job = plain(ask)\n\n    def go(self, x):\n        self.job(x)\n\n\n"
        "class D:\n    def __init__(self):\n        self.job = plain(other)\n\n    def go(self, x):\n        self.job(x)\n"
    )
    assert {w[0] for w in ways(only(find({"a.py": text})))} == {"A.go", "C.go"}


def test_a_lambda_given_to_a_helper_is_a_step_of_its_own(find: Find) -> None:
    text = "import openai\n\n\ndef each(xs, job):\n    for x in xs:\n        job(x)\n\n\n" + (
        f"def f(xs):\n    if xs:\n        each(xs, lambda x: {CALL})\n"
    )
    site = only(find({"a.py": text}))
    assert [(s.function, s.line, [e.kind for e in s.enclosures]) for s in site.paths[0].steps] == [
        ("f", 11, ["lambda"]),
        ("each", 6, ["for"]),
        ("f", 11, []),
    ]


def test_an_sdk_method_that_is_handed_on_says_to_what(find: Find) -> None:
    text = "import openai\n\n\ndef f(pool, xs):\n    pool.map(openai.OpenAI().responses.create, xs)\n"
    site = only(find({"a.py": text}))
    assert (site.line, site.paths[0].steps[0].through) == (5, "*.map")


BASE = (
    "class Base:\n    def run(self, xs):\n        for x in xs:\n            self.hook(x)\n\n    def hook(self, x):\n"
    "        raise NotImplementedError\n"
)


def test_a_loop_of_a_base_class_reaches_the_hook_of_the_subclass(find: Find) -> None:
    tree = {
        "base.py": BASE,
        "a.py": f"import openai\nfrom base import Base\n\n\nclass A(Base):\n    def hook(self, x):\n        {CALL}\n",
    }
    site = only(find(tree))
    assert ways(site) == [["Base.run", "A.hook"]]
    assert [e.kind for e in site.paths[0].steps[1].enclosures] == ["for"]


def test_who_runs_one_subclass_does_not_run_its_sibling(find: Find) -> None:
    tree = {
        "base.py": BASE,
        "a.py": f"import openai\nfrom base import Base\n\n\nclass A(Base):\n    def hook(self, x):\n        {CALL}\n\n\nclass B(Base):\n    def hook(self, x):\n        pass\n",
        "b.py": "from a import A, B\n\n\ndef with_a(xs):\n    A().run(xs)\n\n\ndef with_b(xs):\n    B().run(xs)\n",
    }
    assert ways(only(find(tree))) == [["with_a", "Base.run", "A.hook"]]


def test_a_method_of_something_unknown_is_found_by_a_telling_name(find: Find) -> None:
    text = (
        HEAD + "class Issue:\n    def make_summary(self):\n        ask(1)\n\n    def save(self):\n        ask(2)\n\n\n"
    )
    more = "def command(issues):\n    for issue in issues.all():\n        issue.make_summary()\n        issue.save()\n"
    assert ways(only(find({"a.py": text + more}))) == [["Issue.save", "ask"], ["command", "Issue.make_summary", "ask"]]


def test_recursion_comes_to_an_end(find: Find) -> None:
    text = HEAD + "def a(x):\n    ask(x)\n    b(x)\n\n\ndef b(x):\n    a(x)\n"
    site = only(find({"a.py": text}))
    assert ways(site) == [["b", "a", "ask"]]
    assert all(len(set(way(p))) == len(p.steps) for p in site.paths)


def test_a_function_that_only_calls_itself_has_no_caller(find: Find) -> None:
    site = only(find({"a.py": "import openai\n\n\ndef a(x):\n    a(openai.responses.create(model='m', input=x))\n"}))
    assert [p.entry.kind for p in site.paths] == ["none"]


def test_no_more_than_so_many_paths_shortest_first(find: Find) -> None:
    callers = "".join(f"def f{n}():\n    ask({n})\n\n\n" for n in range(200))
    site = only(find({"a.py": HEAD + callers + "def deep():\n    f0()\n"}))
    lengths = [len(p.steps) for p in site.paths]
    assert len(lengths) == MAX_PATHS - MAX_TEST_PATHS
    assert lengths == sorted(lengths)


def test_tests_do_not_crowd_out_the_rest(find: Find) -> None:
    tests = "from a import ask\n\n\n" + "".join(f"def test_{n}():\n    ask({n})\n\n\n" for n in range(100))
    text = HEAD + "def one():\n    ask(1)\n\n\ndef two():\n    one()\n\n\ndef three():\n    two()\n"
    site = only(find({"a.py": text, "tests/test_a.py": tests}))
    assert ["three", "two", "one", "ask"] in ways(site)
    assert sum(p.steps[-1].path.startswith("tests/") for p in site.paths) == MAX_TEST_PATHS


def test_the_same_tree_gives_the_same_paths_in_the_same_order(find: Find) -> None:
    text = HEAD + "".join(f"def f{n}():\n    ask({n})\n    f{(n * 7) % 20}()\n\n\n" for n in range(20))
    assert ways(only(find({"a.py": text}))) == ways(only(find({"a.py": text})))


# -- entry points ----------------------------------------------------------------------------------------------

ROUTE = rule("route", "route", decorated_by=("fastapi.*.get", "*.app.route"))


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (ROUTE, "from fastapi import FastAPI\napi = FastAPI()\n\n\n@api.get('/x')\ndef top():\n    ask(1)\n"),
        (ROUTE, "from fastapi import APIRouter\nr = APIRouter()\n\n\n@r.get('/x')\nasync def top():\n    ask(1)\n"),
        (ROUTE, "from somewhere import app\n\n\n@app.route('/x')\ndef top():\n    ask(1)\n"),
        (ROUTE, "@app.route('/x')\ndef top():\n    ask(1)\n"),
        (
            rule("command", "command", subclass_of=("django.*.BaseCommand",), named=("handle",)),
            "from django.core.management.base import BaseCommand\n\n\nclass Mine(BaseCommand):\n    pass\n\n\nclass Top(Mine):\n    def handle(self):\n        ask(1)\n",
        ),
        (rule("test", "test", named=("test_*",)), "def test_top():\n    ask(1)\n"),
        (rule("page", "ui", imports=("streamlit",)), "import streamlit as st\n\n\ndef top():\n    ask(1)\n"),
        (rule("repl", "repl", calls=("builtins.input",)), "def top():\n    ask(input())\n"),
        (rule("file", "task", in_file=("*.py",), named=("top",)), "def top():\n    ask(1)\n"),
        (
            rule("bot", "bot", passed_to=("telegram.ext.CommandHandler",)),
            "from telegram.ext import CommandHandler\n\n\ndef top():\n    ask(1)\n\n\nCommandHandler('x', top)\n",
        ),
        (
            rule("bot", "bot", passed_to=("*.on_message",)),
            "def top():\n    ask(1)\n\n\ndef main(bot):\n    bot.on_message(top)\n",
        ),
    ],
)
def test_a_rule_names_the_entry_point(find: Find, rules: CodeRule, text: str) -> None:
    site = only(find({"a.py": HEAD + text}, [rules]))
    mine = [p for p in site.paths if p.entry.rule == rules.id]
    assert [(p.entry.kind, p.steps[0].function) for p in mine] == [(rules.says.entry, "ask")] or rules.id in ("page",)
    assert mine
    assert all(p.entry.kind != "none" for p in site.paths)


def test_a_function_that_is_handed_to_an_entry_is_not_run_by_who_hands_it(find: Find) -> None:
    text = HEAD + "def top():\n    ask(1)\n\n\ndef main(bot):\n    bot.on_message(top)\n\n\nmain(1)\n"
    site = only(find({"a.py": text}, [rule("bot", "bot", passed_to=("*.on_message",))]))
    assert [(p.entry, way(p)) for p in site.paths] == [(EntryPoint("bot", "bot", "a.py", 8), ["top", "ask"])]


def test_an_entry_that_is_called_elsewhere_too_gives_both_paths(find: Find) -> None:
    text = HEAD + "@app.route('/')\ndef page():\n    ask(1)\n\n\ndef nightly():\n    page()\n"
    site = only(find({"a.py": text}, [ROUTE]))
    assert [(p.entry.kind, way(p)) for p in site.paths] == [
        ("route", ["page", "ask"]),
        ("none", ["nightly", "page", "ask"]),
    ]


def test_rules_about_facts_of_a_step_are_no_entry_points(find: Find) -> None:
    about = CodeRule("", "", "", When(named=("ask",), fact="retry-loop"), Says(text="", entry="task"), id="x")
    assert only(find({"a.py": HEAD}, [about])).paths[0].entry.kind == "none"


def test_code_that_runs_with_its_file_is_a_script(find: Find) -> None:
    site = only(find({"a.py": HEAD + "x = 1\nask(x)\n"}))
    assert [p.entry for p in site.paths] == [EntryPoint("script", None, "a.py", 9)]


# -- places ----------------------------------------------------------------------------------------------------


def test_a_step_tells_the_lines_of_its_function_with_decorators(find: Find) -> None:
    site = only(find({"a.py": f"import openai\n\n\n@one\n@two(\n    3,\n)\ndef f(x):\n    return {CALL}\n\n\ny = 1\n"}))
    (step,) = site.paths[0].steps
    assert (step.first_line, step.last_line, step.line, step.column) == (4, 9, 9, 12)


def test_in_a_notebook_lines_count_inside_their_cell(find: Find) -> None:
    cells = [
        "%pip install openai\nimport openai\n",
        "# text\n\n",
        f"def ask(x):\n    return {CALL}\n",
        "for x in xs:\n    ask(x)\n",
    ]
    book = {"cells": [{"cell_type": "markdown", "source": "# x"}, *({"cell_type": "code", "source": c} for c in cells)]}
    site = only(find({"n.ipynb": json.dumps(book)}))
    call, loop = site.paths[0].steps
    assert (site.cell, site.line, call.first_line, call.last_line) == (3, 2, 1, 2)
    assert (loop.cell, loop.line, loop.function, loop.first_line, loop.last_line) == (4, 2, "<module>", 1, 2)
    assert [tuple(e) for e in loop.enclosures] == [("for", 1, 2)]
    assert site.paths[0].entry == EntryPoint("script", None, "n.ipynb", 2, 4)
