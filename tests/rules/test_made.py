"""What a wheel holds as Python is what the rules say."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tools import made as build
from whowaits.code import index
from whowaits.model import Basis
from whowaits.rules import load_calls
from whowaits.rules.made import made
from whowaits.rules.offers import Back

ROOT = Path(__file__).parents[2]
LOOK = """
import json, sys, whowaits
from pathlib import Path
from whowaits import cli, rules
from whowaits.code import index
from whowaits.rules import calls, offers, patterns
sys.argv = ["whowaits", "check", "--isolated", "--no-cache", sys.argv[1]]
try:
    cli.main()
except SystemExit:
    pass
loaded = "yaml" in sys.modules
same = (rules.load_calls() == calls.read_calls(rules.rules_dir()), rules.load_offers() == offers.read_offers(rules.rules_dir()),
        rules.load_code() == patterns.read_code(rules.rules_dir()), index.digest() in index.version())
print(Path(whowaits.__file__).parent, loaded, all(same))
"""


def loaded(text: str) -> Any:
    module = ModuleType("made")
    exec(compile(text, "made", "exec"), vars(module))
    return module.MADE


@pytest.mark.parametrize("name", build.MADE)
def test_what_is_made_loads_as_the_value_it_was_made_of(name: str) -> None:
    value = build.MADE[name]()
    assert value
    assert loaded(build.module(value)) == value
    assert made(name) is None  # in a checkout it is read as it is written


def test_values_of_every_kind_are_written_out_in_full() -> None:
    value = (Basis.STATED, {"a": Decimal("0.50")}, (), ("one",), Back(60, "it's said", None), 1.5, True)
    assert loaded(build.module(value)) == value
    assert str(loaded(build.module(value))[1]["a"]) == "0.50"


def test_a_rule_that_differs_is_written_differently() -> None:
    calls = load_calls()
    other = dataclasses.replace(
        calls, entries=(dataclasses.replace(calls.entries[0], provider="other"), *calls.entries[1:])
    )
    assert loaded(build.module(other)) == other
    assert loaded(build.module(other)) != calls


def test_the_version_of_a_cache_follows_the_rules_and_the_python() -> None:
    assert index.version() == f"{index.digest()} {sys.version_info[:3]}"


@pytest.mark.slow
def test_a_wheel_checks_without_reading_yaml_and_says_the_same(tmp_path: Path) -> None:
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)]
    done = subprocess.run(wheel, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no wheel can be built here: {done.stderr[-200:]}")
    zipfile.ZipFile(next(tmp_path.glob("*.whl"))).extractall(tmp_path / "installed")
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    look = [sys.executable, "-c", LOOK, str(tmp_path / "a.py")]
    found = subprocess.run(
        look, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "installed")}, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == f"{tmp_path / 'installed' / 'whowaits'} False True"
