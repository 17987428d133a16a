"""Where logs come from: files, folders, globs, standard input, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from tests.logs.conftest import Classify, call, lines
from whowaits.logs.sources import SourceError, find

ROWS = [call(n, service="a") for n in range(500)]


def packed(path: Path, how: str) -> Path:
    content = lines(path / "plain.jsonl", ROWS).read_bytes()
    target = path / f"calls.jsonl.{how}"
    if how == "zst":
        with pa.OSFile(str(target), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as out:
            out.write(content)
    else:
        target.write_bytes({"gz": gzip.compress, "bz2": bz2.compress}[how](content))
    (path / "plain.jsonl").unlink()
    return target


@pytest.mark.parametrize("how", ["gz", "zst", "bz2"])
def test_a_compressed_log_says_the_same(classify: Classify, tmp_path: Path, how: str) -> None:
    assert classify(packed(tmp_path, how)).rows_read == 500


@pytest.mark.parametrize("how", ["gz", "zst", "bz2"])
def test_a_compressed_log_that_breaks_off_is_read_up_to_the_break(classify: Classify, tmp_path: Path, how: str) -> None:
    many = [call(n, service="a", note=f"{n * n * 7919:x}" * 40) for n in range(9_000)]
    content = lines(tmp_path / "many.jsonl", many).read_bytes()
    whole = packed_bytes(content, how, tmp_path)
    log = tmp_path / f"cut.jsonl.{how}"
    log.write_bytes(whole[: len(whole) * 2 // 3])
    found = classify(log)
    assert 1_000 < found.rows_read < 9_000
    assert [s.place.path for s in found.skipped if "break" in s.reason] == [log.name]


def packed_bytes(content: bytes, how: str, folder: Path) -> bytes:
    if how != "zst":
        return {"gz": gzip.compress, "bz2": bz2.compress}[how](content)
    target = folder / "whole.zst"
    with pa.OSFile(str(target), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as out:
        out.write(content)
    return target.read_bytes()


def test_a_folder_is_read_with_everything_below_it_in_order(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.jsonl", "a/.hidden.jsonl", ".git/c.jsonl"):
        (tmp_path / "logs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "logs" / name).write_text("{}")
    (tmp_path / "logs" / "link.jsonl").symlink_to(tmp_path / "logs" / "b.jsonl")
    assert [s.name for s in find([tmp_path / "logs"], tmp_path)] == ["logs/a/z.jsonl", "logs/b.jsonl"]


def test_a_glob_names_files_and_each_file_is_read_once(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("{}")
    found = find([f"{tmp_path}/*.jsonl", tmp_path / "a.jsonl"], tmp_path)
    assert [s.name for s in found] == ["a.jsonl", "b.jsonl"]


def test_standard_input_is_a_log(classify: Classify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = lines(tmp_path / "calls.jsonl", ROWS).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    found = classify(Path("-"))
    assert [(name, rows) for name, _, rows in found.sources] == [("stdin", 500)]


def test_a_pipe_of_the_shell_is_a_log_and_any_other_pipe_is_refused_at_once(classify: Classify, tmp_path: Path) -> None:
    content = lines(tmp_path / "calls.jsonl", ROWS[:20]).read_bytes()
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    found = classify(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    assert found.rows_read == 20
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(SourceError, match=r"pipe\.jsonl is no file and may never end; send it to standard input"):
        find([tmp_path / "pipe.jsonl"], tmp_path)


def test_a_log_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such log: .*/missing\.jsonl"):
        find([tmp_path / "missing.jsonl"], tmp_path)
