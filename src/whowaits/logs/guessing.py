"""What the fields of an unknown table could be, by their names and by what their values can be read as.

Nothing is read by a guess: it only words the `--map` that a user may give.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from whowaits.logs import values
from whowaits.logs.columns import Field, Kind
from whowaits.rules import load_calls

MOST: Final = 3
NEAR: Final = 0.75
WORDS: Final = "words of people or models, never read"
_UNIT: Final = re.compile(r"_(ms|usd|tokens|at)$", re.IGNORECASE)
_READ_AS: Final[dict[Kind, Callable[[Any], Any]]] = {
    "count": values.count, "whole": values.whole, "number": values.number, "ms": values.milliseconds,
    "seconds": values.number, "time": values.when, "maybe_time": values.when, "money": values.money,
    "flag": values.flag,
}  # fmt: skip
_BY_VALUE: Final[tuple[tuple[Callable[[Any], Any], tuple[str, ...]], ...]] = (
    (values.count, ("input_tokens_total", "output_tokens_total", "duration_ms")),
    (values.money, ("cost_usd", "duration_in_s")),
    (values.when, ("started_at", "ended_at")),
)


def guesses(records: Sequence[Mapping[str, Any]], fields: Sequence[Field]) -> list[tuple[str, tuple[str, ...]]]:
    """Return for each field of these records the columns it could be, the likeliest first."""
    names = dict.fromkeys(name for record in records for name in record)
    return [(name, _of(name, [r.get(name) for r in records], fields)) for name in names]


def _of(name: str, found: Sequence[Any], fields: Sequence[Field]) -> tuple[str, ...]:
    if values.names_content(name):
        return (WORDS,)
    given = [value for value in found if value not in (None, "", [], {})]
    if given and all(_is_model(value) for value in given):
        return ("model_requested",)
    fitting = [field for field in fields if given and _fits(field.kind, given)]
    scored = sorted(((-_likeness(name, field), field.column) for field in fitting), key=lambda item: item[0])
    near = [column for score, column in scored if -score >= NEAR]
    return tuple(near[:MOST]) or _by_value(given)


def _likeness(name: str, field: Field) -> float:
    """How alike a name is to the names that a column is known under: the same words count as the same name."""
    own = _words(name)
    best = 0.0
    for known in (field.column, *field.names):
        other = _words(known)
        same = len(own & other) / len(own | other) if own | other else 0.0
        unit = _UNIT.search(name)
        best = max(best, NEAR if unit and known.endswith(unit[0].lower()) else 0.0)
        best = max(best, 0.75 + same / 4 if other <= own or own <= other else same, _spelling(name, known))
    return best


def _spelling(name: str, known: str) -> float:
    return difflib.SequenceMatcher(None, name.lower(), known.lower()).ratio()


def _words(name: str) -> frozenset[str]:
    parts = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    return frozenset(part.removesuffix("s") for part in parts if part)


def _by_value(given: Sequence[Any]) -> tuple[str, ...]:
    if not given:
        return ()
    return next((columns for read, columns in _BY_VALUE if _can(read, given)), ())


def _is_model(value: Any) -> bool:
    shown = values.text(value)
    return shown is not None and load_calls().provider_of(load_calls().model_id(shown)[1]) is not None


def _fits(kind: Kind, given: Sequence[Any]) -> bool:
    return kind not in _READ_AS or _can(_READ_AS[kind], given)


def _can(read: Callable[[Any], Any], given: Iterable[Any]) -> bool:
    try:
        return all(read(value) is not None for value in given)
    except (ValueError, TypeError, ArithmeticError):
        return False
