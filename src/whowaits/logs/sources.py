"""Where bytes come from: files, folders, globs, standard input, each possibly compressed; `stores.py` and `databases/`
for what lies elsewhere. Nothing else opens a log.

What breaks off (a truncated gzip) is read up to the break; the break itself is reported as skipped.
"""

from __future__ import annotations

import bz2
import glob
import gzip
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

from whowaits.logs.meter import Meter
from whowaits.model import Place, Skipped, WrongUse

CHUNK: Final = 1 << 20
HEAD: Final = 1 << 16
STDIN: Final = "-"
STDIN_NAME: Final = "stdin"
LONGEST_LINE: Final = 64 << 20
_MAGIC: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
_BROKEN: Final = (EOFError, OSError, zlib.error)


class SourceError(WrongUse):
    """A log that was named is not there."""


class Origin(Protocol):
    """A place that is no file on this machine."""

    location: str
    """Its address, without secrets."""
    changes: bool
    """Whether other bytes are no surprise: a table grows, a stored log is written once."""

    def stamp(self) -> tuple[int, str] | None:
        """Return the size and a word that changes with the bytes; None where the place has none."""

    def fetch(self) -> Path:
        """Return the path of a copy on this machine."""


@dataclass(slots=True)
class Source:
    """One log. `name` is how it is shown: as it was given, never an absolute path."""

    name: str
    held: Path | None
    """The file on this machine; None until it has been fetched."""
    origin: Origin | None = None
    named: bool = True
    """Whether it was asked for itself, or by a pattern; otherwise it lay in a folder."""
    meter: Meter | None = None
    """What is told how far the file was read."""
    broken: list[Skipped] = field(default_factory=list)
    """Why reading ended before the end, once it has."""

    @property
    def path(self) -> Path:
        """The file on this machine, fetched when it is first needed."""
        if self.held is None:
            assert self.origin is not None, self.name
            try:
                self.held = self.origin.fetch()
            except SourceError as error:
                self.note(str(error).removeprefix(f"{self.name}: "))
                self.held = Path(os.devnull)
        return self.held

    def release(self) -> None:
        """Remove the copy of what does not lie on this machine; it is fetched again when it is needed."""
        if self.origin is not None and self.held is not None and self.held.is_file():
            self.held.unlink()
            self.held = None

    @property
    def location(self) -> str | None:
        """Where it lies, whatever it is called; None for what has no place, as standard input."""
        return self.origin.location if self.origin else str(self.path.resolve()) if self.lies_here else None

    @property
    def changes(self) -> bool:
        """Whether other bytes in the same place are no surprise."""
        return self.origin.changes if self.origin else not self.lies_here

    @property
    def lies_here(self) -> bool:
        """Whether it is a file of this machine that was there before."""
        return self.origin is None and self.name != STDIN_NAME

    def stamp(self) -> tuple[int, str] | None:
        """Return what changes when the bytes do: the size and the time of the last change, or the store's word."""
        if self.origin is not None:
            return self.origin.stamp()
        found = self.path.stat()
        return (found.st_size, str(found.st_mtime_ns)) if self.lies_here else None

    def head(self) -> bytes:
        """Return the first bytes of the content, decompressed; empty when there is nothing to read."""
        for chunk in self.chunks():
            return chunk[:HEAD]
        return b""

    def chunks(self) -> Iterator[bytes]:
        """Yield the decompressed content. What cannot be read ends the stream and is noted in `broken`."""
        try:
            with self.path.open("rb") as raw:
                for chunk in _decompressed(raw):
                    if self.meter is not None:
                        self.meter.at(id(self), raw.tell())
                    yield chunk
        except _BROKEN as error:
            self.note(_why(error, _compression(self.path)))

    def has_an_object_a_line(self) -> bool:
        """Whether every line starts with a brace: none is blank, none is a value of another kind."""
        starts = ends = 0
        before = b"\n"
        for chunk in self.chunks():
            starts += (before + chunk).count(b"\n{")
            ends += chunk.count(b"\n")
            before = chunk[-1:]
        return starts == ends + (before != b"\n")

    def count_lines(self) -> int:
        """Return the number of lines, the last one counted also where no line end follows."""
        ends, last = 0, b"\n"
        for chunk in self.chunks():
            ends += chunk.count(b"\n")
            last = chunk[-1:]
        return ends + (last != b"\n")

    def note(self, reason: str) -> None:
        """Keep `reason` once, however often the source is read."""
        skipped = Skipped(Place(self.name), reason)
        if skipped not in self.broken:
            self.broken.append(skipped)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number from 1, content without line end) of every line, blank ones too.

        A line that never ends is cut off, so that memory stays bounded; what is left of it is no record.
        """
        number, rest = 0, b""
        for chunk in self.chunks():
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()[:LONGEST_LINE]
            for number, part in enumerate(parts, start=number + 1):  # noqa: B020 - goes on counting
                yield number, part
        if rest:
            yield number + 1, rest


def find(items: Sequence[Path | str], spool: Path) -> list[Source]:
    """Return the logs that `items` name, in order, each once. `spool` is a folder for what has no file of its own."""
    sources: dict[str, Source] = {}
    for item in items:
        for source in _of(str(item), spool):
            sources.setdefault(source.location or str(source.path), source)
    return list(sources.values())


def measured(sources: Sequence[Source], meter: Meter) -> Sequence[Source]:
    """Return the sources, which tell `meter` how far they were read from now on."""
    for source in sources:
        source.meter = meter
    meter.expect([(id(source), stamp[0]) for source in sources if (stamp := source.stamp()) is not None])
    return sources


def plain_copy(source: Source, spool: Path) -> Path:
    """Return the path of the uncompressed content, for formats that are read from their end."""
    if _compression(source.path) is None:
        return source.path
    with tempfile.NamedTemporaryFile(dir=spool, delete=False) as copy:
        for chunk in source.chunks():
            copy.write(chunk)
        return Path(copy.name)


def _of(item: str, spool: Path) -> Iterator[Source]:
    if item == STDIN:
        yield Source(STDIN_NAME, _spooled(sys.stdin.buffer, spool))
        return
    if "://" in item:
        yield from _elsewhere(item, spool)
        return
    path = Path(item)
    if path.is_dir():
        base = path.resolve()
        yield from (Source(f"{base.name}/{p.relative_to(path).as_posix()}", p, named=False) for p in _files_under(path))
    elif path.is_file():
        yield Source(_shown(path), path)
    elif path.is_fifo() and item.startswith("/dev/fd/"):  # opened by the shell: <(zcat calls.gz)
        with path.open("rb") as stream:
            yield Source(_shown(path), _spooled(stream, spool))
    elif path.exists():
        raise SourceError(f"{item} is no file and may never end; send it to standard input: `-`")
    else:
        matched = sorted(glob.glob(item, recursive=True)) if glob.has_magic(item) else []  # noqa: PTH207 - absolute too
        if not matched:
            raise SourceError(f"no such log: {item}")
        for name in matched:
            yield from _of(name, spool)


def _elsewhere(address: str, spool: Path) -> Iterator[Source]:
    from whowaits.logs import databases, stores

    kind = databases.kind_of(address)
    yield from stores.find(address, spool) if kind is None else databases.find(kind, address, spool)


def _files_under(folder: Path) -> list[Path]:
    """Regular files below `folder`, sorted, without hidden ones and without links out of the tree."""
    found = []
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            found.append(path)
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def _shown(path: Path) -> str:
    """As given when that is relative, else the file's own name."""
    return path.name if path.is_absolute() else path.as_posix()


