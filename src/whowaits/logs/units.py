"""Statements -> units: the calls of one program for one purpose, told apart where they state different things.

A register entry takes the calls that it matches as one workload. Otherwise the program's own name makes a workload
(service, workflow, job, prompt), and only where a key is all there is, the key with its model and operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from whowaits.config import MATCH_FIELDS
from whowaits.deadlines import register
from whowaits.logs.statements import Due, Statements
from whowaits.model import OFFER_PREPAID, Evidence, Offer, Place, Tier
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
REST: Final = -1
STRAY: Final = 7
FORMS: Final = {
    REST: "other calls",
    1: "without sessions",
    2: "with sessions",
    3: "streamed, without sessions",
    4: "streamed, with sessions",
    5: "not streamed, without sessions",
    6: "not streamed, with sessions",
    STRAY: "outside of its runs",
}
"""The forms of calls behind a key (logs/cleaning.py) in words, and calls of runs that strays.py sets apart."""
UNMARKED: Final = "unmarked"
LONGEST_LABEL: Final = 40
SHOWN_KEY: Final = 12
"""So many characters of a key's hash tell keys apart well enough to name them."""


@dataclass(slots=True)
class Unit:
    """One workload, or one stream of a key that carries several."""

    number: int
    base: str
    label: str
    offer: Offer
    tier: Tier
    evidence: tuple[Evidence, ...]
    provider: str | None
    due: Due | None
    models: list[str] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    places: set[Place] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    """What its program goes by in the log: service, workflow, job, prompt, else its key; and its file."""
    identity: tuple[Any, ...] = ()
    """The program, or the key with its model and operation."""
    stream: int | None = None
    """Which of several streams of a key, told apart by the form of their calls; None for a whole one."""
    name: str = ""
    streams: tuple[str, ...] = ()
    selectors: tuple[tuple[str, str], ...] = ()


Apart = Mapping[tuple[Any, ...], frozenset[int]]
"""Keys that carry several programs -> the forms of calls that are streams of their own; the rest is another one."""


def build(
    rows: Iterable[Mapping[str, Any]], statements: Statements, apart: Apart | None = None
) -> tuple[list[Unit], list[str]]:
    """Return the units of these statements, and what is wrong with the register; the order of rows plays no part."""
    units: dict[tuple[Any, ...], Unit] = {}
    ties: set[str] = set()
    ordered = sorted(rows, key=_order)
    alone = _keys_for_one_thing(ordered)
    for row in ordered:
        covering = register.covering(statements.entries, statements.fields(row))
        if covering.message:
            ties.add(covering.message)
        said, due = statements.evidence(row), statements.due(row)
        offer = _offer(row)
        stream = None if covering.entry else _stream(row, apart or {})
        key = (*_signature(row, said, offer, due, covering.entry.name if covering.entry else None), stream)
        if key not in units:
            base = covering.entry.name if covering.entry else _base(row, alone)
            declared = register.evidence(covering.entry) if covering.entry else ()
            label = ", ".join((_label(row, said), *([_form(stream, row, apart or {})] if stream else [])))
            units[key] = Unit(len(units), base, label, offer, _tier(row), declared, row["provider"], due)
            units[key].identity, units[key].stream = _identity(row), stream
            units[key].selectors = _selectors(row)
        _join(units[key], row, said, due)
    found = list(units.values())
    _name(found)
    return found, sorted(ties)


