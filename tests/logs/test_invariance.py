"""A verdict does not change with the order of rows, with how they are cut into files, or when a log is read twice."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, call, lines
from whowaits import logs
from whowaits.config import Config
from whowaits.model import Classified

SERVICES = ("chat", "nightly", None)
TAGS = ([], ["queue=bulk"], ["sla=interactive"], ["deadline=24h"])
rows = st.lists(
    st.builds(
        dict,
        service=st.sampled_from(SERVICES),
        tags=st.sampled_from(TAGS),
        input_tokens=st.integers(0, 5_000),
        status=st.sampled_from([200, 200, 200, 499, 500]),
        session_id=st.sampled_from([None, "s1", "s2"]),
        cost_usd=st.sampled_from([None, "0.25"]),
        request_id=st.just(None),
    ),
    min_size=1,
    max_size=40,
)


def judged(*paths: Path) -> Any:
    with logs.classify(list(paths), Config(), AS_OF) as session:
        return _comparable(session.classified)


def _comparable(found: Classified) -> Any:
    return [
        (w.name, w.calls, w.rows, w.spend_usd, w.verdict, w.evidence, w.saving, w.first_at) for w in found.workloads
    ]


@settings(max_examples=3, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_order_cuts_and_copies_do_not_change_a_verdict(
    tmp_path_factory: Any, fields: list[dict[str, Any]], rng: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    calls = [{**call(n, **row), "request_id": f"r{n}"} for n, row in enumerate(fields)]
    expected = judged(lines(folder / "whole.jsonl", calls))
    shuffled = rng.sample(calls, len(calls))
    cut = rng.randrange(len(calls) + 1)
    parts = [lines(folder / "a.jsonl", shuffled[:cut]), lines(folder / "b.jsonl", shuffled[cut:])]
    assert judged(*parts) == expected
    assert judged(lines(folder / "c.jsonl", shuffled), *parts) == expected


def test_a_copy_of_calls_without_ids_is_recognised_and_twins_in_one_file_are_kept(tmp_path: Path) -> None:
    twin = {**call(1, service="a"), "request_id": None}
    log = lines(tmp_path / "a.jsonl", [twin, twin, {**call(2, service="a"), "request_id": None}])
    (tmp_path / "copy.jsonl").write_bytes(log.read_bytes())
    with logs.classify([log, tmp_path / "copy.jsonl"], Config(), AS_OF) as session:
        found = session.classified
    assert (found.rows_read, found.duplicates, sum(w.calls for w in found.workloads)) == (6, 3, 3)


def test_of_records_that_disagree_about_a_call_the_same_one_is_kept_whatever_their_order(tmp_path: Path) -> None:
    told = [call(1, service="a", request_id="chatcmpl-1", output_tokens=9, region=None, input_tokens=100)]
    told += [
        {**told[0], "service": "b"},
        {**told[0], "service": "b", "output_tokens": 40},
        {**told[0], "cost_usd": "1"},
    ]
    found = []
    for order in [*itertools.permutations(range(len(told)))][::3]:
        paths = [lines(tmp_path / f"{order}-{n}.jsonl", [told[n]]) for n in order[:2]]
        found.append(judged(*paths, lines(tmp_path / f"z{order}.jsonl", [told[n] for n in order[2:]])))
    assert all(one == found[0] for one in found)
    ((name, calls, *_),) = found[0]
    assert (name, calls) == ("a", 1)


def test_calls_that_share_the_id_of_a_web_request_are_different_calls(tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", [call(n, service="a", request_id="web-1") for n in range(3)])
    with logs.classify([log], Config(), AS_OF) as session:
        assert session.classified.workloads[0].calls == 3


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/St_Johns"])
def test_the_time_zone_of_the_machine_plays_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    calls = [{**call(n), "ts": f"2026-09-{1 + n % 28:02d} 23:5{n % 10}:00", "service": "a"} for n in range(60)]
    log = lines(tmp_path / "a.jsonl", calls)
    expected = judged(log)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert judged(log) == expected
    finally:
        monkeypatch.undo()
        time.tzset()
