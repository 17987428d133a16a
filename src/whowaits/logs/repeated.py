"""Records of one call that came more than once: found by their keys, told which is kept and what the others add.

Keys are compared as hashes of 64 bits first, which takes eight bytes a record; only where two hashes agree are the
keys themselves read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from whowaits.logs.cleaning import DUPLICATES, ELSEWHERE, TWICE
from whowaits.logs.engine import DuckDB

BLOCK: Final = 30_000_000
"""So many hashes are held at once."""


def find(engine: DuckDB) -> int:
    """Return how many of `keyed_calls` repeat another one. The tables `twice`, `duplicates` and `elsewhere` say which
    they are, and what of them is kept."""
    import pyarrow as pa

    keys = sorted(_repeated(engine))
    schema = pa.schema([("key_hash", pa.uint64())])
    engine.store("repeated", [pa.record_batch([pa.array(keys, pa.uint64())], schema=schema)], schema)
    own = "SELECT * EXCLUDE (tags, metadata) FROM keyed_calls WHERE key_hash IN (SELECT key_hash FROM repeated)"
    engine.define("suspects", own if keys else f"{own} LIMIT 0")
    engine.define("twice", TWICE)
    engine.define("duplicates", DUPLICATES)
    engine.define("elsewhere", ELSEWHERE + ("" if keys else " LIMIT 0"))
    return int(engine.one("SELECT count(*) FROM duplicates"))


def _repeated(engine: DuckDB) -> Iterator[int]:
    """Yield the hashes that occur more than once."""
    count = int(engine.one("SELECT count(*) FROM keyed_calls"))
    blocks = -(-count // BLOCK)
    for block in range(blocks):
        within = f" WHERE key_hash % {blocks} = {block}" if blocks > 1 else ""
        yield from _twins(engine.array(f"SELECT key_hash FROM keyed_calls{within}"))


def _twins(hashes: Any) -> list[int]:
    """Return the values that occur more than once in an array, which is sorted for that."""
    import numpy as np

    hashes.sort()
    again: list[int] = np.unique(hashes[1:][hashes[1:] == hashes[:-1]]).tolist()
    return again
