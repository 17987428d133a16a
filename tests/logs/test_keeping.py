"""`whowaits ingest`: every call once, whatever is read again, gets shorter, goes away or breaks off."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from tests.logs.conftest import call, lines
from tests.logs.formats import SAMPLES
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config
from whowaits.logs import ingest, keeping, table
from whowaits.logs.keeping import Kept, keep
from whowaits.logs.registry import all_readers, is_flat, reads_together
from whowaits.model import WrongUse

AS_OF = date(2026, 11, 20)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "calls.parquet"


def kept(out: Path, *items: Path) -> Kept:
    return keep(items, out, Config())


def ids(out: Path) -> list[str]:
    return [row["request_id"] for row in pq.read_table(out, columns=["request_id"]).to_pylist()]


def said(done: Kept) -> list[tuple[str, str]]:
    return [(s.place.path, s.reason) for s in done.skipped]


def test_the_file_has_the_canonical_columns_sorted_by_time_and_says_what_it_is(tmp_path: Path, out: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call(n, service="a") for n in (2, 0, 1)])
    assert kept(out, log).calls == 3
    file = pq.ParquetFile(out)
    assert tuple(file.schema_arrow.names) == table.CALL_COLUMNS
    assert {file.metadata.row_group(0).column(c).compression for c in range(file.metadata.num_columns)} == {"ZSTD"}
    assert ids(out) == ["req_0", "req_1", "req_2"]
    about = json.loads(file.metadata.metadata[b"whowaits"])
    assert (about["format"], about["each_call_once"], about["calls"], about["sums"]) == (1, True, 3, 0)
    assert [(s["name"], s["size"], s["reader"], len(s["digest"])) for s in about["sources"]] == [
        ("a.jsonl", log.stat().st_size, "plain", 32)
    ]


def test_the_same_logs_give_the_same_bytes(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", [call(n, service="a", tags=["queue=bulk"]) for n in range(50)])
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        kept(tmp_path / name / "calls.parquet", tmp_path / "a.jsonl")
        os.utime(tmp_path / "a.jsonl", (1, 1))
    assert (tmp_path / "x/calls.parquet").read_bytes() == (tmp_path / "y/calls.parquet").read_bytes()


def test_a_second_run_reads_only_what_is_new(tmp_path: Path, out: Path) -> None:
    lines(tmp_path / "a.jsonl", [call(n) for n in range(3)])
    kept(out, tmp_path / "a.jsonl")
    before = out.read_bytes()
    nothing = kept(out, tmp_path / "a.jsonl")
    assert (nothing.read, nothing.known, nothing.records, nothing.added) == ((), 1, 0, 0)
    assert out.read_bytes() == before
    lines(tmp_path / "b.jsonl", [call(n) for n in range(2, 5)])
    more = kept(out, tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert ([r.name for r in more.read], more.known, more.records) == (["b.jsonl"], 1, 3)
    assert (more.calls, more.added, more.twice) == (5, 2, 1)
    assert ids(out) == [f"req_{n}" for n in range(5)]


def test_in_steps_and_at_once_is_the_same(tmp_path: Path, out: Path) -> None:
    sources = [SAMPLES / "litellm", SAMPLES / "plain", SAMPLES / "langfuse", SAMPLES / "otel", SAMPLES / "helicone"]
    for number in range(len(sources)):
        kept(out, *sources[: number + 1])
    kept(tmp_path / "once.parquet", *sources)
    assert pq.read_table(out).to_pylist() == pq.read_table(tmp_path / "once.parquet").to_pylist()


@pytest.mark.parametrize("remembered", [True, False])
def test_a_renamed_log_is_known_and_a_log_that_grew_is_read_again(tmp_path: Path, out: Path, remembered: bool) -> None:
    log = lines(tmp_path / "app.jsonl", [call(n) for n in range(3)])
    kept(out, log)
    if not remembered:
        out.with_name(".calls.parquet.seen.json").unlink()
    log.rename(tmp_path / "app.1.jsonl")
    lines(log, [call(n) for n in range(3, 5)])
    turned = kept(out, log, tmp_path / "app.1.jsonl")
    assert (turned.known, turned.added, said(turned)) == (1, 2, [])
    with log.open("a") as more:
        more.write(json.dumps(call(9)) + "\n")
    grown = kept(out, log)
    assert (grown.added, grown.twice, said(grown)) == (1, 0, [])
    assert ids(out) == [f"req_{n}" for n in (0, 1, 2, 3, 4, 9)]


def test_calls_without_any_id_count_once_when_their_log_grows(tmp_path: Path, out: Path) -> None:
    nameless = [{k: v for k, v in call(n, service="a").items() if k != "request_id"} for n in (0, 0, 1)]
    kept(out, lines(tmp_path / "app.jsonl", nameless))
    lines(tmp_path / "app.jsonl", [*nameless, nameless[0]])
    assert kept(out, tmp_path / "app.jsonl").calls == 4


def test_a_log_that_got_shorter_or_went_away_is_said_and_loses_nothing(tmp_path: Path, out: Path) -> None:
    short, gone = tmp_path / "short.jsonl", tmp_path / "gone.jsonl"
    lines(short, [call(n) for n in range(3)])
    lines(gone, [call(n) for n in range(10, 13)])
    for log in (short, gone):
        os.utime(log, (1_700_000_000, 1_700_000_000))
    kept(out, short, gone)
    lines(short, [call(5)])
    gone.unlink()
    after = kept(out, short)
    assert said(after) == [("gone.jsonl", keeping.GONE), ("short.jsonl", keeping.SHORTER)]
    assert ids(out) == [f"req_{n}" for n in (0, 1, 2, 5, 10, 11, 12)]
    assert said(kept(out, short)) == []


def test_a_log_that_was_rewritten_is_said_and_its_new_word_counts(tmp_path: Path, out: Path) -> None:
    kept(out, lines(tmp_path / "a.jsonl", [call(n) for n in range(3)]))
    rewritten = kept(out, lines(tmp_path / "a.jsonl", [call(n, cost_usd="0.5") for n in range(6)]))
    assert said(rewritten) == [("a.jsonl", keeping.REWRITTEN)]
    assert (rewritten.calls, rewritten.added) == (6, 3)
    assert {str(row["cost_usd"]) for row in pq.read_table(out).to_pylist()} == {"0.500000000"}


def test_sums_over_calls_stay_sums(tmp_path: Path, out: Path) -> None:
    done = kept(out, SAMPLES / "anthropic_usage", SAMPLES / "openai_usage")
    assert (done.calls, done.sums > 5) == (0, True) or done.sums > done.calls
    kinds = {row["record_kind"] for row in pq.read_table(out).to_pylist()}
    assert "container" not in kinds
    with logs.classify([out], Config(), AS_OF) as own, logs.classify([SAMPLES / "anthropic_usage"], Config(), AS_OF):
        assert sum(w.calls for w in own.classified.workloads) == done.calls


@pytest.mark.parametrize("few", [0, 1_000_000])
def test_everything_downstream_takes_the_file_for_the_logs(
    tmp_path: Path, out: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether records are copied once or looked up where they lie."""
    items = [p for p in SAMPLES.iterdir() if p.is_dir() and p.name != "newsroom"]
    kept(out, *items)
    monkeypatch.setattr(ingest, "FEW_ROWS", few)
    with logs.classify(items, Config(), AS_OF) as raw, logs.classify([out], Config(), AS_OF) as own:
        assert own.classified.workloads == raw.classified.workloads
        assert own.classified.aggregates == raw.classified.aggregates
        raw.write_tagged(tmp_path / "raw.parquet")
        own.write_tagged(tmp_path / "own.parquet")
    tables = [pq.read_table(tmp_path / name).to_pylist() for name in ("raw.parquet", "own.parquet")]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("reader", [r.NAME for r in all_readers() if not is_flat(r) and not reads_together(r)])
