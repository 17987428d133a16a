"""What `classify` found, kept in the files that it writes: a report on them shows these verdicts and judges nothing.

It stands in the metadata of the Parquet, or in a hidden file of a folder of Parquet, beside the number of rows, by
which one sees that some were taken out since.
A table without calls (tags, workloads) holds it too: it is everything a report shows.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from whowaits.logs import table
from whowaits.model import Classified, WrongUse
from whowaits.plain import plain, read

KEY: Final = "whowaits.judged"
FORMAT: Final = 1
BESIDE: Final = ".whowaits.judged.json"
"""The file that holds the metadata of a folder of Parquet."""
MAGIC: Final = b"PAR1"
AGAIN: Final = "its calls are judged again, by the rules and the register of today"
TAGGED: Final = frozenset(table.VERDICT_COLUMNS)
CALLS: Final = frozenset({"call_id", "record_kind", "dedupe_key"})


class Known(NamedTuple):
    """What is known of files already. `classified` None = their calls are to be judged; `notes` say why, if not all."""

    classified: Classified | None
    notes: tuple[str, ...] = ()


class _File(NamedTuple):
    """One Parquet file of tags or tagged calls. `run` is what tells the runs of `classify` apart; None = unknown."""

    name: str
    run: str | None
    holds_calls: bool
    whole: bool


def packed(classified: Classified, rows: int) -> dict[str, str]:
    """Return the metadata of a file of `rows` rows that shows these verdicts; the same verdicts give the same text."""
    found = zlib.compress(orjson.dumps(plain(classified)), 9)
    said = {"format": FORMAT, "rows": rows, "classified": base64.b64encode(found).decode()}
    return {KEY: orjson.dumps(said).decode()}


def known(sources: Sequence[Path | str]) -> Known:
    """Return the verdicts that all these files share; none where one of them is a log, or of another run.

    WrongUse for a table without calls that cannot be shown as it is: there is nothing in it to judge.
    """
    files = [_looked_at(Path(source)) for source in sources]
    tagged = [file for file in files if file is not None]
    runs = {file.run for file in tagged if file.whole}
    if len(tagged) == len(files) and len(runs) == 1 and all(file.whole for file in tagged) and None not in runs:
        return Known(_unpacked(runs.pop() or "", tagged[0].name))
    for file in tagged:
        if not file.holds_calls:
            raise WrongUse(f"{file.name}: {_why_not(file)}; name the tagged calls, or the logs, in its place")
    return Known(None, tuple(f"{file.name}: {_why_not(file)}; {AGAIN}" for file in tagged))


def _why_not(file: _File) -> str:
    if file.run is None:
        return "was written by an older whowaits, without the verdicts as a whole"
    if not file.whole:
        return "rows were added or taken out since it was tagged"
    return "is not the only thing named, and the others are of another run"


def write_beside(folder: Path, metadata: Mapping[str, str]) -> None:
    """Keep the metadata of a folder of Parquet in it."""
    (folder / BESIDE).write_text(metadata[KEY], encoding="utf-8", newline="\n")


class _Parquet(NamedTuple):
    """What a Parquet file, or a folder of them, says of itself."""

    columns: frozenset[str]
    rows: int
    said: bytes | None


def _looked_at(path: Path) -> _File | None:
    """The file or folder, if it is Parquet with verdicts."""
    found = _folder(path) if path.is_dir() else _parquet(path)
    if found is None:
        return None
    said = _said(found.said, path.name)
    if said is None and not found.columns >= TAGGED:
        return None
    run = None if said is None else said["classified"]
    return _File(path.name, run, found.columns >= CALLS, said is not None and said["rows"] == found.rows)


def _folder(path: Path) -> _Parquet | None:
    beside = path / BESIDE
    parts = [_parquet(part) for part in sorted(path.glob("*.parquet"))]
    known = [part for part in parts if part is not None]
    if not beside.is_file() or not known or len(known) < len(parts):
        return None
    return _Parquet(known[0].columns, sum(part.rows for part in known), beside.read_bytes())


def _parquet(path: Path) -> _Parquet | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return None
            found = pq.read_metadata(file)
    except (OSError, pa.ArrowInvalid):
        return None
    columns = frozenset(found.schema.to_arrow_schema().names)
    return _Parquet(columns, found.num_rows, (found.metadata or {}).get(KEY.encode()))


def _said(text: bytes | None, name: str) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        said = orjson.loads(text)
        later = said["format"] > FORMAT
        texts = type(said["classified"]) is str and type(said["rows"]) is int
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise WrongUse(f"{name}: {_DAMAGED}") from error
    if later:
        raise WrongUse(f"{name}: was written by a newer whowaits; update this one, or classify the logs with it")
    if not texts:
        raise WrongUse(f"{name}: {_DAMAGED}")
    found: dict[str, Any] = said
    return found


def _unpacked(run: str, name: str) -> Classified:
    try:
        return read(Classified, orjson.loads(zlib.decompress(base64.b64decode(run, validate=True))))
    except (binascii.Error, zlib.error, orjson.JSONDecodeError, ValueError) as error:
        raise WrongUse(f"{name}: {_DAMAGED}") from error


_DAMAGED: Final = "the verdicts in it are damaged; classify the logs again"
