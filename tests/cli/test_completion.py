"""A shell that completes `whowaits` is told commands and options."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def completed(words: str, shell: str = "bash") -> list[str]:
    """What a shell offers after `words`, whose last word is unfinished."""
    environment = {
        **os.environ,
        "_WHOWAITS_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    run = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['whowaits']; from whowaits.cli import main; main()"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.stdout.split()


def test_commands_are_completed() -> None:
    assert {"check", "classify", "audit", "baseline", "rule"} <= set(completed("whowaits "))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_options_are_completed(shell: str) -> None:
    offered = " ".join(completed("whowaits check --diff", shell))
    assert "--diff-base" in offered
    assert "--statistics" not in offered
