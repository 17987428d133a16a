"""Whatever a company's workloads are: no person's call goes to a batch, and nothing that does not matter changes that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.logs.companies import KINDS, Made, company
from tests.logs.conftest import AS_OF, lines
from tests.logs.traffic import Row
from whowaits import logs
from whowaits.config import Config
from whowaits.model import HOUR_S

SLOW = ("batch", "flex")
seeds = st.integers(0, 2**32 - 1)


class Judged(NamedTuple):
    """What is said of workloads, and of each call by its id: (route, who waits, deadline)."""

    workloads: list[Any]
    calls: dict[str, tuple[str, str, float | None]]

    def slow(self) -> set[str]:
        return {call for call, (route, _, _) in self.calls.items() if route in SLOW}


def judged(folder: Path, *parts: list[Row]) -> Judged:
    """Classify files with these rows."""
    paths = [lines(folder / f"{n}-{len(part)}.jsonl", part) for n, part in enumerate(parts)]
    with logs.classify(paths, Config(), AS_OF) as session:
        session.write_tags(folder / "tags.parquet")
        found = [
            (w.name, w.calls, w.rows, w.verdict, w.evidence, w.streams, [(f.rule, f.message) for f in w.findings])
            for w in session.classified.workloads
        ]
    tags = pq.read_table(folder / "tags.parquet").to_pylist()
    return Judged(found, {t["request_id"]: (t["route"], t["waiter"], t["deadline_s"]) for t in tags})


def rows_of(made: list[Made]) -> list[Row]:
    return [row for workload in made for row in workload.rows]


def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("company")


def harmed(made: list[Made], found: Judged) -> set[str]:
    """The workloads of people with a call on a slow tier, or said not to be waited for; and those due sooner."""
    wrong = set()
    for workload in made:
        said = [found.calls[row["request_id"]] for row in workload.rows]
        denied = workload.person and any(route in SLOW or waiter == "nobody" for route, waiter, _ in said)
        late = not workload.person and any(
            route == "batch" and (deadline_s or 0) > (workload.due_s or 0) for route, _, deadline_s in said
        )
        wrong |= {workload.name} if denied or late else set()
    return wrong


def check_no_harm(folder: Path, seed: int) -> None:
    made = company(random.Random(seed))
    assert harmed(made, judged(folder, rows_of(made))) == set(), seed


@settings(max_examples=4, deadline=None)
@given(seeds)
def test_no_call_of_a_person_goes_to_a_batch(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    check_no_harm(folder_of(tmp_path_factory), seed)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(seeds)
def test_no_call_of_a_person_goes_to_a_batch_in_many_companies(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    check_no_harm(folder_of(tmp_path_factory), seed)


@settings(max_examples=2, deadline=None)
@given(seeds)
def test_nothing_that_does_not_matter_changes_a_verdict(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder, chance = folder_of(tmp_path_factory), random.Random(seed)
    calls = rows_of(company(chance))
    expected = judged(folder, calls)
    shuffled = chance.sample(calls, len(calls))
    cut = chance.randrange(len(calls) + 1)
    assert judged(folder, shuffled[:cut], shuffled[cut:]) == expected
    assert judged(folder, shuffled, calls) == expected
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", chance.choice(("Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu")))
        time.tzset()
        assert judged(folder, calls) == expected
    time.tzset()


def tagged(chance: random.Random, mine: list[Row]) -> list[Row]:
    """Every call says that a person waits."""
    return [{**row, "tags": [*row.get("tags", []), "sla=interactive"]} for row in mine]


def tagged_in_part(chance: random.Random, mine: list[Row]) -> list[Row]:
    some = set(chance.sample(range(len(mine)), len(mine) // 3))
    return [{**row, "tags": ["sla=interactive"]} if n in some else row for n, row in enumerate(mine)]


def hung_up(chance: random.Random, mine: list[Row]) -> list[Row]:
    """Clients give up on every fifth call."""
    return [{**row, "status": 499} if n % 5 == 0 else row for n, row in enumerate(mine)]


def in_a_browser(chance: random.Random, mine: list[Row]) -> list[Row]:
    return [{**row, "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"} for row in mine]


def visited(chance: random.Random, mine: list[Row]) -> list[Row]:
    """People use the same program too, some turns at a time with pauses in between, at any hour."""
    days = chance.sample(range(14), 10)
    starts = [datetime.fromisoformat(mine[0]["ts"]) + timedelta(days=d, hours=chance.randrange(24)) for d in days]
    sample = {key: value for key, value in mine[0].items() if key not in ("ts", "request_id")}
    turns = [(n, start + timedelta(seconds=140 * t)) for n, start in enumerate(starts) for t in range(30)]
    return mine + [
        {**sample, "ts": at.isoformat(), "request_id": f"visit-{n}-{at:%H%M%S}", "session_id": f"visit-{n}"}
        for n, at in turns
    ]


@pytest.mark.parametrize("seen", [tagged, tagged_in_part, hung_up, in_a_browser, visited])
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds)
def test_evidence_of_a_person_never_moves_a_workload_towards_batch(
    tmp_path_factory: pytest.TempPathFactory, seen: Callable[[random.Random, list[Row]], list[Row]], seed: int
) -> None:
    folder, chance = folder_of(tmp_path_factory), random.Random(seed)
    made = company(chance, others=3)
    mine = chance.choice(made)
    before = judged(folder, rows_of(made))
    others = [row for workload in made if workload is not mine for row in workload.rows]
    changed = seen(chance, mine.rows)
    after = judged(folder, [*others, *changed])
    moved = (after.slow() - before.slow()) & {row["request_id"] for row in changed}
    assert moved == set(), (seed, mine.name)


def test_the_jobs_of_a_company_are_found(tmp_path: Path) -> None:
    found = set()
    for seed in range(6):
        made = company(random.Random(seed), others=len(KINDS))
        calls = judged(tmp_path, rows_of(made))
        slow = calls.slow()
        found |= {w.name.partition("-")[0] for w in made if slow & {row["request_id"] for row in w.rows}}
        assert all((calls.calls[call][2] or 0) >= HOUR_S for call in slow)
    assert {"nightly", "by_hand", "on_working_days", "weekly", "shared_key"} <= found
