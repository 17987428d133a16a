"""What a page is made of: sections with tables and items, in words. Markdown and HTML show the same page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from whowaits.model import Place, Verdict, Waiter
from whowaits.report import words

ROWS: Final = 200
"""Rows of one table that a page shows; the JSON beside it has all."""
SEEN: Final = 5
"""Observations shown for one workload or question."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function on the way to a call, and the line in it that leads on."""

    function: str
    place: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind` names the look (a route or a waiter); `small` are the lines below, `path` the steps to a call.

    `order` is what it is sorted by where its text does not say it.
    """

    text: str
    small: tuple[str, ...] = ()
    kind: str = ""
    path: tuple[Step, ...] = ()
    order: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    numeric: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph with a title: a step to take, a workload with its reasons."""

    title: str
    aside: str
    lines: tuple[str, ...]
    places: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    lead: tuple[str, ...] = ()
    table: Table | None = None
    items: tuple[Item, ...] = ()
    after: tuple[str, ...] = ()
    ordered: bool = False
    folded: str = ""
    """The words that unfold the table, where a chart says the same or few want to see it."""


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    subtitle: str
    headline: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    footer: str


def place(where: Place) -> str:
    """Return path:line, cleaned; of a very long path the end stays, with its line."""
    text = words.clean(str(where), 10_000)
    return text if len(text) <= words.LONGEST else f"…{text[1 - words.LONGEST :]}"


def left_out(total: int) -> tuple[str, ...]:
    """Return what a table of so many rows does not show."""
    return (f"{total - ROWS:,} more in the JSON report.",) if total > ROWS else ()


def waiter_cell(waiter: Waiter, *small: str) -> Cell:
    """Return who waits, marked by who it is."""
    return Cell(words.WAITER_WORDS[waiter], small, f"waiter-{waiter}")


def deadline_cell(verdict: Verdict) -> Cell:
    """Return the deadline and its basis; a dash where a person waits: there is no deadline to ask for."""
    if verdict.deadline_s is None:
        return Cell("–" if verdict.waiter == "person" else words.NOT_KNOWN)
    return Cell(words.duration(verdict.deadline_s), (words.basis(verdict.deadline_basis),), order=verdict.deadline_s)


def route_cell(route: str, urgency: str | None) -> Cell:
    """Return where calls belong, marked by the route."""
    return Cell(route if urgency is None else f"{route}, {urgency}", kind=f"route-{route}")
