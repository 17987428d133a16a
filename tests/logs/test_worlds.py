"""Companies quite unlike those the bounds were made with: nobody is harmed, and what a clock makes is found."""

from __future__ import annotations

import pytest

from tests.logs.worlds import WORLDS, Score, scores

FOUND = {
    "carrier": {"manifests", "customs-report", "reindex", "statements"},
    "software_house": {"embeddings"},
    "studio": {"archive", "key-nights"},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Score]:
    return list(scores(tmp_path_factory.mktemp("worlds")))


@pytest.mark.slow
def test_nobody_who_waits_is_sent_to_a_batch_or_denied(found: list[Score]) -> None:
    assert [one.made.name for one in found if one.harmed] == []


@pytest.mark.slow
def test_nothing_is_taken_to_be_due_later_than_it_is(found: list[Score]) -> None:
    assert [one.made.name for one in found if one.late] == []


@pytest.mark.slow
@pytest.mark.parametrize("world", [world.__name__ for world in WORLDS])
def test_what_can_wait_is_found_where_a_clock_or_the_log_says_so(found: list[Score], world: str) -> None:
    assert {one.made.name for one in found if one.world == world and one.slow} == FOUND[world]
