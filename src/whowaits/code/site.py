"""A place that calls a model and the ways that lead to it, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from whowaits.frozen import dataclass

if TYPE_CHECKING:
    from whowaits.rules import CallRule

Literals = str | int | float | bool | None
Kind = Literal["for", "while", "comprehension", "try", "with", "lambda"]


class Enclosure(NamedTuple):
    """A statement or expression around a call, inside the function the call stands in."""

    kind: Kind
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One function on the way up from a call, with the call expression in it that leads on down.

    `function` is the qualified name inside its module, "<module>" for code outside of any function.
    `first_line` includes decorators. `through` names the callable that the function below is handed to when
    it is not called here. `enclosures` are innermost first. `asks` are the lines of other calls that ask a person,
    perhaps in a helper, and `others` those of other calls that lead to a model too, on this path or not. Lines and
    columns count from 1, in a notebook inside the cell.
    """

    path: str
    cell: int | None
    function: str
    first_line: int
    last_line: int
    line: int
    end_line: int
    column: int
    through: str | None
    enclosures: tuple[Enclosure, ...]
    asks: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


class EntryPoint(NamedTuple):
    """What starts a path: `kind` "none" = nothing calls the top function, "script" = code that runs with its module."""

    kind: str
    rule: str | None
    path: str
    line: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """One way to a call: `steps[0]` holds the call of the model, the last step is the top."""

    steps: tuple[Step, ...]
    entry: EntryPoint


@dataclass(frozen=True, slots=True)
class Site:
    """One place that calls a model. `keywords` are the names of its keyword arguments, with short literal values.

    `searched`: it builds a store that the same program then searches.
    """

    path: str
    cell: int | None
    line: int
    end_line: int
    column: int
    function: str
    call: str
    rule: CallRule
    provider: str | None
    model: str | None
    kind: str
    tier: str
    self_hosted: bool
    keywords: dict[str, Literals]
    paths: tuple[Path, ...]
    searched: bool = False
