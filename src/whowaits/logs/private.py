"""People in the columns of a call -> pseudonyms, on the way out. Inside, ids are what they are in the log: every
count and verdict is the same whether the output names people or not.

Only distinct values are looked at, and each once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from whowaits.logs.cleaning import OWN
from whowaits.logs.columns import literal, quoted
from whowaits.logs.engine import Engine
from whowaits.logs.table import CALL_FIELDS, PAIRS, TEXT, TEXTS
from whowaits.model import Workload
from whowaits.money import listed
from whowaits.pseudonyms import MAY_HIDE, Pseudonyms
from whowaits.redacted import redact

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
    """SQL of the columns of a call, read (`r`) and cleaned (`c`): what stands for them, what is joined for that."""

    columns: Mapping[str, str]
    joins: str = ""

    def __call__(self, column: str) -> str:
        """Return the SQL of a column."""
        return self.columns.get(column, f"{'c' if column in OWN else 'r'}.{quoted(column)}")


def shown(engine: Engine, table: str, filled: Collection[str], pseudonyms: Pseudonyms) -> Shown:
    """Return how the `filled` columns of a table are shown; what they need is kept as tables beside it."""
    if pseudonyms.hide == "names":
        return _renamed(engine, table, filled, pseudonyms)
    people = () if pseudonyms.hide == "nothing" else PEOPLE
    sessions = () if pseudonyms.hide == "nothing" else SESSIONS
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
    columns = {name: f"coalesce({_beside(name)}.shown, {_of(name)})" for name in named}
    return Shown(columns, _joins(named))


def _joins(named: Iterable[str]) -> str:
    return " ".join(f"LEFT JOIN {_beside(name)} ON {_of(name)} = {_beside(name)}.plain" for name in named)


def _of(column: str) -> str:
    """A column of the record as it was read; the canonical model is found only after that."""
    return f"c.{column}" if column == "model_canonical" else f"r.{quoted(column)}"


NOBODYS: Final = (
    "source", "source_row", "record_kind", "provider", "operation", "token_semantics", "cost_basis", "service_tier",
    "status", "time_quality", "stated_deadline_source", "trigger", "root_kind", "parent_kind", "region",
)  # fmt: skip
"""Columns of text that name neither a thing nor a person of the company."""
THINGS: Final = {
    "model_requested": "model", "model_response": "model", "model_canonical": "model", "api_key_id": "key",
    "api_key_alias": "key", "caller_identity": "caller", "team": "team", "project": "project",
    "workspace": "workspace", "service_name": "service", "environment": "environment", "job_name": "job",
    "workflow_name": "workflow", "step_name": "step", "prompt_name": "prompt", "user_agent": "agent",
    "code_file": "path", "code_function": "function", "source_file": "path", "batch_id": "batch",
}  # fmt: skip
"""Columns whose values are named anew, with the kind of their pseudonyms. What stands in neither list is left out."""


def _renamed(engine: Engine, table: str, filled: Collection[str], pseudonyms: Pseudonyms) -> Shown:
    """How columns are shown to others: names anew, and what could tell a call apart left out."""
    pseudonyms.check()
    texts = {name for name, kind in CALL_FIELDS if kind in (TEXT, TEXTS, PAIRS)} - set(NOBODYS)
    named = [*sorted(texts & {*THINGS, *PEOPLE, *SESSIONS} & set(filled)), "model_canonical"]
    for column in named:
        where = "calls" if column == "model_canonical" else table
        _keep(engine, column, _distinct(where, column, "true"), _anew(pseudonyms, THINGS.get(column)))
    columns = dict.fromkeys(texts - set(named), "NULL")
    columns |= {name: f"{_beside(name)}.shown" for name in named}
    return Shown({**columns, "call_id": "'call-' || CAST(r.position AS VARCHAR)"}, _joins(named))


def _anew(pseudonyms: Pseudonyms, kind: str | None) -> Callable[[str], str]:
    if kind is None:
        return pseudonyms.person
    if kind == "model":
        return lambda value: value if listed.is_public(value) else pseudonyms.named(kind, value)
    return lambda value: pseudonyms.named(kind, value)


def _random(column: str) -> str:
    """Whether a session's id is one that a machine drew (UUID, ULID): it tells nothing of anybody."""
    return f"regexp_full_match({quoted(column)}, {literal(RANDOM)})"


def _beside(column: str) -> str:
    return quoted(f"shown_{column}")


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

    engine.store(f"shown_{column}", batches(), schema)


def shown_workloads(workloads: Iterable[Workload], pseudonyms: Pseudonyms) -> tuple[Workload, ...]:
    """Return the workloads as they may be shown: no e-mail address in a text, or no name at all."""
    if pseudonyms.hide == "names":
        return redact(tuple(workloads), pseudonyms)
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
