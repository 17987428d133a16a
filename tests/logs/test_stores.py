"""Logs in object stores: objects, patterns and folders, read once, with credentials that nobody sees."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.logs.conftest import call
from tests.logs.object_stores import SECRET, store
from whowaits.cli.app import app
from whowaits.config import Config
from whowaits.logs.keeping import keep
from whowaits.logs.sources import SourceError, find

fsspec = pytest.importorskip("fsspec", reason="needs whowaits[cloud]")


def content(*numbers: int) -> bytes:
    return b"".join(json.dumps(call(n, service="a")).encode() + b"\n" for n in numbers)


def fill(opened: Any, root: str) -> None:
    opened.pipe_file(f"{root}/2026/09/a.jsonl", content(0, 1))
    opened.pipe_file(f"{root}/2026/09/b.jsonl.gz", gzip.compress(content(2, 3, 4)))
    opened.pipe_file(f"{root}/2026/10/c.jsonl", content(5))
    opened.pipe_file(f"{root}/2026/10/.hidden.jsonl", content(6))


@pytest.fixture
def memory() -> Iterator[Any]:
    opened = fsspec.filesystem("memory")
    opened.store.clear()
    fill(opened, "/logs")
    yield opened
    opened.store.clear()


def names(address: str, spool: Path) -> list[tuple[str, bool]]:
    return [(source.name.partition("2026/")[2], source.named) for source in find([address], spool)]


def test_an_address_names_an_object_a_pattern_or_a_folder(memory: Any, tmp_path: Path) -> None:
    everything = ["09/a.jsonl", "09/b.jsonl.gz", "10/c.jsonl"]
    assert names("memory://logs/2026", tmp_path) == [(name, False) for name in everything]
    assert names("memory://logs/2026/*/*.jsonl", tmp_path) == [("09/a.jsonl", True), ("10/c.jsonl", True)]
    assert names("memory://logs/2026/10/c.jsonl", tmp_path) == [("10/c.jsonl", True)]


def test_nothing_there_and_nobody_who_reads_it_are_errors_that_name_the_address(memory: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^no such log: memory://logs/2027$"):
        find(["memory://logs/2027"], tmp_path)
    with pytest.raises(SourceError, match=r"^s33://logs/a: nothing reads s33://; did you mean s3://\?$"):
        find(["s33://logs/a"], tmp_path)


def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        find([f"s3://someone:{SECRET.replace(' ', '-')}@logs/a.jsonl?token={SECRET}"], tmp_path)
    assert str(error.value).startswith("s3://logs/a.jsonl: an address with a password is refused")
    assert "secret" not in str(error.value)


def test_an_object_that_cannot_be_fetched_is_said_and_the_others_are_read(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = type(memory).get_file

    def denied(self: Any, key: str, *words: Any, **more: Any) -> Any:
        if key.endswith("a.jsonl"):
            raise PermissionError(f"signature {SECRET}")
        return fetch(self, key, *words, **more)

    monkeypatch.setattr(type(memory), "get_file", denied)
    found = _classified("memory://logs/2026")
    assert found.rows_read == 4
    assert [(s.place.path.rpartition("/")[2], s.reason) for s in found.skipped] == [
        ("a.jsonl", "the credentials in the environment do not permit to read it")
    ]


def _classified(address: str) -> Any:
    from datetime import date

    from whowaits import logs

    with logs.classify([address], Config(), date(2026, 11, 20)) as session:
        return session.classified


def test_ingest_fetches_only_what_is_new(memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    fetch = type(memory).get_file

    def counted(self: Any, key: str, *words: Any, **more: Any) -> Any:
        fetched.append(key.rpartition("/")[2])
        return fetch(self, key, *words, **more)

    monkeypatch.setattr(type(memory), "get_file", counted)
    stamps = {"created": 1}
    info = type(memory).find

    def stamped(self: Any, *words: Any, **more: Any) -> Any:
        return {k: {**v, "etag": f"{v['size']}-{stamps['created']}"} for k, v in info(self, *words, **more).items()}

    monkeypatch.setattr(type(memory), "find", stamped)
    out = tmp_path / "calls.parquet"
    assert keep(["memory://logs"], out, Config()).calls == 6
    assert sorted(fetched) == ["a.jsonl", "b.jsonl.gz", "c.jsonl"]
    fetched.clear()
    memory.pipe_file("/logs/2026/11/d.jsonl", content(7))
    again = keep(["memory://logs"], out, Config())
    assert (fetched, again.known, again.calls) == (["d.jsonl"], 3, 7)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["s3", "gs", "abfs"])
def test_a_store_is_read_like_a_folder(scheme: str, tmp_path: Path) -> None:
    with store(scheme) as (opened, environment):
        fill(opened, "logs")
        everything = ["09/a.jsonl", "09/b.jsonl.gz", "10/c.jsonl"]
        assert names(f"{scheme}://logs/2026", tmp_path) == [(name, False) for name in everything]
        assert names(f"{scheme}://logs/2026/*/*.jsonl", tmp_path) == [("09/a.jsonl", True), ("10/c.jsonl", True)]
        first = _ingest(f"{scheme}://logs", tmp_path)
        assert first.startswith("calls.parquet: 6 calls, 6 of them new.\n6 records read from 3 logs.\n")
        opened.pipe_file("logs/2026/11/d.jsonl", content(7))
        second = _ingest(f"{scheme}://logs", tmp_path)
        assert second.startswith(
            "calls.parquet: 7 calls, 1 of them new.\n1 record read from 1 log; 3 logs read before."
        )
        with pytest.raises(SourceError, match=f"^no such log: {scheme}://logs/2027$"):
            find([f"{scheme}://logs/2027"], tmp_path)
        written = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
        for secret in environment.values():
            assert secret.encode() not in written
            assert secret not in first + second


@pytest.mark.slow
def test_without_credentials_a_store_is_an_error_in_our_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store("s3") as (opened, _):
        fill(opened, "logs")
        type(opened).clear_instance_cache()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(SourceError, match=r"^s3://logs/2026: there are no credentials for it in the environment$"):
            find(["s3://logs/2026"], tmp_path)


def _ingest(address: str, folder: Path) -> str:
    result = CliRunner().invoke(app, ["ingest", "--isolated", address, "-o", str(folder / "calls.parquet")])
    assert result.exit_code == 0, result.output
    return result.output