def test_files_of_a_format_that_is_not_read_together_say_the_same_one_by_one(reader: str, tmp_path: Path) -> None:
    folder = next((f for f in SAMPLES.iterdir() if reader.startswith(f.name) or f.name.startswith(reader)), None)
    assert folder is not None, f"no sample of {reader}"
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "expected" not in p.name)
    kept(tmp_path / "once.parquet", *files)
    for number, file in enumerate(files):
        done = kept(tmp_path / "steps.parquet", file)
        assert [r.name for r in done.read] == [file.name], number
    rows = [pq.read_table(tmp_path / name).to_pylist() for name in ("once.parquet", "steps.parquet")]
    assert rows[0] == rows[1]


def test_what_is_read_in_portions_is_the_same_and_goes_on_where_it_broke_off(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [lines(tmp_path / f"{n}.jsonl", [call(10 * n + i) for i in range(10)]) for n in range(4)]
    kept(tmp_path / "once.parquet", *files)
    monkeypatch.setattr(keeping, "PORTION", 1)
    load, loads = keeping.ingest.load, []

    def breaks_off(*words: Any) -> Any:
        loads.append([source.name for source in words[1]])
        if len(loads) == 3:
            raise KeyboardInterrupt
        return load(*words)

    monkeypatch.setattr(keeping.ingest, "load", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        kept(out, *files)
    assert not out.exists()
    resumed = kept(out, *files)
    assert [names[0] for names in loads] == ["0.jsonl", "1.jsonl", "2.jsonl", "2.jsonl", "3.jsonl"]
    assert (resumed.known, resumed.calls) == (2, 40)
    assert pq.read_table(out).to_pylist() == pq.read_table(tmp_path / "once.parquet").to_pylist()
    assert sorted(p.name for p in out.parent.iterdir()) == [".calls.parquet.seen.json", "calls.parquet"]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("after", [0.6, 1.2, 2.5])
def test_a_run_that_is_stopped_leaves_the_file_as_it_was(tmp_path: Path, out: Path, how: int, after: float) -> None:
    kept(out, lines(tmp_path / "a.jsonl", [call(n) for n in range(3)]))
    before = out.read_bytes()
    lines(tmp_path / "b.jsonl", [call(n, service="b") for n in range(60_000)])
    words = [sys.executable, "-m", "whowaits", "ingest", str(tmp_path / "b.jsonl"), "-o", str(out), "--isolated"]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(after)
    running.send_signal(how)
    running.communicate(timeout=60)
    assert out.read_bytes() == before or kept(out, tmp_path / "b.jsonl").known == 1
    done = kept(out, tmp_path / "b.jsonl")
    assert done.calls == 60_000
    assert not list(out.parent.glob(".*.partial"))


def test_two_runs_at_once_do_not_write_the_same_file(tmp_path: Path, out: Path) -> None:
    from whowaits.whole_files import alone

    log = lines(tmp_path / "a.jsonl", [call()])
    with alone(out), pytest.raises(WrongUse, match="another run is writing it"):
        kept(out, log)
    assert kept(out, log).calls == 1


def test_a_file_that_ingest_did_not_write_is_not_written_over(tmp_path: Path, out: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call()])
    with logs.classify([log], Config(), AS_OF) as session:
        session.write_tagged(out)
    for content in (out.read_bytes(), b"PAR1 no more", b"text"):
        out.write_bytes(content)
        with pytest.raises(WrongUse, match=r"calls\.parquet: is there and was not written by `whowaits ingest`"):
            kept(out, log)
        assert out.read_bytes() == content


def test_what_is_remembered_of_logs_is_not_trusted(tmp_path: Path, out: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call()])
    seen = out.with_name(".calls.parquet.seen.json")
    for said_before in (b"[]", b"{", b'{"format": 1, "logs": {"a": 3}}', b'{"format": 1, "logs": [1]}'):
        seen.write_bytes(said_before)
        assert kept(out, log).calls == 1


