"""What `frozen.dataclass` makes behaves as what the standard library makes; only the making is faster."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from whowaits import config, frozen, gate_settings, model

MAKERS: tuple[Callable[..., Callable[[type], type]], ...] = (frozen.dataclass, dataclasses.dataclass)


def _pairs() -> list[Any]:
    """Each class of these modules, beside what the standard library makes of the same fields."""
    made = [one for module in (model, config, gate_settings) for one in vars(module).values()]
    return [
        pytest.param(one, _standard(one), id=one.__name__)
        for one in made
        if inspect.isclass(one) and dataclasses.is_dataclass(one)
    ]


def _standard(one: Any) -> Any:
    fields = [(f.name, f.type, _default(f)) for f in dataclasses.fields(one)]
    return dataclasses.make_dataclass(one.__name__, fields, frozen=True, slots=True)


def _default(field: dataclasses.Field[Any]) -> Any:
    return dataclasses.field(default=field.default, default_factory=field.default_factory)  # type: ignore[call-overload]


def _instance(one: Any, **given: object) -> Any:
    needed = [f.name for f in dataclasses.fields(one) if f.default is f.default_factory is dataclasses.MISSING]
    return one(**{**{name: f"{name} as text" for name in needed}, **given})


@pytest.mark.parametrize(("ours", "standard"), _pairs())
def test_a_class_of_the_product_is_made_as_the_standard_library_makes_it(ours: Any, standard: Any) -> None:
    assert [p.replace(annotation="") for p in inspect.signature(ours).parameters.values()] == [
        p.replace(annotation="") for p in inspect.signature(standard).parameters.values()
    ]
    assert (ours.__slots__, ours.__match_args__) == (standard.__slots__, standard.__match_args__)
    assert dataclasses.asdict(_instance(ours)) == dataclasses.asdict(_instance(standard))
    if "__str__" not in vars(ours):
        assert repr(_instance(ours)) == repr(_instance(standard)).replace(standard.__qualname__, ours.__qualname__)


@pytest.mark.parametrize("make", MAKERS)
def test_values_are_equal_and_hashed_by_their_fields_and_only_within_a_class(make: Callable[..., Any]) -> None:
    @make(frozen=True, slots=True)
    class One:
        name: str
        numbers: tuple[int, ...] = ()

    @make(frozen=True, slots=True)
    class Other:
        name: str
        numbers: tuple[int, ...] = ()

    assert One("a", (1,)) == One("a", (1,))
    assert hash(One("a", (1,))) == hash(One("a", (1,))) == hash(("a", (1,)))
    assert One("a") != One("b")
    assert One("a") != Other("a")
    assert One("a") != ("a", ())


@pytest.mark.parametrize("make", MAKERS)
def test_a_value_of_one_field_is_hashed_and_compared_like_one_of_several(make: Callable[..., Any]) -> None:
    @make(frozen=True, slots=True, order=True)
    class One:
        name: str

    assert hash(One("a")) == hash(("a",))
    assert One("a") < One("b") <= One("b")
    assert not One("b") > One("b")
    with pytest.raises(TypeError):
        assert One("a") < ("b",)


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_of_a_value_can_be_set_deleted_or_added(make: Callable[..., Any]) -> None:
    @make(frozen=True, slots=True)
    class One:
        name: str

    one = One("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        one.other = 1
    assert one == One("a")


@pytest.mark.parametrize("make", MAKERS)
def test_a_default_that_is_made_is_made_for_each_value(make: Callable[..., Any]) -> None:
    @make(frozen=True, slots=True)
    class One:
        rows: list[int] = dataclasses.field(default_factory=list)

    first, second = One(), One()
    first.rows.append(1)
    assert second.rows == []


@pytest.mark.parametrize("make", MAKERS)
def test_fields_are_inherited_and_what_a_class_says_itself_stays(make: Callable[..., Any]) -> None:
    @make(frozen=True, slots=True)
    class Base:
        name: str
        size: int = 1

    @make(frozen=True, slots=True)
    class Derived(Base):
        color: str = "red"

        def __repr__(self) -> str:
            return f"<{self.name}>"

    assert repr(Derived("a")) == "<a>"
    assert dataclasses.astuple(Derived("a", 2)) == ("a", 2, "red")
    assert dataclasses.replace(Derived("a"), size=3) == Derived("a", 3)


def test_a_value_is_copied_and_can_go_to_another_process() -> None:
    place = model.Place("a.py", 3)
    assert copy.copy(place) == copy.deepcopy(place) == pickle.loads(pickle.dumps(place)) == place


def test_what_is_not_frozen_is_left_to_the_standard_library() -> None:
    with pytest.raises(TypeError, match="standard dataclass"):
        frozen.dataclass(frozen=False, slots=True)  # type: ignore[call-overload]
