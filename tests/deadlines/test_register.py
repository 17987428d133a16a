"""The register: which entry covers what, and what it declares."""

from __future__ import annotations

from datetime import time

import pytest

from whowaits.config import WorkloadEntry
from whowaits.deadlines import register
from whowaits.model import Basis, Place, Waiter


def entry(
    name: str = "tagger", waiter: Waiter | None = None, deadline_s: float | None = None, **more: object
) -> WorkloadEntry:
    return WorkloadEntry(name=name, place=Place("whowaits.toml", 3), waiter=waiter, deadline_s=deadline_s, **more)  # type: ignore[arg-type]


def matching(name: str, **match: str) -> WorkloadEntry:
    return entry(name, match=tuple((key, (pattern,)) for key, pattern in match.items()))


def test_an_entry_declares_waiter_and_deadline_with_its_place() -> None:
    (claim,) = register.evidence(
        entry(
            waiter="nobody",
            deadline_s=14400,
            start=time(2),
            due=time(6),
            timezone="Europe/Berlin",
            source="docs/runbook.md",
        )
    )
    assert (claim.waiter, claim.deadline_s, claim.basis, str(claim.place)) == (
        "nobody",
        14400,
        Basis.DECLARED,
        "whowaits.toml:3",
    )
    assert claim.says == (
        "the register says of `tagger`: nobody waits, needed within 4 hours, "
        "from 02:00 to 06:00 Europe/Berlin, as docs/runbook.md says"
    )
    assert not claim.hint and not claim.bulk


@pytest.mark.parametrize(("waiter", "deadline_s"), [("nobody", None), (None, 3600)])
def test_an_entry_declares_what_it_gives_and_nothing_else(waiter: Waiter | None, deadline_s: float | None) -> None:
    [claim] = register.evidence(entry(waiter=waiter, deadline_s=deadline_s))
    assert (claim.waiter, claim.deadline_s) == (waiter, deadline_s)


def test_an_entry_that_only_names_an_owner_declares_nothing() -> None:
    assert register.evidence(entry(owner="data-eng")) == ()


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"key": "sk-news*"}, True),
        ({"key": "SK-NEWS*"}, False),
        ({"key": "sk-news*", "service": "desk"}, False),
        ({"key": "sk-news*", "tag": "team:*"}, True),
        ({"job": "nightly"}, True),
        ({"workflow": "nightly"}, True),
        ({"service": "*"}, False),
        ({"model": "gpt-4o*"}, True),
        ({"user_agent": "curl/*"}, True),
    ],
)  # fmt: skip
def test_all_keys_must_fit_and_within_a_key_any_value(match: dict[str, str], fits: bool) -> None:
    fields: dict[str, register.Value] = {
        "api_key_alias": "sk-news-1",
        "tags": ["desk:sport", "team:news"],
        "workflow_name": "nightly",
        "service_name": None,
        "model_requested": ("gpt-4o-mini", "o3"),
        "user_agent": "curl/8",
    }
    assert register.matches(matching("x", **match), fields) is fits


def test_the_entry_that_asks_for_more_wins() -> None:
    wide, narrow = matching("wide", key="k*"), matching("narrow", key="k*", tag="night")
    fields: dict[str, register.Value] = {"api_key_alias": "k1", "tags": ["night"]}
    assert register.covering([wide, narrow], fields).entry is narrow
    assert register.covering([wide, narrow], {"api_key_alias": "k1"}).entry is wide
    assert register.covering([wide, narrow], {"api_key_alias": "other"}) == register.Covering(None)


def test_a_tie_decides_nothing_and_names_both_entries() -> None:
    first, second = matching("first", key="k*"), matching("second", tag="night")
    found = register.covering([first, second], {"api_key_alias": "k1", "tags": ["night"]})
    assert (found.entry, found.tied) == (None, (first, second))
    assert found.message == (
        "`first` (whowaits.toml:3), `second` (whowaits.toml:3) cover the same calls equally well; "
        "give one of them a further key in `match`"
    )


def test_an_entry_without_match_covers_no_calls() -> None:
    assert register.covering([entry(code=("a.py",))], {"api_key_alias": "k"}).entry is None


@pytest.mark.parametrize(
    ("spec", "path", "function", "fits"),
    [
        ("newsroom/tagger.py", "newsroom/tagger.py", "main", True),
        ("newsroom/tagger.py", "other/newsroom/tagger.py", "main", False),
        ("tagger.py", "newsroom/tagger.py", "main", True),
        ("newsroom/**", "newsroom/a/b.py", "main", True),
        ("/tagger.py", "tagger.py", "main", True),
        ("/tagger.py", "newsroom/tagger.py", "main", False),
        ("newsroom/tagger.py:tag", "newsroom/tagger.py", "tag", True),
        ("newsroom/tagger.py:tag", "newsroom/tagger.py", "untag", False),
        ("newsroom/tagger.py:Tagger.*", "newsroom/tagger.py", "Tagger.run", True),
    ],
)
def test_code_is_covered_by_glob_and_function(spec: str, path: str, function: str, fits: bool) -> None:
    assert register.covers_code(entry(code=(spec,)), [path], function) is fits


def test_code_goes_by_its_name_from_the_root_or_from_the_configuration() -> None:
    assert register.covers_code(entry(code=("code/a.py",)), ["a.py", "code/a.py"], "main")