def test_a_compressed_log_that_was_still_being_written_is_read_to_its_end_later(tmp_path: Path, out: Path) -> None:
    whole = gzip.compress(b"".join(json.dumps(call(n)).encode() + b"\n" for n in range(2_000)))
    log = tmp_path / "a.jsonl.gz"
    log.write_bytes(whole[: len(whole) // 2])
    first = kept(out, log)
    assert 0 < first.calls < 2_000
    log.write_bytes(whole)
    assert kept(out, log).calls == 2_000


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["ingest", "--isolated", *(str(word) for word in words)])


def test_the_command_says_what_it_did(tmp_path: Path, out: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call(n) for n in (0, 1, 1)])
    first = run(log, "-o", out)
    assert (first.exit_code, first.output) == (
        0,
        "calls.parquet: 2 calls, 2 of them new.\n3 records read from 1 log.\n"
        "1 record of calls that another record tells of: counted once.\n",
    )
    assert "0 of them new.\n0 records read from 0 logs; 1 log read before." in run(log, "-o", out).output


def test_logs_without_a_call_end_with_3_and_a_wrong_output_with_2(tmp_path: Path, out: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing here\n")
    assert run(tmp_path / "a.txt", "-o", out).exit_code == 3
    assert not out.exists()
    assert run(tmp_path / "a.txt", "-o", tmp_path).exit_code == 2
    shutil.copy(lines(tmp_path / "b.jsonl", [call()]), out)
    assert run(out.parent, "-o", out).exit_code == 2
