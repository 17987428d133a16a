"""Facts of steps that are kept between runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from whowaits.code.scan import scan
from whowaits.config import Config

JOB = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef main(rows):\n    for row in rows:\n"
    '        client.responses.create(model="gpt-4o-mini", input=row)\n'
)
WARM = (
    "import sys; from pathlib import Path; from whowaits.code.scan import scan; from whowaits.config import Config;"
    "r = Path(sys.argv[1]); found = scan(r, [r], Config()).findings; sys.exit('libcst' in sys.modules or len(found) != 1)"
)


def kept(root: Path) -> Path:
    return root / ".whowaits_cache" / "steps.json"


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
    assert not kept(tmp_path).exists()


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"version": 1, "steps": {}}', '{"steps": [1]}'])
def test_a_file_that_is_no_cache_is_ignored(tmp_path: Path, rubbish: str) -> None:
    (tmp_path / "job.py").write_text(JOB)
    cold = scan(tmp_path, [tmp_path], Config())
    kept(tmp_path).write_text(rubbish)
    assert scan(tmp_path, [tmp_path], Config()) == cold


@pytest.mark.parametrize("row", [None, 1, [], [[["loop", "x", 1, 2]], []], [[[1]], []], {"a": 1}])
def test_a_row_that_is_no_fact_is_read_anew(tmp_path: Path, row: object) -> None:
    (tmp_path / "job.py").write_text(JOB)
    cold = scan(tmp_path, [tmp_path], Config())
    data = json.loads(kept(tmp_path).read_text())
    data["steps"] = dict.fromkeys(data["steps"], row)
    kept(tmp_path).write_text(json.dumps(data))
    assert scan(tmp_path, [tmp_path], Config()) == cold
