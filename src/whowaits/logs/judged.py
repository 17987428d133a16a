"""What `classify` found, kept in the files that it writes: a report on them shows these verdicts and judges nothing.

It stands in the metadata of the Parquet, beside the number of rows, by which one sees that some were taken out since.
A table without calls (tags, workloads) holds it too: it is everything a report shows.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from whowaits.logs import table
from whowaits.model import Classified, WrongUse
from whowaits.plain import plain, read

KEY: Final = "whowaits.judged"
FORMAT: Final = 1
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


def _looked_at(path: Path) -> _File | None:
    """The file, if it is Parquet with verdicts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return None
            found = pq.read_metadata(file)
    except (OSError, pa.ArrowInvalid):
        return None
    names = set(found.schema.to_arrow_schema().names)
    said = _said((found.metadata or {}).get(KEY.encode()), path.name)
    if said is None and not names >= TAGGED:
        return None
    run = None if said is None else said["classified"]
    return _File(path.name, run, names >= CALLS, said is not None and said["rows"] == found.num_rows)


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
