"""Our own tables: what `whowaits ingest` writes, and the tagged calls of `classify`; verdicts in them are made anew.

They keep the name of the log, the file and the row that each call came from, so that they say what that log says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from whowaits.logs.columns import Field, Kind, quoted
from whowaits.logs.documents import keys_of
from whowaits.logs.table import CALL_FIELDS

NAME: Final = "whowaits"
SIGNATURE: Final = {"call_id", "source", "source_file", "source_row", "record_kind", "dedupe_key", "token_semantics"}
_KINDS: Final[dict[str, Kind]] = {
    "string": "text", "int64": "whole", "double": "number", "bool": "flag", "timestamp[us, tz=UTC]": "time",
    "decimal128(18, 9)": "money",
}  # fmt: skip
_LISTED: Final = ("tags", "metadata")
_TYPED: Final = tuple((name, _KINDS[str(kind)]) for name, kind in CALL_FIELDS if name not in _LISTED)

COLUMNS: Final = (
    *(Field(name, kind, (name,)) for name, kind in _TYPED),
    *(Field(f"{name}_json", "json", (name,)) for name in _LISTED),
)
_OWN: Final = {"operation": "CASE WHEN s.operation = 'completion' THEN 'text_completion' ELSE s.operation END"}
"""In logs `completion` mostly means a chat; in the canonical table it has one meaning."""
_KEPT: Final = ", ".join(f"{_OWN.get(name, f's.{quoted(name)}')} AS {quoted(name)}" for name, _ in _TYPED)
SETTLED: Final = f"""
SELECT s.position, {_KEPT}, CASE WHEN s.tags_json IS NOT NULL THEN said.tags END AS tags,
  CASE WHEN s.metadata_json IS NOT NULL THEN said.metadata END AS metadata, said.stated
FROM {{spoken}} AS s JOIN {{said}} AS said ON s.said_key = said.said_key
"""
QUICK: Final = False
ASIDE: Final[dict[str, str]] = {}


def recognise(head: bytes) -> bool:
    """Whether the columns are those of the canonical table."""
    return keys_of(head) >= SIGNATURE


def declared(mapping: Mapping[str, str], statements: tuple[str, ...]) -> tuple[Field, ...]:
    """Return the columns; what a log stated stands in its tags and metadata by now."""
    return COLUMNS
