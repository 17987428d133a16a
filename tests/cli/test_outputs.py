"""What the commands write appears whole or not at all, and takes the place of nothing but a file."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.logs.conftest import call, lines
from whowaits.cli.app import app
from whowaits.model import WrongUse
from whowaits.whole_files import leftovers, whole


def classify(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["classify", "--isolated", *(str(word) for word in words)])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return lines(tmp_path / "calls.jsonl", [call(n, service="a") for n in range(3)])


def test_a_pipe_takes_the_bytes_and_stays_a_pipe(log: Path, tmp_path: Path) -> None:
    import threading

    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    assert classify(log, "-o", pipe).exit_code == 0
    reader.join(timeout=10)
    assert got[0].startswith(b"PAR1")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_the_null_device_stays_a_device(log: Path) -> None:
    assert classify(log, "-o", os.devnull).exit_code == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_folder_is_not_written_over(log: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    result = classify(log, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "out: is a folder; name a file to write" in result.output


def test_a_link_that_leaves_its_folder_is_not_followed(log: Path, tmp_path: Path) -> None:
    other, here = tmp_path / "other.parquet", tmp_path / "here"
    other.write_text("not ours")
    here.mkdir()
    (here / "out.parquet").symlink_to(other)
    result = classify(log, "-o", here / "out.parquet")
    assert result.exit_code == 2
    assert "is a link to a file elsewhere; name that file itself to write it" in result.output
    assert other.read_text() == "not ours"


def test_what_breaks_off_leaves_the_file_that_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "calls.parquet"
    target.write_text(json.dumps("before"))
    with pytest.raises(KeyboardInterrupt), whole(target) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["calls.parquet"]
    assert json.loads(target.read_text()) == "before"


def test_what_a_killed_run_left_is_found(tmp_path: Path) -> None:
    target = tmp_path / "calls.parquet"
    (tmp_path / ".calls.parquet.x1.partial").write_text("half")
    assert [p.name for p in leftovers(target)] == [".calls.parquet.x1.partial"]
    with pytest.raises(WrongUse), whole(tmp_path):
        pass
