"""Facts of steps that are kept between runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from whowaits.code.scan import scan
from whowaits.code.store import CACHE_FOLDER
from whowaits.config import Config

from .conftest import Rewrite

JOB = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef main(rows):\n    for row in rows:\n"
    '        client.responses.create(model="gpt-4o-mini", input=row)\n'
)
WARM = (
    "import sys; from pathlib import Path; from whowaits.code.scan import scan; from whowaits.config import Config;"
    "r = Path(sys.argv[1]); found = scan(r, [r], Config()).findings; sys.exit('libcst' in sys.modules or len(found) != 1)"
)


def test_a_warm_run_finds_the_same_without_libcst(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    cold = scan(tmp_path, [tmp_path], Config())
    assert scan(tmp_path, [tmp_path], Config()) == cold
    assert subprocess.run([sys.executable, "-c", WARM, str(tmp_path)], check=False).returncode == 0


def test_facts_follow_a_function_that_moves(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    scan(tmp_path, [tmp_path], Config())
    (tmp_path / "job.py").write_text("# moved\n" + JOB)
    usage = scan(tmp_path, [tmp_path], Config()).call_sites[0].deciding
    assert str(usage.driver) == "job.py:8"


def test_without_cache_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    scan(tmp_path, [tmp_path], Config(), cache=False)
    assert not (tmp_path / CACHE_FOLDER).exists()


@pytest.mark.parametrize("row", [None, 1, b"", b"[]", b'[[["loop", "x", 1, 2]], []]', b"[[[1]], []]", b'{"a": 1}'])
def test_a_row_that_is_no_fact_is_read_anew(tmp_path: Path, rewrite: Rewrite, row: object) -> None:
    (tmp_path / "job.py").write_text(JOB)
    cold = scan(tmp_path, [tmp_path], Config())
    rewrite(tmp_path, "step", "row", lambda _: row)
    assert scan(tmp_path, [tmp_path], Config()) == cold
