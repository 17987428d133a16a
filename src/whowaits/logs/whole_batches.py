"""Batches that the log only has as a whole: how many of their requests failed or expired, as the provider counts them.

What stands in `metadata` under these names was put there by the readers of such objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from whowaits.logs.engine import Engine

FAILED: Final = "requests.failed"
EXPIRED: Final = "requests.expired"
_WHOLE: Final = """
SELECT c.provider AS provider, c.model_canonical AS model, r.batch_id AS batch, r.request_count AS row_count,
  r.metadata AS metadata, r.source_file AS source_file
FROM calls AS c JOIN raw_calls AS r ON c.position = r.position
WHERE c.record_kind = 'batch_aggregate' AND r.batch_id IS NOT NULL AND r.request_count > 0 AND r.metadata IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM raw_calls AS i WHERE i.batch_id = r.batch_id AND i.record_kind = 'batch_item'
  )
ORDER BY provider, model, batch
"""
"""Where the requests of a batch were logged one by one, those count."""


def counted(failed: int | None = None, expired: int | None = None) -> list[tuple[str, str]]:
    """Return what a reader notes of a batch, in the order of names; nothing for what its object does not count."""
    noted = ((EXPIRED, expired), (FAILED, failed))
    return [(name, str(count)) for name, count in noted if count is not None]


def read(engine: Engine) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield (of what the batches are, file, batches), a group for each provider and model, in the order of names."""
    groups: dict[str, list[dict[str, Any]]] = {}
    files: dict[str, str] = {}
    for row in engine.rows(_WHOLE):
        if (lost := _lost(row)) is not None:
            name = f"{row['provider']} batches" + (f" of {row['model']}" if row["model"] else "")
            groups.setdefault(name, []).append(lost)
            files[name] = min(files.get(name, row["source_file"]), row["source_file"])
    return ((name, files[name], groups[name]) for name in sorted(groups))


def _lost(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a batch lost, None where its object does not say it."""
    noted = _noted(row["metadata"])
    if not noted:
        return None
    expired = noted.get(EXPIRED, 0)
    bad = min(row["row_count"], noted.get(FAILED, 0) + expired)
    return {"batch": row["batch"], "row_count": row["row_count"], "bad": bad, "expired": min(expired, bad)}


def _noted(metadata: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, int]:
    """The counts among the pairs, which some engines give as a list."""
    pairs = dict(metadata)
    return {name: int(pairs[name]) for name in (FAILED, EXPIRED) if pairs.get(name, "").isdecimal()}
