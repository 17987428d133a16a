"""Files -> documents: one object per record, whatever the file is written in (JSON lines, JSON, CSV, Parquet)."""

from __future__ import annotations

import codecs
import csv
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import orjson

from whowaits.logs.problems import Problems
from whowaits.logs.sources import HEAD, LONGEST_LINE, Source, plain_copy
from whowaits.logs.values import names_content
from whowaits.model import Place

Shape = Literal["lines", "json", "csv", "parquet"]
PARQUET: Final = b"PAR1"
LISTS: Final = ("data", "items", "rows", "results", "logs", "records", "runs")
"""Keys under which an answer of an API keeps its records."""


LONG_TEXT: Final = 1000
_TEXT: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class Document(NamedTuple):
    """One record of a log with its place. `row` counts lines from 1, or records where lines mean nothing."""

    source: str
    row: int
    data: dict[str, Any]


def shape_of(head: bytes) -> Shape:
    """Return what a file that starts with `head` is written in."""
    if head.startswith(PARQUET):
        return "parquet"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return "json"
    if not start.startswith(b"{"):
        return "csv"
    first = start.split(b"\n", 1)[0]
    return "lines" if first.rstrip().endswith(b"}") or b"\n" not in start else "json"


def signature(source: Source, spool: Path) -> bytes:
    """Return what readers recognise a file by: its first bytes; for Parquet its column names as a CSV header."""
    head = source.head()
    if not head.startswith(PARQUET):
        return (_beyond_long_texts(source) if len(head) == HEAD else head).removeprefix(b"\xef\xbb\xbf")
    import pyarrow.parquet as pq

    try:
        return ",".join(pq.read_schema(plain_copy(source, spool)).names).encode()
    except (OSError, ValueError):
        source.note("the Parquet file is damaged")
        return b""


def _beyond_long_texts(source: Source) -> bytes:
    """A head of JSON whose long texts are left out, so that one prompt does not hide the fields behind it."""
    start = next(source.chunks(), b"")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        start = _TEXT.sub(lambda found: b'""' if _is_long(found[0]) else found[0], start)
    return start[:HEAD]


