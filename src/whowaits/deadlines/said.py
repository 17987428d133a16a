"""What one Python file says of schedules, before it is linked to what the tree holds; also as plain data, to be kept.

Kept data may come with a repository: what could not have been written here raises ValueError or TypeError.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, get_args

from whowaits.deadlines.commands import Form, Target
from whowaits.deadlines.schedule import Schedule
from whowaits.model import Place, Skipped

_FORMS: Final = frozenset(get_args(Form))


class Said(NamedTuple):
    """`tasks` are functions with the name that they are registered under: (name, qualified function)."""

    schedules: tuple[Schedule, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()


NOTHING: Final = Said()


def row(said: Said) -> list[Any]:
    """Return the plain data of what a file says; its path is not among them."""
    schedules = [
        [
            _position(s.place),
            s.kind,
            s.expression,
            s.period_s,
            list(s.target),
            s.timezone,
            s.path,
            s.function,
            s.name,
            s.clock,
        ]
        for s in said.schedules
    ]
    return [schedules, [[_position(s.place), s.reason] for s in said.skipped], said.tasks]


def _position(place: Place) -> list[int | None]:
    return [place.line, place.column]


def revive(path: str, data: Any) -> Said:
    """Return what the file at `path` says, from its plain data."""
    schedules, skipped, tasks = data
    return Said(
        tuple(_schedule(path, each) for each in schedules),
        tuple(Skipped(_place(path, position), _text(reason)) for position, reason in skipped),
        tuple((_text(name), _text(function)) for name, function in tasks),
    )


def _schedule(path: str, data: Any) -> Schedule:
    position, kind, expression, period, target, zone, starts, function, name, clock = data
    if period is not None and not (type(period) in (int, float) and period > 0):
        raise ValueError("not a period")
    return Schedule(
        _place(path, position), _text(kind), _text(expression), period, _target(target), _perhaps(zone),
        _perhaps(starts), _perhaps(function), _perhaps(name), _perhaps(clock),
    )  # fmt: skip


def _target(data: Any) -> Target:
    form, name, folder, arguments = data
    if form not in _FORMS:
        raise ValueError("not a form")
    return Target(form, _text(name), _text(folder), tuple(_text(word) for word in arguments))


def _place(path: str, position: Any) -> Place:
    line, column = position
    if any(type(n) is not int and n is not None for n in (line, column)):
        raise TypeError("not a position")
    return Place(path, line, column)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _perhaps(value: Any) -> str | None:
    return None if value is None else _text(value)
