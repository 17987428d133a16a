"""Rule files are closed: whatever a maintainer mistypes is an error with file, line and the nearest right word."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from whowaits.model import Basis, Chain
from whowaits.rules.reading import RuleError, read_file


@dataclass(frozen=True)
class Inner:
    colour: Literal["red", "green"] = "red"


@dataclass(frozen=True)
class Outer:
    name: str
    sizes: tuple[int, ...] = ()
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    rate: Decimal | None = None
    chain: Chain | None = None
    basis: Basis = Basis.STATED
    table: dict[str, str | float | bool | None] = field(default_factory=dict)
    pattern: str | tuple[str, ...] = ""


def read(tmp_path: Path, text: str) -> Outer:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return read_file(path, Outer, "rules/x.yaml")


def message(tmp_path: Path, text: str) -> str:
    with pytest.raises(RuleError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_values_get_the_types_of_the_dataclass(tmp_path: Path) -> None:
    text = """
name: a
sizes: [1, 2]
inner: {colour: green}
many:
  - colour: red
rate: 0.0625
chain: open
basis: declared
table: {a: x, b: 1.5, c: true, d: null}
pattern: [x, y]
"""
    assert read(tmp_path, text) == Outer(
        name="a",
        sizes=(1, 2),
        inner=Inner("green"),
        many=(Inner("red"),),
        rate=Decimal("0.0625"),
        chain="open",
        basis=Basis.DECLARED,
        table={"a": "x", "b": 1.5, "c": True, "d": None},
        pattern=("x", "y"),
    )


def test_a_single_value_stands_for_a_list_of_one(tmp_path: Path) -> None:
    assert read(tmp_path, "name: a\nsizes: 7\n").sizes == (7,)


def test_decimals_keep_the_digits_that_were_written(tmp_path: Path) -> None:
    assert str(read(tmp_path, "name: a\nrate: 0.1000000000000000055\n").rate) == "0.1000000000000000055"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: a\nsizse: 1\n", "rules/x.yaml:2: unknown key `sizse`; did you mean `sizes`?"),
        ("name: a\nzzzzzz: 1\n", "rules/x.yaml:2: unknown key `zzzzzz`"),
        ("sizes: 1\n", "rules/x.yaml:1: `name` is missing"),
        (
            "name: a\ninner: {colour: grean}\n",
            "rules/x.yaml:2: `grean` is not one of red, green; did you mean `green`?",
        ),
        ("name: 5\n", "rules/x.yaml:1: expected text, found `5`"),
        ("name: a\nsizes: [1, two]\n", "rules/x.yaml:2: expected a whole number, found `two`"),
        ("name: a\nname: b\n", "rules/x.yaml:2: `name` is written twice"),
        ("name: a\ninner: red\n", "rules/x.yaml:2: expected keys and values here"),
        ("name: a\nbasis: sure\n", "rules/x.yaml:2: expected a basis, found `sure`"),
        ("name: a\nchain: never\n", "rules/x.yaml:2: `never` is not one of open"),
        ("", "rules/x.yaml:1: the file is empty"),
        ("name: [\n", "rules/x.yaml:2: not YAML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_choices(tmp_path: Path, text: str, expected: str) -> None:
    assert message(tmp_path, text).startswith(expected)


def test_aliases_are_refused_so_that_no_file_can_explode(tmp_path: Path) -> None:
    bomb = "name: a\nmany: &a\n  - &b {colour: red}\n  - *b\n"
    assert "aliases" in message(tmp_path, bomb)


def test_a_container_inside_itself_is_refused(tmp_path: Path) -> None:
    assert "rules/x.yaml:" in message(tmp_path, "name: a\nmany: &a [*a]\n")
