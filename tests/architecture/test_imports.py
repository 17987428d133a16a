"""What a run of `check` must not load: start-up time is a promise to pre-commit and editors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("typer", "pydantic", "pandas", "pyarrow", "duckdb", "sqlglot", "pyspark", "jinja2", "genai_prices")
RUN = """
import sys
from whowaits.cli import main
try:
    main()
except SystemExit:
    pass
print("LOADED", *sorted(m for m in sys.modules if "." not in m))
"""
CALL = "from openai import OpenAI\nfor text in open('a'):\n    OpenAI().responses.create(model='gpt-4o-mini', input=text)\n"


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that are loaded after a run of the command line."""
    run = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True)
    return set(run.stdout.rpartition("LOADED")[2].split())


def test_check_loads_no_data_frame_no_engine_and_no_price_list(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CALL, encoding="utf-8")
    loaded = loaded_by("check", str(tmp_path), "--exit-zero", "--no-cache", "--isolated")
    assert "libcst" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_a_question_about_the_program_loads_nothing_heavy(option: str) -> None:
    assert loaded_by(option) & {*HEAVY[2:], "libcst", "yaml", "cronsim"} == set()


def test_code_without_model_calls_is_not_read_by_libcst(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print('nothing to see')\n", encoding="utf-8")
    loaded = loaded_by("check", str(tmp_path), "--exit-zero", "--no-cache", "--isolated")
    assert loaded & {*HEAVY, "libcst", "cronsim"} == set()
