"""YAML -> frozen dataclasses, closed: what a dataclass does not name is an error with its file and line.

A dataclass is the schema: a field without default is required, its annotation says what the YAML may hold.
`tuple[X, ...]` also takes a single X. Decimals are read from the text that is written, never through a float.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from whowaits.model import Basis, WrongUse

if TYPE_CHECKING:
    import yaml

T = TypeVar("T")

_TAG: Final = "tag:yaml.org,2002:"
_SCALARS: Final[dict[Any, tuple[str, tuple[str, ...], Callable[[str], Any]]]] = {
    str: ("text", ("str", "timestamp"), str),
    bool: ("true or false", ("bool",), lambda text: text.lower() in ("true", "yes", "on")),
    int: ("a whole number", ("int",), lambda text: int(text.replace("_", ""))),
    float: ("a number", ("int", "float"), float),
    Decimal: ("a number", ("int", "float", "str"), Decimal),
    Basis: ("a basis", ("str",), lambda text: Basis[text.upper()]),
}


class RuleError(WrongUse):
    """A rule file that cannot be used; the message starts with `file:line:`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    """The file that is read, as messages name it, and the containers read so far."""

    shown: str
    seen: set[int]

    def error(self, node: yaml.Node, message: str) -> RuleError:
        return RuleError(f"{self.shown}:{node.start_mark.line + 1}: {message}")


def read_file(path: Path, cls: type[T], shown: str) -> T:
    """Return the only document of `path` as a `cls`."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{shown}:{line}: not YAML: {error.problem}") from error
    if node is None:
        raise RuleError(f"{shown}:1: the file is empty")
    value: T = _convert(node, cls, Where(shown, set()))
    return value


def read_folder(
    root: Path, folder: str, cls: type[T], skip: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, T]]:
    """Yield (stem, file as shown, value) of every rule file in `root/folder`, sorted by stem."""
    for path in sorted((root / folder).glob("*.yaml"), key=lambda path: path.stem):
        if path.stem not in skip:
            shown = shown_path(path, root)
            yield path.stem, shown, read_file(path, cls, shown)


def shown_path(path: Path, root: Path) -> str:
    """Return the path of a rule file as messages name it: "rules/...", wherever the rules are installed."""
    return f"rules/{path.relative_to(root).as_posix()}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return "; did you mean `x`?" when something close to `word` exists, else nothing."""
    close = difflib.get_close_matches(word, sorted(choices), n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else ""


@functools.cache
def _fields(cls: Any) -> dict[str, tuple[Any, bool]]:
    """Name -> (annotation, required) of the fields of a dataclass."""
    hints = get_type_hints(cls)
    return {
        field.name: (
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
        if not field.name.startswith("_")
    }


def _convert(node: yaml.Node, kind: Any, where: Where) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(node, get_args(kind), where)
    if origin is tuple:
        return _tuple(node, get_args(kind)[0], where)
    if origin is Literal:
        return _literal(node, get_args(kind), where)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(node, get_args(kind)[1], where)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(node, kind, where)
    return _scalar(node, kind, where)


def _union(node: yaml.Node, members: tuple[Any, ...], where: Where) -> Any:
    """The first member that fits; with one member besides None, its own message."""
    if _tag(node) == "null" and type(None) in members:
        return None
    real = [member for member in members if member is not type(None)]
    for member in real[:-1]:
        try:
            return _convert(node, member, where)
        except RuleError:
            continue
    return _convert(node, real[-1], where)


def _tuple(node: yaml.Node, member: Any, where: Where) -> tuple[Any, ...]:
    if _kind(node) != "sequence":
        return (_convert(node, member, where),)
    return tuple(_convert(item, member, where) for item in _children(node, where))


def _literal(node: yaml.Node, choices: tuple[Any, ...], where: Where) -> Any:
    text = node.value if _kind(node) == "scalar" else None
    for choice in choices:
        if text == choice:
            return choice
    allowed = ", ".join(str(choice) for choice in choices)
    raise where.error(node, f"`{text}` is not one of {allowed}{nearest(str(text), map(str, choices))}")


def _mapping(node: yaml.Node, member: Any, where: Where) -> dict[str, Any]:
    return {key: _convert(value, member, where) for key, (_, value) in _pairs(node, where).items()}


def _dataclass(node: yaml.Node, cls: Any, where: Where) -> Any:
    fields = _fields(cls)
    pairs = _pairs(node, where)
    for key, (key_node, _) in pairs.items():
        if key not in fields:
            raise where.error(key_node, f"unknown key `{key}`{nearest(key, fields)}")
    for name, (_, required) in fields.items():
        if required and name not in pairs:
            raise where.error(node, f"`{name}` is missing")
    return cls(**{key: _convert(value, fields[key][0], where) for key, (_, value) in pairs.items()})


def _pairs(node: yaml.Node, where: Where) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    if _kind(node) != "mapping":
        raise where.error(node, "expected keys and values here")
    pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in _children(node, where):
        if _kind(key) != "scalar":
            raise where.error(key, "a key must be text")
        if key.value in pairs:
            raise where.error(key, f"`{key.value}` is written twice")
        pairs[key.value] = (key, value)
    return pairs


def _children(node: yaml.Node, where: Where) -> list[Any]:
    """The children of a container that is met for the first time: aliases could grow without bound."""
    if id(node) in where.seen:
        raise where.error(node, "aliases (`*name`) are not used in rules; write it out")
    where.seen.add(id(node))
    return list(node.value)


def _scalar(node: yaml.Node, kind: Any, where: Where) -> Any:
    name, tags, parse = _SCALARS[kind]
    if _tag(node) not in tags:
        raise where.error(node, f"expected {name}, found {_found(node)}")
    try:
        return parse(node.value)
    except (ArithmeticError, KeyError, ValueError) as error:
        raise where.error(node, f"expected {name}, found `{node.value}`") from error


def _kind(node: yaml.Node) -> str:
    """scalar, sequence or mapping."""
    return str(node.id)  # type: ignore[attr-defined]


def _tag(node: yaml.Node) -> str:
    return str(node.tag).removeprefix(_TAG)


def _found(node: yaml.Node) -> str:
    return f"`{node.value}`" if _kind(node) == "scalar" else f"a {_kind(node)}"
