"""What people wrote and models answered, and secret keys, are in no output: not in a table, a report or a message."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import AS_OF
from tests.privacy.planted import MARK, SECRET, plant, samples
from whowaits import join, logs
from whowaits.config import Config
from whowaits.logs import values
from whowaits.logs.registry import all_readers
from whowaits.report import build, peeked, terminal, write

HOME = Path(__file__).parents[2]
SHARED = HOME.parent / "shared" / "facts" / "samples"
FOLDERS = sorted({p.parent for p in samples(HOME / "sample_logs", SHARED)})


def planted(folder: Path, target: Path) -> Path:
    """A copy of a folder of samples with words and keys planted in every file."""
    target.mkdir()
    for sample in samples(folder):
        content = plant(sample)
        assert MARK.encode() in (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
        (target / sample.name).write_bytes(content)
    return target


def outputs(log: Path, folder: Path) -> dict[str, str]:
    """Everything that can be made of a log, as text."""
    made: dict[str, str] = {"peek": peeked.render_peek(logs.peek([log]), width=200)}
    with logs.classify([log], Config(), AS_OF) as session:
        session.write_tagged(folder / "tagged.parquet")
        session.write_tags(folder / "tags.parquet")
        session.write_workloads(folder / "workloads.parquet")
        classified = session.classified
    assert classified.rows_read > 0
    made["terminal"] = terminal.render_classified(classified, width=200)
    report = build.build(join.join(None, classified, Config()), name="audit", as_of=AS_OF, version="0")
    made["text"] = terminal.render_text(report, width=200)
    made |= {path.suffix: path.read_text(encoding="utf-8") for path in write.write_all(report, folder)}
    for path in folder.glob("*.parquet"):
        made[path.name] = path.read_bytes().decode("latin-1") + repr(pq.read_table(path).to_pylist())
        made[path.name] += repr(logs.known([path]).classified)
    return made


def held(made: dict[str, str]) -> list[str]:
    """The outputs that hold any of what was planted."""
    return sorted(name for name, text in made.items() if any(mark in text for mark in (MARK, SECRET, SECRET[8:])))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_no_output_holds_what_was_planted(folder: Path, tmp_path: Path) -> None:
    log = planted(folder, tmp_path / "logs")
    assert [p.reader for p in logs.peek([log])] == [p.reader for p in logs.peek(sorted(samples(folder)))]
    assert held(outputs(log, tmp_path)) == []


def test_a_reader_that_kept_words_would_be_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = planted(HOME / "sample_logs" / "helicone", tmp_path / "logs")
    monkeypatch.setattr(values, "names_content", lambda name: False)
    assert held(outputs(log, tmp_path)) == ["tagged.parquet"]


def test_every_reader_has_a_sample() -> None:
    own = {path.name for path in FOLDERS if path.is_relative_to(HOME)}
    assert {reader.NAME.removesuffix("_genai") for reader in all_readers()} - own - {"whowaits"} == set()
