"""People in the columns of a call -> pseudonyms, on the way out. Inside, ids are what they are in the log: every
count and verdict is the same whether the output names people or not.

Only distinct values are looked at, and each once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from whowaits.logs.columns import literal, quoted
from whowaits.logs.engine import Engine
from whowaits.model import Workload
from whowaits.pseudonyms import MAY_HIDE, Pseudonyms

RANDOM: Final = "[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}"
PEOPLE: Final = ("end_user_id",)
SESSIONS: Final = ("session_id",)
NAMES: Final = (
    "api_key_id", "api_key_alias", "caller_identity", "team", "project", "workspace", "service_name", "environment",
    "job_name", "workflow_name", "step_name", "prompt_name", "user_agent", "trace_id", "parent_id", "batch_id",
    "custom_id", "retry_group", "code_file", "source_file", "raw_ref", "call_id", "request_id", "dedupe_key",
)  # fmt: skip
"""Columns in which an e-mail address or a secret key may stand; the rest of what they say is kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """SQL that shows the columns of a relation `r`: what stands for a column, and what has to be joined for it."""

    columns: Mapping[str, str]
    joins: str = ""

    def __call__(self, column: str) -> str:
        """Return the SQL of a column of `r`."""
        return self.columns.get(column, f"r.{quoted(column)}")


def shown(engine: Engine, table: str, filled: Collection[str], pseudonyms: Pseudonyms) -> Shown:
    """Return how the `filled` columns of a table are shown; what they need is kept as tables beside it."""
    people = () if pseudonyms.plain else PEOPLE
    sessions = () if pseudonyms.plain else SESSIONS
    wanted = [
        *((column, "true", pseudonyms.person) for column in people),
        *((column, f"NOT {_random(column)}", pseudonyms.person) for column in sessions),
        *((column, f"regexp_matches({quoted(column)}, {literal(MAY_HIDE)})", pseudonyms.text) for column in NAMES),
    ]
    found = [one for one in wanted if one[0] in filled and engine.rows(f"{_distinct(table, *one[:2])} LIMIT 1")]
    if found:
        pseudonyms.check()
    for column, where, show in found:
        _keep(engine, column, _distinct(table, column, where), show)
    named = [column for column, _, _ in found]
    columns = {name: f"coalesce({_beside(name)}.shown, r.{quoted(name)})" for name in named}
    joins = " ".join(f"LEFT JOIN {_beside(name)} ON r.{quoted(name)} = {_beside(name)}.plain" for name in named)
    return Shown(columns, joins)


def _random(column: str) -> str:
    """Whether a session's id is one that a machine drew (UUID, ULID): it tells nothing of anybody."""
    return f"regexp_full_match({quoted(column)}, {literal(RANDOM)})"


def _beside(column: str) -> str:
    return quoted(f"shown:{column}")


def _distinct(table: str, column: str, where: str) -> str:
    name = quoted(column)
    return f"SELECT DISTINCT {name} FROM {quoted(table)} WHERE {name} IS NOT NULL AND {where}"


def _keep(engine: Engine, column: str, distinct: str, show: Callable[[str], str]) -> None:
    """Keep distinct value -> pseudonym of a column as a table."""
    import pyarrow as pa

    schema = pa.schema([("plain", pa.string()), ("shown", pa.string())])

    def batches() -> Iterator[pa.RecordBatch]:
        for piece in engine.pieces(distinct):
            values = [value for (value,) in piece]
            yield pa.record_batch([values, [show(value) for value in values]], schema=schema)

    engine.store(f"shown:{column}", batches(), schema)


def without_people(workloads: Iterable[Workload], pseudonyms: Pseudonyms) -> tuple[Workload, ...]:
    """Return the workloads with the pseudonyms of people wherever a text in them names one by an e-mail address."""
    return tuple(_with_texts(workload, pseudonyms.text) for workload in workloads)


def _with_texts(value: Any, text: Callable[[str], str]) -> Any:
    """The value with `text` applied to every text in it; a value in which nothing changes is the same object."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        found = [_with_texts(item, text) for item in value]
        make: Callable[[Iterable[Any]], Any] = getattr(value, "_make", tuple)
        return make(found) if any(new is not old for new, old in zip(found, value, strict=True)) else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        new = {name: _with_texts(item, text) for name, item in old.items()}
        changed = {name: item for name, item in new.items() if item is not old[name]}
        return dataclasses.replace(value, **changed) if changed else value
    return value