def _is_long(text: bytes) -> bool:
    """Objects are often written as text: those may tell a format and are kept somewhat longer."""
    return len(text) > (HEAD // 4 if text[1:2] in (b"{", b"[") else LONG_TEXT)


def keys_of(head: bytes) -> set[str]:
    """Return the field names that the first record of a file with this signature shows."""
    start = head.lstrip()
    if start[:1] not in (b"{", b"["):
        first = start.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r")
        try:
            return set(next(csv.reader([first]), []))
        except csv.Error:
            return set()
    for candidate in (start.split(b"\n", 1)[0].strip(), start):
        try:
            found = orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
        record = found[0] if isinstance(found, list) and found else found
        return set(record) | _keys_of_listed(record) if isinstance(record, dict) else set()
    return set(_leading_keys(start))


def _keys_of_listed(answer: dict[str, Any]) -> set[str]:
    """The field names of the first record in an answer of an API."""
    first = next((answer[key][0] for key in LISTS if isinstance(answer.get(key), list) and answer[key]), None)
    return set(first) if isinstance(first, dict) else set()


def read(source: Source, spool: Path, problems: Problems, needed: Collection[str] = ()) -> Iterator[Document]:
    """Yield every record of a file that can be read; the others are counted in `problems`.

    Columns of Parquet that are named like somebody's words are left out, but for those that are `needed`.
    """
    head = source.head()
    shape = shape_of(head)
    if shape == "parquet":
        yield from _parquet(source, spool, problems, needed)
    elif shape == "json":
        yield from _objects(source, enumerate(_json_values(source, problems), start=1), problems)
    elif shape == "csv":
        yield from _csv(source, problems)
    else:
        yield from _objects(source, _json_lines(source, problems), problems)


def _json_lines(source: Source, problems: Problems) -> Iterator[tuple[int, Any]]:
    for row, line in source.lines():
        if not line.strip():
            continue
        try:
            yield row, orjson.loads(line)
        except orjson.JSONDecodeError:
            problems.add(Place(source.name, row), "line is not JSON")


def _objects(source: Source, values: Iterable[tuple[int, Any]], problems: Problems) -> Iterator[Document]:
    for row, value in values:
        if isinstance(value, dict):
            yield Document(source.name, row, value)
        else:
            problems.add(Place(source.name, row), "record is not a JSON object")


def _json_values(source: Source, problems: Problems) -> Iterator[Any]:
    """Yield the elements of a JSON array, or of the list in an API's answer, without holding the file.

    An array that breaks off yields every element that is whole.
    """
    decoder = json.JSONDecoder()
    buffer, inside = "", False
    for chunk in _text_chunks(source):
        buffer += chunk
        if not inside:
            buffer = buffer.lstrip()
            inside = buffer.startswith("[")
            buffer = buffer[1:] if inside else buffer
        while inside:
            buffer = buffer.lstrip(", \r\n\t")
            try:
                value, end = decoder.raw_decode(buffer)
            except ValueError:
                break
            except RecursionError:
                problems.add(Place(source.name), "record is nested too deeply; the rest of the file was not read")
                return
            yield _encodable(value) if "\\u" in buffer[:end] else value
            buffer = buffer[end:]
        if inside and len(buffer) > LONGEST_LINE:
            problems.add(Place(source.name), "record is too long; the rest of the file was not read")
            return
    if inside:
        if buffer.strip() not in ("]", ""):
            problems.add(Place(source.name), "the JSON array breaks off; every record before that was read")
        return
    yield from _single(buffer, source, problems)


def _encodable(value: Any) -> Any:
    """The value without halves of characters, which JSON can spell and no text can hold."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _single(content: str, source: Source, problems: Problems) -> Iterator[Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        problems.add(Place(source.name), "file is not JSON")
        return
    listed = [value[key] for key in LISTS if isinstance(value, dict) and isinstance(value.get(key), list)]
    yield from listed[0] if listed else [value]


def _text_chunks(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    for chunk in source.chunks():
        yield decoder.decode(chunk)


def _csv(source: Source, problems: Problems) -> Iterator[Document]:
    """Rows with more or fewer cells than the header are counted and left out: their columns cannot be trusted."""
    csv.field_size_limit(sys.maxsize)  # a prompt in a cell may be long; it is not kept
    lines = (line.decode("utf-8", "replace").replace("\0", "") + "\n" for _, line in source.lines())
    rows = csv.reader(lines, strict=False)
    header: list[str] | None = None
    while True:
        try:
            cells = next(rows, None)
        except csv.Error:
            problems.add(Place(source.name, rows.line_num), "row is not CSV")
            continue
        if cells is None:
            return
        if header is None:
            header = [name.strip().removeprefix("\ufeff") for name in cells]
        elif len(cells) == len(header):
            yield Document(source.name, rows.line_num, dict(zip(header, cells, strict=True)))
        elif cells:
            problems.add(Place(source.name, rows.line_num), "row has another number of cells than the header")


def csv_header(source: Source) -> list[str] | None:
    """Return the names of the columns of a CSV file, None where its first line is no header by itself."""
    first = source.head().removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    try:
        cells = next(csv.reader([first.rstrip("\r")], strict=True), None)
    except csv.Error:
        return None
    return [name.strip() for name in cells] if cells else None


def _parquet(source: Source, spool: Path, problems: Problems, needed: Collection[str]) -> Iterator[Document]:
    import pyarrow.parquet as pq

    row = 0
    try:
        file = pq.ParquetFile(plain_copy(source, spool))
        names = [name for name in file.schema_arrow.names if name in needed or not names_content(name)]
        for batch in file.iter_batches(batch_size=10_000, columns=names):
            for record in batch.to_pylist():
                row += 1
                yield Document(source.name, row, record)
    except (OSError, ValueError):
        problems.add(Place(source.name, row or None), "the Parquet file is damaged")


def _leading_keys(start: bytes) -> Iterator[str]:
    """Field names of a first record that is longer than the head."""
    for found in re.finditer(rb'"((?:[^"\\]|\\.){1,80})"\s*:', start):
        yield found[1].decode("utf-8", "replace")


def as_lines(documents: Iterable[Document]) -> Iterator[tuple[int, str]]:
    """Return documents as (row, JSON text), the form in which the engine reads declared columns."""
    for document in documents:
        yield document.row, orjson.dumps(document.data, default=str).decode()
