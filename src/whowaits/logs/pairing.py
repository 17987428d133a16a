"""One call in the log of a gateway and in that of the provider behind it, where the two share no id.

Every call through the gateway is one call behind it, so each record of the gateway takes one record of the provider
that ran at its moment in the same place (deployment). Records behind it that none takes are calls of their own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from whowaits.logs.columns import literal
from whowaits.logs.engine import DuckDB, batched
from whowaits.logs.registry import all_readers

SLACK_US: Final = 2_000_000
"""So far the clocks of the two logs may lie apart."""
_CALLS: Final = """
SELECT position AS id, lower(workspace) AS place, epoch_us(coalesce(started_at, ended_at)) AS first_us,
  epoch_us(coalesce(ended_at, started_at)) AS last_us, dedupe_key
FROM keyed_calls
WHERE source = {source} AND workspace IS NOT NULL AND coalesce(started_at, ended_at) IS NOT NULL
  AND coalesce(record_kind, 'call') IN ('call', 'attempt')
ORDER BY place, first_us, last_us, dedupe_key, id
"""


class Seen(NamedTuple):
    id: int
    place: str
    first_us: int
    last_us: int
    key: str


def start(engine: DuckDB) -> None:
    """Make the table `paired`: no record is known to be another one's."""
    engine.store("paired", [], _schema())


def pair(engine: DuckDB, sources: Iterable[str]) -> None:
    """Keep the records behind a gateway in the table `paired`, with the key of the gateway's record of the call."""
    import pyarrow as pa

    present, schema = set(sources), _schema()
    for reader in all_readers():
        gateway = getattr(reader, "BEHIND", None)
        if gateway in present and reader.NAME in present:
            found = batched(pairs(_seen(engine, gateway), _seen(engine, reader.NAME)))
            batches = (pa.record_batch([list(c) for c in zip(*chunk, strict=True)], schema=schema) for chunk in found)
            engine.store("paired", batches, schema, append=True)


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema([("id", pa.int64()), ("dedupe_key", pa.string())])


def _seen(engine: DuckDB, source: str) -> Iterator[Seen]:
    return (Seen(*row) for piece in engine.pieces(_CALLS.format(source=literal(source))) for row in piece)


def pairs(gateway: Iterable[Seen], behind: Iterable[Seen]) -> Iterator[tuple[int, str]]:
    """Yield (id behind, key of the gateway's record); both come in the order of place and time."""
    others = groupby(behind, key=itemgetter(1))
    place, rest = next(others, (None, iter(())))
    for wanted, calls in groupby(gateway, key=itemgetter(1)):
        while place is not None and place < wanted:
            place, rest = next(others, (None, iter(())))
        if place == wanted:
            yield from _in_one_place(calls, rest)


def _in_one_place(gateway: Iterable[Seen], behind: Iterator[Seen]) -> Iterator[tuple[int, str]]:
    """Of the records behind that ran at a moment, the one that ends first is taken: the others may fit a later one."""
    running: list[tuple[int, int, Any]] = []
    coming = next(behind, None)
    for call in gateway:
        while coming is not None and coming.first_us - SLACK_US <= call.first_us:
            heapq.heappush(running, (coming.last_us + SLACK_US, coming.id, coming))
            coming = next(behind, None)
        while running and running[0][0] < call.first_us:
            heapq.heappop(running)
        if running:
            yield heapq.heappop(running)[1], call.key
