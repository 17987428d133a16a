"""A repository of a small program, with real git."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from whowaits.cli.app import app

HELPER = """from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.responses.create(model="gpt-4o-mini", input=text)
"""
ONCE = "from llm import ask\n\n\ndef one(text):\n    return ask(text)\n"
JOB = "from llm import ask\n\n\ndef main(rows):\n    for row in rows:\n        ask(row)\n"


class Repository:
    """A checkout with a branch `main`, and what `whowaits` says in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commits = 0
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
                    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull,
                    "GIT_CONFIG_SYSTEM": os.devnull}  # fmt: skip
        run = subprocess.run(["git", "-C", str(self.folder), *words], capture_output=True, text=True, check=True,
                             env={**os.environ, **identity})  # fmt: skip
        return run.stdout

    def write(self, **files: str) -> None:
        for name, text in files.items():
            self.write_at(f"{name}.py", text)

    def write_at(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def commit(self) -> None:
        self.git("add", "-A")
        self.commits += 1  # two commits with the same words in one second would be one
        self.git("commit", "-q", "-m", f"change {self.commits}")

    def run(self, *words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin)

    def check(self, *words: str) -> Result:
        return self.run("check", *words)

    def document(self, *words: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.check(*words, "--format", "json").stdout)
        return loaded

    def states(self, *words: str) -> list[tuple[str, str]]:
        """(state, path of the driver) of every finding that is about a call, sorted."""
        found = self.document(*words)
        drivers = {
            u["fingerprint"]: u["driver"]["path"] for s in found["call_sites"] for u in s["usages"] if u["driver"]
        }
        return sorted((f["state"] or "-", drivers[f["fingerprint"]]) for f in found["findings"] if f["call_site"])


CALL = {
    "timestamp": "2026-09-15T02:00:00Z", "model": "gpt-4o-mini", "provider": "openai", "service": "nightly",
    "queue": "bulk", "input_tokens": 1_000_000, "output_tokens": 100_000,
}  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "shop")
    made.write_at(".gitignore", ".whowaits_cache\n")
    made.write(llm=HELPER, once=ONCE)
    made.commit()
    monkeypatch.chdir(made.folder)
    return made


def log(repository: Repository, **more: object) -> str:
    """Write a log in which forty calls of `nightly` are, and return its name."""
    rows = [{**CALL, "request_id": f"r{n}", **more} for n in range(40)]
    repository.write_at("calls.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return "calls.jsonl"
