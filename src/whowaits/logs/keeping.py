"""Logs -> one file of canonical calls, each once: written by the first run, added to by later ones.

A later run reads what is new or has changed since, together with the file as it is. Nothing that was read once is
lost: not when a log gets shorter or goes away, and not when a run breaks off. Many logs are read in portions; what is
done lies beside the file until the last one, and the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from whowaits.config import Config
from whowaits.logs import documents, ingest, manifest, private, results
from whowaits.logs.cleaning import ONE_CALL
from whowaits.logs.engine import DuckDB
from whowaits.logs.manifest import Content, Manifest, Read
from whowaits.logs.meter import Meter
from whowaits.logs.problems import Problems
from whowaits.logs.registry import all_readers, fallback, reads_together
from whowaits.logs.seen import Seen
from whowaits.logs.sources import Source, find, measured
from whowaits.logs.statements import Statements
from whowaits.model import Place, Skipped, WrongUse
from whowaits.pseudonyms import Pseudonyms
from whowaits.whole_files import alone, checked_target, leftovers

PORTION: Final = 2 << 30
"""So many bytes of logs are read before they are brought to safety; a further portion may be as large as all before."""
SHORTER: Final = "is shorter than when it was read; the calls read from it before are kept"
REWRITTEN: Final = "was rewritten since it was read; the calls read from it before are kept"
GONE: Final = "is not there any more; the calls read from it before are kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run did. The file has so many `calls` now, `added` of them new, and `sums` over calls; they came from
    `records` of the logs `read`, `twice` of which are of a call that another record tells of. `known` logs need not be
    read again."""

    calls: int
    sums: int
    added: int
    records: int
    twice: int
    read: tuple[Read, ...]
    known: int
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Log:
    """A log to read: its source, its bytes, who reads it."""

    source: Source
    content: Content
    reader: str
    together: bool


def keep(
    logs: Sequence[Path | str],
    output: Path,
    config: Config,
    mapping: Mapping[str, str] | None = None,
    pseudonyms: Pseudonyms | None = None,
    meter: Meter | None = None,
) -> Kept:
    """Bring every call of `logs` into the file at `output`, once. WrongUse where that file is none of ours.

    People are shown under pseudonyms, the project's unless others are given.
    """
    pseudonyms = pseudonyms or Pseudonyms(config.path.parent if config.path else Path())
    target = checked_target(output)
    if target.exists() and not target.is_file():
        raise WrongUse(f"{output}: is no file; calls are kept in one")
    with alone(target), tempfile.TemporaryDirectory(prefix="whowaits-") as folder:
        for leftover in leftovers(target):
            leftover.unlink()
        statements = Statements(config, pseudonyms.text)
        return _Run(target, Path(folder), statements, dict(mapping or {}), pseudonyms).run(logs, meter or Meter())


