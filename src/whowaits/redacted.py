"""A report for others: names are pseudonyms, sentences that may quote a name are withheld; money and verdicts stay.

Closed the safe way round: a text stays only where KEPT says that it is a word of ours, a provider's or a price list's.
Everything else is a name of the kind that NAMES gives it, or a text that is withheld.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeVar

from whowaits.money import listed
from whowaits.pseudonyms import Pseudonyms

T = TypeVar("T")
WITHHELD: Final = "withheld"
RULES: Final = "whowaits.rules."
"""Values from there are words of ours: they name nobody."""
QUOTING: Final = frozenset("`'\"/\\@")
"""Signs of a text that may quote a name."""
KEPT: Final = frozenset(
    {
        ("Aggregate", "provider"), ("Aggregate", "source"), ("CallSite", "kind"), ("CallSite", "provider"),
        ("Classified", "price_date"), ("Classified", "price_source"), ("Coverage", "provider"), ("Coverage", "source"),
        ("Entry", "kind"), ("Evidence", "rule"), ("Finding", "fingerprint"), ("Finding", "rule"), ("Link", "usage"),
        ("LogBasis", "price_date"), ("LogBasis", "price_source"), ("Missing", "source"), ("Missing", "what"),
        ("OpenQuestion", "question"), ("OtherFinding", "rule"), ("PriceDoubt", "source"), ("Report", "version"),
        ("Saving", "as_of"), ("Saving", "source"), ("Usage", "fingerprint"), ("Usage", "rule"), ("Verdict", "notes"),
        ("Verdict", "question"), ("Workload", "provider"), ("Portion", "provider"),
        ("WaiverLine", "rule"), ("WaivedSince", "rule"), ("Decision", "weak"),
    }
)  # fmt: skip
NAMES: Final = {
    ("Report", "name"): "report", ("Headline", "dearer"): "workload", ("Headline", "unpriced_workloads"): "workload",
    ("WorkloadLine", "owner"): "team", ("Workload", "name"): "workload", ("Workload", "streams"): "workload",
    ("Link", "workload"): "workload", ("Conflict", "workload"): "workload", ("OtherFinding", "workload"): "workload",
    ("OpenQuestion", "subject"): "workload", ("Waived", "owner"): "team", ("Place", "path"): "path",
    ("CodeBasis", "root"): "path", ("CallSite", "function"): "function", ("Frame", "function"): "function",
    ("CallSite", "call"): "call", ("Portion", "team"): "team",
    ("WaiverLine", "owner"): "team", ("WaivedSince", "owner"): "team", ("Change", "workload"): "workload",
    ("Change", "owner"): "team", ("Quarter", "name"): "report", ("Promise", "report"): "report",
}  # fmt: skip
MODELS: Final = frozenset(
    {
        ("Workload", "models"),
        ("CallSite", "model"),
        ("Aggregate", "model"),
        ("PriceDoubt", "model"),
        ("Portion", "model"),
    }
)


def redact(value: T, pseudonyms: Pseudonyms) -> T:
    """Return a report, or classified logs, without a name of a key, workload, team, path or person."""
    redacted: T = _Redaction(pseudonyms).walk(value)
    return redacted


class _Redaction:
    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._named = pseudonyms.named

    def walk(self, value: Any) -> Any:
        """The value with every text in it kept, named anew or withheld by the field it stands in."""
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(self.walk(item) for item in value)
        fields = _fields_of(value)
        if fields is None or type(value).__module__.startswith(RULES):
            return value
        kind = type(value).__name__
        new = {name: self._field(kind, name, item, value) for name, item in fields.items()}
        if hasattr(value, "_replace"):
            return value._replace(**new)
        return dataclasses.replace(value, **new)

    def _field(self, kind: str, name: str, item: Any, owner: Any) -> Any:
        key = (kind, name)
        if key in KEPT:
            return item
        if name not in _texts(owner.__class__):
            return self.walk(item)
        if key in NAMES:
            return _each(item, lambda text: self._named(NAMES[key], text))
        if key in MODELS:
            return _each(item, self._model)
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, item, owner)
        return _each(item, lambda _: WITHHELD)

    def _model(self, model: str) -> str:
        return model if listed.is_public(model) else self._named("model", model)

    def _sources(self, sources: Iterable[tuple[str, str, int]], _: Any) -> tuple[tuple[str, str, int], ...]:
        return tuple((self._named("path", file), reader, rows) for file, reader, rows in sources)

    def _notes(self, notes: Mapping[str, tuple[str, ...]], _: Any) -> dict[str, tuple[str, ...]]:
        return {note: tuple(self._named("workload", about) for about in found) for note, found in notes.items()}

    def _reason(self, reason: str | None, owner: Any) -> str | None:
        """Why something was skipped is told in our words, unless it quotes; why a finding is waived, in somebody's."""
        ours = type(owner).__name__ in ("Skipped", "SkippedGroup")
        return reason if reason is None or (ours and not QUOTING & set(reason)) else WITHHELD

    def _split(self, name: str | None, owner: Any) -> str | None:
        """Months and providers name nobody."""
        if name is None or owner.by in ("month", "provider"):
            return name
        return self._model(name) if owner.by == "model" else self._named("team", name)

    def _says(self, _: str, owner: Any) -> str:
        """What was seen, by the rule that saw it; the words of the log or the code are left out."""
        return getattr(owner, "rule", None) or getattr(owner, "by", None) or WITHHELD


_SPECIAL: Final[dict[str, Callable[[_Redaction, Any, Any], Any]]] = {
    "sources": _Redaction._sources,
    "notes": _Redaction._notes,
    "says": _Redaction._says,
    "message": _Redaction._says,
    "reason": _Redaction._reason,
    "name": _Redaction._split,
    "selectors": lambda _, __, ___: (),
}
"""Fields that are redacted in a way of their own."""


def _fields_of(value: Any) -> dict[str, Any] | None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    names = getattr(value, "_fields", None)
    return None if names is None else {name: getattr(value, name) for name in names}


@functools.cache
def _texts(kind: type[object]) -> frozenset[str]:
    """The fields of a type that hold any text; words of a closed list (a route, a waiter) are none."""
    return frozenset(name for name, hint in typing.get_type_hints(kind).items() if _holds_text(hint))


def _holds_text(hint: Any) -> bool:
    return hint is str or (typing.get_origin(hint) is not Literal and any(map(_holds_text, typing.get_args(hint))))


def _each(item: Any, change: Callable[[str], str]) -> Any:
    """The item with `change` applied to a text, or to every text of a tuple."""
    if isinstance(item, str):
        return change(item)
    if isinstance(item, tuple) and not hasattr(item, "_fields"):
        return tuple(_each(part, change) for part in item)
    return item
