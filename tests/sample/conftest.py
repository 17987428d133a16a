"""Where the sample company lies, what is true about it, and a short run of its generator."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).parents[2]
NEWSROOM = HOME / "sample_logs" / "newsroom"


@pytest.fixture(scope="session")
def newsroom() -> Path:
    return NEWSROOM


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    return json.loads((NEWSROOM / "truth.json").read_text(encoding="utf-8"))


Generator = Callable[..., Path]


@pytest.fixture(scope="session")
def run_generator() -> Generator:
    return _run


def _run(out: Path, scale: str, hash_seed: str = "0") -> Path:
    """Fill `out` as the generator does it in a process of its own."""
    command = [sys.executable, str(NEWSROOM / "generate.py"), "--out", str(out), "--scale", scale]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"})
    return out
