"""Frozen values as plain data that JSON can hold, and back, checked against their types.

What stands at its default is left out, so that a field which is added later does not make what was written before
unreadable. Data that is none of the type raises ValueError: it may come from a file that anybody wrote.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any, Final, Literal, TypeVar

T = TypeVar("T")
_AS_THEY_ARE: Final = (str, bool, int, float)


def plain(value: Any) -> Any:
    """Return a value of frozen dataclasses, tuples, money and times as lists, dictionaries, texts and numbers."""
    if isinstance(value, IntEnum):
        return int(value)
    if value is None or isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
    return {field.name: plain(item) for field, item in fields if item != _default(field)}


def read(kind: type[T], data: Any) -> T:
    """Return the value of this type that `plain` made `data` of. ValueError where there is none."""
    found: T = _read(kind, data)
    return found


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _read(kind: Any, data: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return _one_of(typing.get_args(kind), data)
    if origin in (typing.Union, types.UnionType):
        return _first_that_fits(typing.get_args(kind), data)
    if origin is tuple:
        return _tuple(typing.get_args(kind), data)
    if kind in _SIMPLE:
        return _SIMPLE[kind](data)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return kind(_exactly(int, data))
    return _dataclass(kind, data)


def _one_of(words: tuple[Any, ...], data: Any) -> Any:
    if data not in words:
        raise ValueError(f"{data!r} is none of {', '.join(map(str, words))}")
    return data


def _first_that_fits(kinds: tuple[Any, ...], data: Any) -> Any:
    own = [kind for kind in kinds if kind is not type(None)]
    if data is not None and len(own) == 1:
        return _read(own[0], data)
    for kind in kinds:
        try:
            return _read(kind, data)
        except ValueError:
            continue
    raise ValueError(f"{type(data).__name__} is not expected here")


def _tuple(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    items = _exactly(list, data)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], item) for item in items)
    return tuple(_read(kind, item) for kind, item in zip(kinds, items, strict=True))


def _dataclass(kind: Any, data: Any) -> Any:
    said: Mapping[str, Any] = _exactly(dict, data)
    hints = _hints(kind)
    try:
        return kind(**{name: _read(hints[name], item) for name, item in said.items() if name in hints})
    except TypeError as error:
        raise ValueError(str(error)) from error


@functools.cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _exactly(kind: type[T], data: Any) -> T:
    if type(data) is not kind:
        raise ValueError(f"{kind.__name__} expected, not {type(data).__name__}")
    found: T = data
    return found


def _number(data: Any) -> int | float:
    """A count of seconds may have been written without a fraction."""
    if type(data) not in (int, float):
        raise ValueError(f"a number expected, not {type(data).__name__}")
    number: int | float = data
    return number


def _money(data: Any) -> Decimal:
    try:
        amount = Decimal(_exactly(str, data))
    except InvalidOperation as error:
        raise ValueError("an amount expected") from error
    if not amount.is_finite():
        raise ValueError("an amount expected")
    return amount


def _nothing(data: Any) -> None:
    if data is not None:
        raise ValueError("nothing expected")


_SIMPLE: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: functools.partial(_exactly, str),
    int: functools.partial(_exactly, int),
    bool: functools.partial(_exactly, bool),
    float: _number,
    Decimal: _money,
    date: lambda data: date.fromisoformat(_exactly(str, data)),
    datetime: lambda data: datetime.fromisoformat(_exactly(str, data)),
    type(None): _nothing,
}
