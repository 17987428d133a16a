"""`check` without typer says just what typer would: the same options from the same words, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.main import get_command
from typer.testing import CliRunner

from whowaits.cli import checking, quick
from whowaits.cli.app import app

FIELDS = checking.Options._field_defaults
VALUES = st.sampled_from(
    ["a.py", "new", "25", "x=y", "a,b", "", "-", "-x", "--baseline", "2026-11-20", "json=out.json"]
)
NAMES = st.sampled_from(
    [f"--{f.replace('_', '-')}" for f in FIELDS] + ["--formats", "--no_cache", "-o", "--", "--help", "-"]
)
WORDS = st.lists(st.one_of(NAMES, VALUES, st.builds("{}={}".format, NAMES, VALUES)), max_size=7)


def by_typer(words: Sequence[str]) -> checking.Options | None:
    """What typer hands on; None where it hands nothing on."""
    got: list[checking.Options] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "run", got.append)
        CliRunner().invoke(app, ["check", *words])
    return got[0] if got else None


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_what_is_read_without_typer_is_what_typer_reads(words: list[str]) -> None:
    read = quick.options(["check", *words])
    assert read is None or read == by_typer(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["a.py", "b.ipynb", "--exit-zero"], {"paths": (Path("a.py"), Path("b.ipynb")), "exit_zero": True}),
        (["--baseline", "known.json", "."], {"baseline": Path("known.json"), "paths": (Path(),)}),
        (["--format=json", "--format", "sarif=out.sarif"], {"format": ("json", "sarif=out.sarif")}),
        (["--diff-base", "origin/main", "--fail-on", "new"], {"diff_base": "origin/main", "fail_on": "new"}),
    ],
)
def test_what_a_hook_asks_is_read_without_typer(words: list[str], expected: dict[str, Any]) -> None:
    assert quick.options(["check", *words]) == checking.Options(**expected)


@pytest.mark.parametrize(
    "words", [["check", "--help"], ["check", "--as-of", "2026-11-20"], ["rule"], [], ["check", "--no-cach"]]
)
def test_anything_else_is_typers(words: list[str]) -> None:
    assert quick.options(words) is None


def test_every_option_of_the_command_is_an_option_of_its_work() -> None:
    command = get_command(app).commands["check"]  # type: ignore[attr-defined]
    declared = {p.opts[0].lstrip("-").replace("-", "_") for p in command.params}
    assert declared - {"help"} == set(FIELDS)