def _keys_for_one_thing(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The keys with one model and operation, which need not be told from each other."""
    uses: dict[str, set[tuple[Any, Any]]] = {}
    for row in rows:
        if not any(row[name] for name in PROGRAM):
            uses.setdefault(_key(row), set()).add((row["model_canonical"], row["operation"]))
    return {key for key, things in uses.items() if len(things) == 1}


def _order(row: Mapping[str, Any]) -> list[str]:
    return [str(row[name]) for name in sorted(row) if name not in ("statement", "row_count")]


def _join(unit: Unit, row: Mapping[str, Any], said: Sequence[Evidence], due: Due | None) -> None:
    unit.due = unit.due or due
    unit.statements.append(row["statement"])
    unit.evidence = tuple(dict.fromkeys((*unit.evidence, *said)))
    if row["model_canonical"] and row["model_canonical"] not in unit.models:
        unit.models.append(row["model_canonical"])
    if unit.provider != row["provider"]:
        unit.provider = None
    unit.names |= {row[name] for name in (*PROGRAM, "code_file") if row[name]} or {_key(row)}
    if row["code_file"]:
        unit.places.add(Place(row["code_file"], row["code_line"]))


def _signature(
    row: Mapping[str, Any], said: Sequence[Evidence], offer: Offer, due: Due | None, entry: str | None
) -> tuple[Any, ...]:
    """Calls that differ in any of these are judged apart."""
    if entry is not None:
        return ("register", entry, offer, _tier(row))
    claims = frozenset((e.rule, e.waiter, e.deadline_s, e.bulk) for e in said if not e.hint)
    person = any(e.waiter == "person" for e in said if not e.hint)  # waits, whatever else a call states
    source = None if person else row["stated_deadline_source"]
    return ("log", _identity(row), claims, due, offer, _tier(row), source)


def shared_keys(rows: Iterable[Mapping[str, Any]]) -> Apart:
    """Return the keys without the name of a program whose calls have several forms."""
    forms: dict[tuple[Any, ...], set[int]] = {}
    for row in rows:
        if row["form"] not in (0, STRAY):
            forms.setdefault(_identity(row), set()).add(row["form"])
    return {identity: frozenset(found) for identity, found in forms.items() if len(found) > 1}


def _stream(row: Mapping[str, Any], apart: Apart) -> int | None:
    own = apart.get(_identity(row))
    if own is None:
        return None
    form: int = row["form"]
    return form if form in own else REST


def _form(stream: int, row: Mapping[str, Any], apart: Apart) -> str:
    """The words for a stream; what is left of a job without its strays are its runs."""
    return "its runs" if stream == REST and apart[_identity(row)] == {STRAY} else FORMS[stream]


SELECTED_BY: Final = {column: key for key, columns in MATCH_FIELDS.items() for column in columns}
"""Column -> the key of `match` that asks for it."""


def _selectors(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a register entry would have to say to take the calls of this program, or of this key with this model."""
    program = [name for name in PROGRAM if row[name]]
    key = next((name for name in KEYS if row[name]), None)
    columns = program or ([key, "model_canonical"] if key and row["model_canonical"] else [key] if key else [])
    if not all(name in SELECTED_BY for name in columns):
        return ()
    return tuple(sorted((SELECTED_BY[name], _literally(str(row[name]))) for name in columns))


def _literally(value: str) -> str:
    """The pattern that fits this value alone."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in value)


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    program = tuple(row[name] for name in PROGRAM)
    if any(program):
        return program
    return (_key(row), row["model_canonical"], row["operation"])


def _base(row: Mapping[str, Any], alone: set[str]) -> str:
    parts: list[str] = []
    for name in PROGRAM:
        value = row[name]
        if value and not any(value in part for part in parts):
            parts = [part for part in parts if part not in value] + [value]
    if parts:
        return "/".join(parts)
    if _key(row) in alone:
        return _key(row)
    what = " ".join(part for part in (row["operation"], row["model_canonical"]) if part)
    return f"{_key(row)} ({what})" if what else _key(row)


def _key(row: Mapping[str, Any]) -> str:
    for name in KEYS:
        if value := row[name]:
            return f"key {value[:SHOWN_KEY]}" if name == "api_key_id" else str(value)
    return "without a name"


def _label(row: Mapping[str, Any], said: Sequence[Evidence]) -> str:
    """What tells a stream from its siblings: the words of the log that make a claim."""
    shown = sorted({_short(e) for e in said if not e.hint})
    if row["stated_deadline_source"]:
        shown.append(str(row["stated_deadline_source"]).replace("_", " "))
    if _tier(row) == "provisioned":
        shown.append("prepaid capacity")
    return ", ".join(shown) or UNMARKED


def _short(evidence: Evidence) -> str:
    """The field and value that a claim quotes, or the name of its rule where that is long."""
    quoted = evidence.says.partition(" (")[2].removesuffix(")")
    return quoted if 0 < len(quoted) <= LONGEST_LABEL else evidence.rule


def _tier(row: Mapping[str, Any]) -> Tier:
    tier: Tier = row["service_tier"]
    return tier if tier in ("batch", "flex", "provisioned") else "standard"


def _offer(row: Mapping[str, Any]) -> Offer:
    """What is sold for waiting; a premium for speed can be given up, capacity that is paid for cannot."""
    if _tier(row) == "provisioned":
        return OFFER_PREPAID
    return load_offers().find(row["provider"], row["model_canonical"], row["operation"])


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
