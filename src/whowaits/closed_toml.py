"""TOML tables that are closed: every key is asked for by name and kind, a key left over is an error with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from whowaits.frozen import dataclass
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, WEEK_S, Place, WrongUse

UNIT_S: Final = {"s": 1, "m": MINUTE_S, "h": HOUR_S, "d": DAY_S, "w": WEEK_S}

_T = TypeVar("_T")
Key = str | int


class ConfigError(WrongUse):
    """The configuration is wrong; the message starts with file:line."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The text of a configuration file, to say on which line a key stands: tomllib does not keep that."""

    name: str
    text: str

    def line_of(self, path: Sequence[Key]) -> int | None:
        """Return the line of the key or table at `path`, or of the nearest table around it that has one."""
        best: int | None = None
        header: tuple[Key, ...] = ()
        counts: dict[tuple[Key, ...], int] = {}
        depth = 0
        for number, line in enumerate(self.text.splitlines(), start=1):
            table = re.match(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]", line)
            if table is not None and "=" not in line.partition("]")[0]:
                header = _resolved(tuple(_parts(table[2])), table[1] == "[[", counts)
                reached = len(header) if header == tuple(path[: len(header)]) else 0
            else:
                reached = _reached_in_line(line, header, path)
            if reached > depth:
                best, depth = number, reached
        return best


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _resolved(parts: tuple[str, ...], is_array: bool, counts: dict[tuple[Key, ...], int]) -> tuple[Key, ...]:
    """Return the path of a table header with the index of each array element it lies in."""
    header: tuple[Key, ...] = ()
    for position, part in enumerate(parts, start=1):
        header = (*header, part)
        if is_array and position == len(parts):
            counts[header] = counts.get(header, -1) + 1
        if header in counts:
            header = (*header, counts[header])
    return header


def _reached_in_line(line: str, header: tuple[Key, ...], path: Sequence[Key]) -> int:
    """How much of `path` a line of `header` spells out: `match = { kez = "a" }` reaches two keys further."""
    if header != tuple(path[: len(header)]):
        return 0
    reached, rest = len(header), line
    for key in path[len(header) :]:
        found = re.search(rf"(?:^|[{{,.\s])[\"']?{re.escape(str(key))}[\"']?\s*(?:=|\.)", rest)
        if isinstance(key, int) or found is None:
            break
        reached, rest = reached + 1, rest[found.end() :]
    return reached if reached > len(header) else 0


class Table:
    """One table of the file: values are taken out by name and kind; what is left over is an error."""

    def __init__(self, data: object, lines: Lines, path: tuple[Key, ...]) -> None:
        self.lines, self.path = lines, path
        if not isinstance(data, dict):
            raise self.error((), "a table is expected here")
        self.data: dict[str, Any] = data
        self.known: list[str] = []

    @property
    def place(self) -> Place:
        return Place(self.lines.name, self.lines.line_of(self.path) or 1)

    def error(self, below: tuple[Key, ...], message: str) -> ConfigError:
        where = self.lines.line_of((*self.path, *below)) or 1
        return ConfigError(f"{self.lines.name}:{where}: {message}")

    def take(self, key: str, convert: Callable[[Any], _T]) -> _T | None:
        """Return the value of `key` as `convert` makes it, None when it is not there."""
        self.known.append(key)
        if key not in self.data:
            return None
        try:
            return convert(self.data[key])
        except (ValueError, InvalidOperation) as error:
            raise self.error((key,), f"`{key}`: {error}") from None

    def need(self, key: str, convert: Callable[[Any], _T]) -> _T:
        value = self.take(key, convert)
        if value is not None:
            return value
        for near in difflib.get_close_matches(key, self.data, n=1):
            raise self.error((near,), f"unknown key `{near}`; did you mean `{key}`?")
        raise self.error((), f"`{key}` is missing")

    def table(self, key: str) -> Table | None:
        self.known.append(key)
        return Table(self.data[key], self.lines, (*self.path, key)) if key in self.data else None

    def tables(self, key: str) -> list[Table]:
        self.known.append(key)
        items = self.data.get(key, [])
        if not isinstance(items, list):
            raise self.error((key,), f"`{key}` is a list: write [[{'.'.join(map(str, (*self.path, key)))}]]")
        return [Table(item, self.lines, (*self.path, key, index)) for index, item in enumerate(items)]

    def close(self) -> None:
        """Raise ConfigError for the first key that nobody asked for."""
        for key in self.data:
            if key not in self.known:
                near = difflib.get_close_matches(key, self.known, n=1, cutoff=0.5)
                advice = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(self.known))}"
                raise self.error((key,), f"unknown key `{key}`; {advice}")


def text(value: object) -> str:
    """Return text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text in quotes is expected")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Return one text or a list of them."""
    return tuple(text(v) for v in (value if isinstance(value, list) else [value]))


def day(value: object) -> date:
    """Return a day, written as TOML writes it or in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise ValueError(f'`{value}` is no day; write for example "2026-01-31"') from None


def money(value: object) -> Decimal:
    """Return an amount of dollars. It is text: a TOML float has lost its last digits before anybody can look at it."""
    if not isinstance(value, str):
        raise ValueError(f'money is text: write "{value}"')
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"`{value}` is no amount of dollars") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"`{value}` is no amount of dollars")
    return amount


def parse_duration(text: str) -> float:
    """Return the seconds that "90s", "20m", "4h", "7d" or "1w" mean; ValueError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if found is None:
        raise ValueError(f"`{text}` is no duration; write for example 20m, 4h, 7d")
    return float(Decimal(found[1]) * UNIT_S[found[2]])


def seconds(value: object) -> float:
    """Return a duration, written as such or as a number of seconds."""
    if isinstance(value, str):
        found = parse_duration(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        raise ValueError('a duration such as "4h" is expected')
    if not 0 < found < 1e10:
        raise ValueError("a duration longer than nothing is expected")
    return found
