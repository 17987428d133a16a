"""Programs put together by chance, of which it is known who waits: a call, a way up to it, and what starts that."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import Scan

NAMES = ("ask", "tag_all", "Frage", "спросить", "質問", "سؤال", "größe", "_x1", "rückruf", "नाम")
"""Names in any script; each function of a program has another one."""
LINKS = {
    "direct": "def {up}(x):\n    return {low}(x)\n",
    "keyword": "def {up}(x):\n    y = {low}(x=x)\n    return y\n",
    "alias": "def {up}(x):\n    other = {low}\n    return other(x)\n",
    "partial": "import functools\n\n\ndef {up}(x):\n    return functools.partial({low}, x)()\n",
    "lambda": "def {up}(x):\n    return (lambda y: {low}(y))(x)\n",
    "method": "class Of{up}:\n    def run(self, x):\n        return {low}(x)\n\n\ndef {up}(x):\n    return Of{up}().run(x)\n",
    "callable": "class Of{up}:\n    def __call__(self, x):\n        return {low}(x)\n\n\ndef {up}(x):\n    tool = Of{up}()\n    return tool(x)\n",
    "base": "class Base{up}:\n    def run(self, x):\n        return self.hook(x)\n\n\nclass Of{up}(Base{up}):\n    def hook(self, x):\n"
    "        return {low}(x)\n\n\ndef {up}(x):\n    return Of{up}().run(x)\n",
    "decorated": "import functools\n\n\ndef kept(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n\n    return inner\n\n\n"
    "@kept\ndef {up}(x):\n    return {low}(x)\n",
    "handler": "def {up}(x):\n    try:\n        return {low}(x)\n    except ValueError:\n        return None\n",
    "itself": "def {up}(x):\n    if len(x) > 9:\n        return {up}(x[:9])\n    return {low}(x)\n",
}


class Top(NamedTuple):
    """What stands above a call: its text, the route that follows, and the line of the driver in the text, if there is one."""

    text: str
    route: str
    driver: int | None


TOPS = {
    "loop": Top("def main(rows):\n    for row in rows:\n        {low}(row)\n", "batch", 2),
    "comprehension": Top("def main(rows):\n    return [{low}(row) for row in rows]\n", "batch", 2),
    "pool": Top(
        "from concurrent.futures import ThreadPoolExecutor\n\n\ndef main(rows):\n    with ThreadPoolExecutor() as pool:\n"
        "        return list(pool.map({low}, rows))\n",
        "batch",
        6,
    ),
    "file": Top("for line in open('rows.txt'):\n    {low}(line)\n", "batch", 1),
    "route": Top(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/ask')\ndef handle(text: str):\n    return {low}(text)\n",
        "sync",
        None,
    ),
    "route with a loop": Top(
        "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/all')\ndef handle():\n"
        "    return [{low}(text) for text in request.json]\n",
        "sync",
        8,
    ),
    "retry": Top(
        "def main(x):\n    for attempt in range(3):\n        try:\n            return {low}(x)\n        except OSError:\n            continue\n",
        "unknown",
        None,
    ),
    "prompt": Top("while True:\n    print({low}(input('> ')))\n", "sync", None),
    "crontab": Top("{low}('the news')\n", "batch", None),
    "once": Top("{low}('the news')\n", "unknown", None),
}
PROGRAMS = st.tuples(
    st.permutations(NAMES),
    st.lists(st.sampled_from(sorted(LINKS)), max_size=4),
    st.lists(st.sampled_from(sorted(TOPS)), min_size=1, max_size=3, unique=True),
    st.booleans(),
)


def files_of(names: list[str], links: list[str], tops: list[str], one_file: bool) -> dict[str, str]:
    """The files of a program: each link in a module of its own, or all in one; each top in a module of its own."""
    call = f"import openai\n\nclient = openai.OpenAI()\n\n\ndef {names[0]}(x):\n    return client.responses.create(model='gpt-5', input=x)\n"
    modules = [call]
    for number, link in enumerate(links, start=1):
        head = "" if one_file else f"from m{number - 1} import {names[number - 1]}\n\n\n"
        modules.append(head + LINKS[link].format(up=names[number], low=names[number - 1]))
    joined = {"m0.py": "\n\n".join(modules)} if one_file else {f"m{n}.py": text for n, text in enumerate(modules)}
    last = f"from m{0 if one_file else len(links)} import {names[len(links)]}\n\n\n"
    started = {f"top{n}.py": last + TOPS[top].text.format(low=names[len(links)]) for n, top in enumerate(tops)}
    crontab = "".join(f"0 2 * * * cd /srv && python top{n}.py\n" for n, top in enumerate(tops) if top == "crontab")
    return {**joined, **started, **({"crontab": crontab} if crontab else {})}


def scanned(files: dict[str, str]) -> Scan:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).write_text(text, encoding="utf-8")
        return scan(root, [root], Config(), cache=False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROGRAMS)
def test_who_waits_is_found_however_a_program_is_put_together(
    program: tuple[list[str], list[str], list[str], bool],
) -> None:
    files = files_of(*program)
    found = scanned(files)
    (site,) = found.call_sites
    tops = {f"top{n}.py": TOPS[name] for n, name in enumerate(program[2])}
    told = {}
    for usage in site.usages:
        top = usage.via[0].place.path
        driver = (
            None if usage.driver is None or usage.driver.path == "crontab" else (usage.driver.path, usage.driver.line)
        )
        told[top] = (usage.verdict.route, driver)
    expected = {path: (top.route, (path, top.driver + 3) if top.driver else None) for path, top in tops.items()}
    assert told == expected
    assert found.skipped == ()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROGRAMS)
def test_the_order_of_files_and_a_second_run_change_nothing(
    program: tuple[list[str], list[str], list[str], bool],
) -> None:
    files = files_of(*program)
    assert scanned(files).call_sites == scanned(dict(reversed(files.items()))).call_sites
