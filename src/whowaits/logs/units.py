"""Statements -> units: the calls of one program for one purpose, told apart where they state different things.

A register entry takes the calls that it matches as one workload. Otherwise the program's own name makes a workload
(service, workflow, job, prompt), and only where a key is all there is, the key with its model and operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from whowaits.deadlines import register
from whowaits.logs.statements import Due, Statements
from whowaits.model import Evidence, Offer, Place, Tier
from whowaits.rules import load_offers

PROGRAM: Final = ("service_name", "workflow_name", "job_name", "prompt_name")
KEYS: Final = (
    "api_key_alias",
    "api_key_id",
    "caller_identity",
    "project",
    "workspace",
    "team",
    "code_file",
    "user_agent",
)
UNMARKED: Final = "unmarked"
SHOWN_KEY: Final = 12
"""So many characters of a key's hash tell keys apart well enough to name them."""


@dataclass(slots=True)
class Unit:
    """One workload, or one stream of a key that carries several."""

    number: int
    base: str
    label: str
    registered: bool
    offer: Offer
    tier: Tier
    evidence: tuple[Evidence, ...]
    provider: str | None
    deadline_source: str | None
    due: Due | None
    models: list[str] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    places: set[Place] = field(default_factory=set)
    name: str = ""
    streams: tuple[str, ...] = ()


def build(rows: Iterable[Mapping[str, Any]], statements: Statements) -> tuple[list[Unit], list[str]]:
    """Return the units of these statements, and what is wrong with the register; the order of rows plays no part."""
    units: dict[tuple[Any, ...], Unit] = {}
    ties: set[str] = set()
    for row in sorted(rows, key=_order):
        covering = register.covering(statements.entries, statements.fields(row))
        if covering.message:
            ties.add(covering.message)
        entry = covering.entry
        said = statements.evidence(row)
        offer = load_offers().find(row["provider"], row["model_canonical"], row["operation"])
        due = statements.due(row)
        key = _signature(row, said, offer, due, entry.name if entry else None)
        unit = units.get(key)
        if unit is None:
            declared = register.evidence(entry) if entry else ()
            unit = Unit(
                len(units), entry.name if entry else _base(row), _label(row, said), entry is not None, offer,
                _tier(row), declared, row["provider"], row["stated_deadline_source"], due,
            )  # fmt: skip
            units[key] = unit
        unit.due = unit.due or due
        _join(unit, row, said)
    found = list(units.values())
    _name(found)
    return found, sorted(ties)


def _order(row: Mapping[str, Any]) -> list[str]:
    return [str(row[name]) for name in sorted(row) if name not in ("statement", "row_count")]


def _join(unit: Unit, row: Mapping[str, Any], said: Sequence[Evidence]) -> None:
    unit.statements.append(row["statement"])
    unit.evidence = tuple(dict.fromkeys((*unit.evidence, *said)))
    if row["model_canonical"] and row["model_canonical"] not in unit.models:
        unit.models.append(row["model_canonical"])
    if unit.provider != row["provider"]:
        unit.provider = None
    if row["code_file"]:
        unit.places.add(Place(row["code_file"], row["code_line"]))


def _signature(
    row: Mapping[str, Any], said: Sequence[Evidence], offer: Offer, due: Due | None, entry: str | None
) -> tuple[Any, ...]:
    """Calls that differ in any of these are judged apart."""
    common = (offer, _tier(row), row["stated_deadline_source"])
    if entry is not None:
        return ("register", entry, *common)
    claims = frozenset((e.rule, e.waiter, e.deadline_s, e.bulk) for e in said if not e.hint)
    return ("log", _identity(row), claims, due, *common)


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    program = tuple(row[name] for name in PROGRAM)
    if any(program):
        return program
    return (_key(row), row["model_canonical"], row["operation"])


def _base(row: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for name in PROGRAM:
        value = row[name]
        if value and not any(value in part for part in parts):
            parts = [part for part in parts if part not in value] + [value]
    if parts:
        return "/".join(parts)
    what = " ".join(part for part in (row["operation"], row["model_canonical"]) if part)
    return f"{_key(row)} ({what})" if what else _key(row)


def _key(row: Mapping[str, Any]) -> str:
    for name in KEYS:
        if value := row[name]:
            return f"key {value[:SHOWN_KEY]}" if name == "api_key_id" else str(value)
    return "without a name"


def _label(row: Mapping[str, Any], said: Sequence[Evidence]) -> str:
    """What tells a stream from its siblings: the words of the log that make a claim."""
    shown = sorted({part for e in said if not e.hint for part in [_quoted(e.says)] if part})
    if row["stated_deadline_source"]:
        shown.append(str(row["stated_deadline_source"]).replace("_", " "))
    return ", ".join(shown) or UNMARKED


def _quoted(says: str) -> str:
    return says.rpartition("(")[2].removesuffix(")") if says.endswith(")") else ""


def _tier(row: Mapping[str, Any]) -> Tier:
    tier: Tier = row["service_tier"]
    return tier if tier in ("batch", "flex") else "standard"


def _name(units: Sequence[Unit]) -> None:
    """Give every unit a name of its own; streams of one base know each other's names."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.base, []).append(unit)
    for base, group in groups.items():
        if len(group) == 1:
            group[0].name = base
            continue
        for unit in group:
            unit.name = f"{base} [{unit.label}]"
        for unit in _alike(group):
            unit.name = (
                f"{base} [{unit.label}; {unit.provider or 'several providers'} {', '.join(sorted(unit.models))}]"
            )
        for number, unit in enumerate(_alike(group), start=1):
            unit.name = f"{unit.name} #{number}"
        streams = tuple(sorted(unit.name for unit in group))
        for unit in group:
            unit.streams = streams


def _alike(group: Sequence[Unit]) -> list[Unit]:
    names = [unit.name for unit in group]
    return [unit for unit in group if names.count(unit.name) > 1]