def _spooled(stream: IO[bytes], spool: Path) -> Path:
    with tempfile.NamedTemporaryFile(dir=spool, delete=False) as copy:
        while chunk := stream.read(CHUNK):
            copy.write(chunk)
        return Path(copy.name)


def _compression(path: Path) -> str | None:
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
    except OSError:
        return None
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def _decompressed(raw: IO[bytes]) -> Iterator[bytes]:
    start = raw.read(4)
    raw.seek(0)
    kind = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)
    read = _reader(raw, kind)
    while chunk := read(CHUNK):
        yield chunk


def _reader(raw: IO[bytes], kind: str | None) -> Callable[[int], bytes]:
    """`read1` hands out what was decoded before a break; a buffered `read` would lose it."""
    if kind == "gzip":
        return gzip.GzipFile(fileobj=raw).read1
    if kind == "bz2":
        return bz2.BZ2File(raw).read1
    if kind == "zstd":
        import pyarrow as pa

        stream: Any = pa.CompressedInputStream(raw, "zstd")
        return lambda size: bytes(stream.read(size))
    return raw.read


def _why(error: BaseException, compression: str | None) -> str:
    if isinstance(error, PermissionError):
        return "cannot be opened: no permission"
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        return "the compressed file is damaged; everything before that was read"
    if compression is not None:
        return "the compressed file breaks off; everything before the break was read"
    return "cannot be read to its end"