class _Run:
    """One run: the file as it was, what is new, and the file as it is then."""

    def __init__(
        self, target: Path, spool: Path, statements: Statements, mapping: dict[str, str], pseudonyms: Pseudonyms
    ) -> None:
        self._target, self._spool = target, spool
        self._statements, self._mapping, self._pseudonyms = statements, ingest.checked(mapping), pseudonyms
        self._columns = tuple(sorted(mapping.items()))
        self._problems, self._seen = Problems(), Seen(target)
        self._unfinished = target.with_name(f".{target.name}.unfinished")
        self._file = self._unfinished if self._unfinished.exists() else target
        self._before = read_from(self._file, self._target.name) if self._file.exists() else Manifest()
        self._twice = self._records = 0

    def run(self, logs: Sequence[Path | str], meter: Meter) -> Kept:
        """Read what is new and return what was done."""
        found = find(logs, self._spool)
        to_read, known = self._to_read(found)
        measured([log.source for log in to_read], meter)
        before = self._before
        read: list[Read] = []
        for portion in _portions(to_read):
            read += self._portion(portion, last=portion[-1] is to_read[-1])
            for log in portion:
                log.source.release()
        if self._file == self._unfinished and self._file.exists():
            self._file.replace(self._target)
        self._say_what_is_gone(found)
        self._seen.keep()
        now = self._before
        added = now.calls - before.calls
        return Kept(
            now.calls, now.sums, added, self._records, self._twice, tuple(read), known, self._problems.skipped()
        )

    def _to_read(self, found: Sequence[Source]) -> tuple[list[_Log], int]:
        """The logs whose bytes are new, and those of formats whose files complete each other where one is new."""
        contents = [self._seen.content(source, self._sizes(source)) for source in found]
        logs: list[_Log] = []
        known: list[_Log] = []
        for source, content in zip(found, contents, strict=True):
            old = manifest.known(content, self._before.sources, self._columns, fallback().NAME)
            if old is not None:
                known.append(_Log(source, content, old.reader, together=old.reader in _together()))
            elif (reader := self._reader(source)) is not None:
                logs.append(_Log(source, content, reader, together=reader in _together()))
                self._say_what_changed(source, content, contents)
        again = {log.reader for log in logs if log.together}
        logs += [log for log in known if log.reader in again]
        return sorted(logs, key=lambda log: (log.reader, log.source.name)), len(known)

    def _sizes(self, source: Source) -> set[int]:
        return {read.size for read in self._before.sources if read.name == source.name}

    def _reader(self, source: Source) -> str | None:
        head = documents.signature(source, self._spool)
        reader = ingest.reader_of(source, head, self._mapping)
        if reader is not None:
            return reader.NAME
        for skipped in source.broken or [Skipped(Place(source.name), ingest.why_unread(head))]:
            self._problems.add(skipped.place, skipped.reason)
        return None

    def _say_what_changed(self, source: Source, content: Content, present: Sequence[Content]) -> None:
        if source.changes or manifest.grown(content, self._before.sources):
            return
        if (old := manifest.replaced(content, self._before.sources, present)) is not None:
            self._problems.add(Place(content.name), SHORTER if content.size < old.size else REWRITTEN)

    def _say_what_is_gone(self, found: Sequence[Source]) -> None:
        gone = self._seen.vanished()
        read = {read.digest: read.name for read in self._before.sources}
        for digest in sorted(gone.keys() & read.keys()):
            self._problems.add(Place(read[digest]), GONE)
        self._seen.forget(gone.keys())

    def _as_read(self, log: _Log) -> Read:
        own = self._columns if log.reader == fallback().NAME else ()
        return Read(log.content.name, log.content.size, log.content.digest, log.reader, own)

    def _portion(self, portion: Sequence[_Log], *, last: bool) -> list[Read]:
        """Read some logs together with the file as it is, and write that file anew."""
        with _engine(self._spool) as engine:
            old = [Source(self._target.name, self._file)] if self._file.exists() else []
            came = ingest.load(
                engine,
                [*(log.source for log in portion), *old],
                self._spool,
                self._statements,
                self._mapping,
                self._problems,
                lambda _: None,
            )
            self._twice += int(engine.one(_TWICE))
            self._records += came.rows - self._before.calls - self._before.sums
            read = [self._as_read(log) for log in portion]
            grown = {old for log in portion for old in manifest.grown(log.content, self._before.sources)}
            sources = tuple(sorted({*self._before.sources, *read} - grown))
            calls, sums = (int(engine.one(_COUNT.format(kinds))) for kinds in (ONE_CALL, _SUMS))
            self._before = Manifest(calls, sums, sources)
            self._write(engine, self._target if last and self._file != self._unfinished else self._unfinished)
        return read

    def _write(self, engine: DuckDB, path: Path) -> None:
        engine.view("kept_calls", _KEPT)
        filled = engine.filled("kept_calls")
        sql = results.calls_sql(filled, private.shown(engine, "raw_calls", filled, self._pseudonyms))
        engine.write_parquet(sql, path, {manifest.KEY: manifest.written(self._before)})
        self._file = path


def read_from(file: Path, name: str) -> Manifest:
    """Return what a file of calls says of itself. WrongUse where it is none that `ingest` wrote."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        said = pq.read_metadata(file).metadata or {}
    except (OSError, pa.ArrowInvalid):
        said = {}
    return manifest.understood(said.get(manifest.KEY.encode()), name)


_KEPT: Final = """
SELECT * FROM raw_calls WHERE position IN (SELECT position FROM calls WHERE record_kind <> 'container')
"""
_COUNT: Final = "SELECT count(*) FROM calls WHERE {}"
_SUMS: Final = "record_kind IN ('bucket', 'batch_aggregate')"
_TWICE: Final = """
SELECT coalesce(sum(places - 1), 0) FROM (
  SELECT count(DISTINCT (r.source_file, r.source_row)) AS places
  FROM twice AS t JOIN raw_calls AS r ON t.id = r.position GROUP BY t.dedupe_key
)
"""
"""A record that was read again, in its own place, is not another one."""


@contextlib.contextmanager
def _engine(spool: Path) -> Iterator[DuckDB]:
    engine = DuckDB(spool)
    try:
        yield engine
    finally:
        engine.close()


def _portions(logs: Sequence[_Log]) -> Iterator[list[_Log]]:
    """Cut the logs where enough is read to be brought to safety, never between files that are read together."""
    portion: list[_Log] = []
    size = done = 0
    for log in logs:
        joined = bool(portion) and log.together and portion[-1].reader == log.reader
        if portion and not joined and size >= max(PORTION, done):
            yield portion
            portion, size, done = [], 0, done + size
        portion.append(log)
        size += log.content.size
    if portion:
        yield portion


def _together() -> frozenset[str]:
    return frozenset(reader.NAME for reader in all_readers() if reads_together(reader))
