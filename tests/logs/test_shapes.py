"""Who waits, told from the times of calls alone: runs of jobs, pauses of people, and what neither proves."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.conftest import AS_OF, Classify, lines, named
from tests.logs.traffic import Row, chat, day, ebbing, rows, runs
from whowaits import logs
from whowaits.config import Config
from whowaits.model import Basis, Workload

NIGHTS = range(14)


def nightly(calls: int = 40, hour: int = 3, minute: int = 30, **fields: Any) -> list[Row]:
    starts = [day(n, hour, minute) for n in NIGHTS]
    return runs(starts, calls, "night", **{"service": "copy", "stream": True, **fields})


def said(workload: Workload) -> tuple[Any, ...]:
    v = workload.verdict
    return (v.waiter, v.deadline_s, v.deadline_basis, v.row, v.route, v.urgency)


def sentences(workload: Workload, rule: str) -> list[str]:
    return [e.says for e in workload.evidence if e.rule == rule]


UNKNOWN = ("unknown", None, None, 12, "unknown", None)


def test_pauses_inside_sessions_show_that_a_person_waits(classify: Classify) -> None:
    found = named(classify(*chat()), "desk")
    assert said(found) == ("person", None, None, 1, "sync", None)
    assert found.verdict.basis is Basis.INFERRED
    assert sentences(found, "pauses-of-people") == [
        "450 of 450 gaps inside a session or between the calls of one user are longer than a minute"
    ]


def test_sessions_without_pauses_prove_nothing(classify: Classify) -> None:
    agents = [
        row for n in range(40) for row in runs([day(0, 9, n)], 6, f"agent-{n}", service="agent", session_id=f"a-{n}")
    ]
    assert said(named(classify(*agents), "agent")) == UNKNOWN


def test_a_user_who_comes_back_the_next_day_did_not_pause(classify: Classify) -> None:
    mails = [
        row
        for n in range(30)
        for row in rows([day(d, 3, n) for d in range(10)], f"m-{n}", service="mail", user=f"u-{n}")
    ]
    assert named(classify(*mails), "mail").verdict.waiter == "unknown"


def test_example_17_a_nightly_run_of_steps_that_follow_one_another_stays_unknown(classify: Classify) -> None:
    steps = [
        {**row, "input_tokens": 1000 + 100 * (n % 38), "session_id": f"task-{n // 38}", "latency_ms": 900}
        for n, row in enumerate(nightly(38, hour=22, tags={"queue": "bulk", "trigger": "schedule"}))
    ]
    found = named(classify(*chat(), *steps), "copy")
    assert (found.verdict.waiter, found.verdict.route, found.verdict.chain) == ("nobody", "unknown", 38)


def test_steps_that_follow_one_another_at_night_do_not_show_that_nobody_waits(classify: Classify) -> None:
    steps = [
        {**row, "input_tokens": 1000 + 100 * (n % 38), "session_id": f"task-{n // 38}", "latency_ms": 900}
        for n, row in enumerate(nightly(38))
    ]
    found = named(classify(*chat(), *steps), "copy")
    assert (found.verdict.waiter, found.verdict.row) == ("unknown", 12)


def test_example_18_a_brief_at_nine_while_people_are_up_stays_unknown(classify: Classify) -> None:
    brief = nightly(hour=9, minute=0, service="brief", tags={"trigger": "cron"})
    assert said(named(classify(*chat(), *brief), "brief")) == UNKNOWN


def test_example_19_a_run_every_night_is_tried_within_a_day(classify: Classify) -> None:
    found = named(classify(*chat(), *nightly(320)), "copy")
    assert said(found) == ("nobody", 86_400, Basis.INFERRED, 7, "batch", "try")
    assert sentences(found, "runs-every-day") == [
        "14 runs, each starting within a minute of 03:30 UTC, 320 calls each, at full rate to the end; "
        "people are away then"
    ]


def test_example_20_a_large_run_every_sunday_is_tried_within_a_week(classify: Classify) -> None:
    sundays = runs([day(n, 6) for n in (6, 13, 20)], 1500, "report", every_s=0.5, service="report")
    found = named(classify(*chat(), *sundays), "report")
    assert said(found) == ("nobody", 604_800, Basis.INFERRED, 7, "batch", "try")
    assert "one each Sunday" in sentences(found, "runs-every-week")[0]


def test_example_21_a_stated_due_time_is_not_outvoted_by_a_run_at_night(classify: Classify) -> None:
    digest = nightly(hour=3, minute=30, service="digest", tags={"send_at": "04:00 local"})
    found = named(classify(*chat(), *digest), "digest")
    assert said(found)[0] == "unknown" and (found.verdict.row, found.verdict.route) == (3, "sync")


def test_example_22_a_chat_and_a_nightly_job_behind_one_key_are_two_streams(classify: Classify) -> None:
    talk = chat(service=None, api_key_alias="shared")
    job = nightly(service=None, api_key_alias="shared", stream=False)
    found = classify(*talk, *chat(prefix="desk"), *job)
    people, nobody = named(found, "shared [unmarked, other calls]"), named(found, "not streamed, without sessions")
    assert said(people)[0] == "person" and (people.verdict.row, people.verdict.route) == (1, "sync")
    assert said(nobody) == ("nobody", 86_400, Basis.INFERRED, 7, "batch", "try")
    assert people.streams == nobody.streams and len(people.streams) == 2
    assert (people.rows, nobody.rows) == (len(talk), len(job))


def test_a_key_whose_forms_show_nothing_is_left_whole(classify: Classify) -> None:
    some = rows([day(n, 9 + n % 7) for n in range(20)], "a", api_key_alias="shared", stream=True)
    others = rows([day(n, 9 + n % 5) for n in range(20)], "b", api_key_alias="shared", session_id="s")
    assert named(classify(*some, *others), "shared").rows == 40


@pytest.mark.parametrize("hour", [3, 18])
def test_a_quiz_that_a_reminder_starts_at_a_fixed_minute_never_becomes_nobody(classify: Classify, hour: int) -> None:
    quiz = rows((at for n in NIGHTS for at in ebbing(day(n, hour), 60)), "quiz", service="quiz")
    assert said(named(classify(*chat(), *quiz), "quiz")) == UNKNOWN


@pytest.mark.parametrize("minute", [0, 15, 30])
def test_a_morning_brief_that_people_open_next_to_their_hours_never_becomes_nobody(
    classify: Classify, minute: int
) -> None:
    brief = nightly(hour=8, minute=minute, service="brief")
    assert said(named(classify(*chat(), *brief), "brief")) == UNKNOWN


def test_people_who_share_a_key_with_a_chat_never_become_nobody_at_a_fixed_minute(classify: Classify) -> None:
    talk = chat(service=None, api_key_alias="shared")
    quiz = rows((at for n in NIGHTS for at in ebbing(day(n, 3), 60)), "q", api_key_alias="shared", stream=False)
    found = classify(*talk, *quiz, *chat(prefix="desk"))
    assert {w.verdict.waiter for w in found.workloads} <= {"person", "unknown"}


@pytest.mark.parametrize(("hour", "calls", "waiter"), [(6, 99, "unknown"), (6, 100, "nobody"), (5, 99, "nobody")])
def test_a_run_shortly_before_people_come_may_be_a_brief_if_it_can_be_read(
    classify: Classify, hour: int, calls: int, waiter: str
) -> None:
    found = named(classify(*chat(), *nightly(calls, hour=hour, minute=20)), "copy")
    assert found.verdict.waiter == waiter


def test_without_people_who_keep_hours_a_nightly_run_says_nothing(classify: Classify) -> None:
    assert said(named(classify(*nightly()), "copy")) == UNKNOWN


def test_an_answer_about_one_workload_changes_no_verdict_on_another(classify: Classify) -> None:
    around_the_clock = rows((day(n, h, 17) for n in range(21) for h in range(18)), "ci", service="ci")
    entry = '[[workload]]\nname = "ci"\nmatch = {service = "ci"}\nwaiter = "person"\n'
    found = classify(*chat(), *nightly(), *around_the_clock, register=entry)
    assert said(named(found, "ci"))[0] == "person"
    assert said(named(found, "copy")) == ("nobody", 86_400, Basis.INFERRED, 7, "batch", "try")


def test_people_around_the_clock_say_nothing_about_the_night(classify: Classify) -> None:
    world = [r for h in range(4) for r in rows_of_users(h)]
    found = classify(*world, *nightly())
    assert named(found, "world").verdict.waiter == "person"
    assert said(named(found, "copy")) == UNKNOWN


def rows_of_users(shift: int) -> list[Row]:
    return [
        row
        for n in range(14) for hour in range(0, 24, 2)
        for row in rows(
            [day(n, hour) + timedelta(seconds=150 * t) for t in range(3)], f"w-{shift}-{n}-{hour}", service="world",
            end_user=f"u-{shift}-{n}-{hour}",
        )
    ]  # fmt: skip


def test_a_few_calls_of_people_do_not_make_a_night(classify: Classify) -> None:
    few = [{**row, "tags": {"sla": "interactive"}} for row in chat(days=3)]
    found = classify(*few, *nightly())
    assert (named(found, "desk").verdict.waiter, named(found, "copy").verdict.waiter) == ("person", "unknown")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Singapore"])
def test_a_run_on_every_working_day_is_due_when_people_are_back(classify: Classify, zone: str) -> None:
    local = (datetime(2026, 9, 7, 2, 30, tzinfo=ZoneInfo(zone)) + timedelta(days=n) for n in range(21) if n % 7 < 5)
    desk = [{**r, "ts": datetime.fromisoformat(r["ts"]).replace(tzinfo=ZoneInfo(zone)).isoformat()} for r in chat()]
    job = runs((start.astimezone(UTC) for start in local), 40, "job", service="job")
    found = named(classify(*desk, *job), "job")
    assert said(found) == ("nobody", 18_000, Basis.INFERRED, 7, "batch", "try")
    assert "people are away then and back 5 hours later" in sentences(found, "runs-on-working-days")[0]


@pytest.mark.parametrize("dates", [(1, 1, 1), (31, 30, 31)])
def test_a_large_run_on_one_day_of_three_months_is_tried_within_a_month(
    classify: Classify, dates: tuple[int, ...]
) -> None:
    starts = [datetime(2026, 8 + n, date, 3, tzinfo=UTC) for n, date in enumerate(dates)]
    found = named(classify(*chat(days=80), *runs(starts, 400, "bill", service="bill")), "bill")
    assert said(found) == ("nobody", 28 * 86_400, Basis.INFERRED, 7, "batch", "try")
    assert "of each month" in sentences(found, "runs-every-month")[0]
    two = [start for start in starts if start.month != 9]
    assert said(named(classify(*chat(days=80), *runs(two, 400, "bill", service="bill")), "bill")) == UNKNOWN


@pytest.mark.parametrize(
    ("starts", "calls"),
    [
        pytest.param([day(n, 3, 30) for n in range(4)], 40, id="four nights"),
        pytest.param([day(n, 3, 30) for n in range(12) if n % 7 < 4], 40, id="four days of two weeks"),
        pytest.param(
            [day(n, 3, 30) for n in range(21) if n % 7 in (0, 1, 3, 4, 6)], 40, id="any five days of the week"
        ),
        pytest.param([day(n, 6, 15) for n in range(21) if n % 7 < 5], 40, id="working days, an hour before people"),
        pytest.param([day(n, 4) for n in (2, 12, 22)], 400, id="every ten days"),
        pytest.param([day(n, 3, 30) for n in range(14)], 29, id="small runs"),
        pytest.param([day(n, 2, 13 * n % 60) for n in range(14)], 40, id="at no fixed minute"),
        pytest.param([day(n, h) for n in range(14) for h in (2, 4)], 40, id="twice a night"),
        pytest.param([day(n, 3, 30) for n in range(14)] + [day(n, 11) for n in range(5)], 40, id="often by day"),
        pytest.param([day(n, 6) for n in (6, 13)], 1500, id="two Sundays"),
        pytest.param([day(n, 6) for n in (6, 13, 27)], 400, id="a Sunday missed"),
        pytest.param([day(n, 6) for n in (6, 13, 20)], 150, id="small weekly runs"),
        pytest.param([day(n, 6) for n in (6, 13, 19)], 400, id="another weekday"),
        pytest.param([day(n, 10) for n in (2, 9, 16)], 400, id="a weekday of people"),
    ],
)
def test_runs_that_do_not_fit_everywhere_say_nothing(classify: Classify, starts: list[datetime], calls: int) -> None:
    job = runs(starts, calls, "job", service="job")
    assert said(named(classify(*chat(days=28), *job), "job")) == UNKNOWN


@pytest.mark.parametrize(
    ("stray", "calls"),
    [
        pytest.param([day(9, 11, 12)], 40, id="a run by hand"),
        pytest.param([day(2, 14), day(9, 11, 12), day(10, 20)], 3, id="trials"),
        pytest.param([day(20, 3, 30)], 3, id="a night cut short"),
    ],
)
def test_a_stray_run_hides_no_clock_and_is_judged_apart(classify: Classify, stray: list[datetime], calls: int) -> None:
    by_hand = runs(stray, calls, "hand", service="copy", stream=True)
    found = classify(*chat(days=28), *nightly(), *by_hand)
    job, other = named(found, "copy [unmarked, its runs]"), named(found, "outside of its runs")
    assert said(job) == ("nobody", 86_400, Basis.INFERRED, 7, "batch", "try")
    assert said(other) == UNKNOWN
    assert (job.rows, other.rows) == (560, len(by_hand))


def test_a_stray_run_of_a_weekly_job_is_judged_apart(classify: Classify) -> None:
    starts = [*(day(n, 6) for n in (6, 13, 20)), day(10, 6)]
    found = classify(*chat(days=28), *runs(starts, 400, "report", service="report"))
    assert said(named(found, ", its runs")) == ("nobody", 604_800, Basis.INFERRED, 7, "batch", "try")
    assert said(named(found, "outside of its runs")) == UNKNOWN


def test_a_stray_run_behind_a_shared_key_is_judged_apart(classify: Classify) -> None:
    shared: dict[str, Any] = {"service": None, "api_key_alias": "shared"}
    by_hand = runs([day(9, 12, 40)], 40, "hand", stream=False, **shared)
    found = classify(*chat(**shared), *chat(prefix="desk"), *nightly(**shared, stream=False), *by_hand)
    assert {w.name.partition("shared ")[2]: said(w)[0] for w in found.workloads if "shared" in w.name} == {
        "[unmarked, not streamed, without sessions]": "nobody",
        "[unmarked, other calls]": "person",
        "[unmarked, outside of its runs]": "unknown",
    }


def test_a_person_seen_among_the_runs_is_no_stray(classify: Classify) -> None:
    visits = chat(prefix="visit", service="copy", hours=range(9, 10), days=7)
    found = named(classify(*chat(), *nightly(), *visits), "copy")
    assert (found.verdict.waiter, found.verdict.route) in {("person", "sync"), ("unknown", "unknown")}


def test_a_run_with_pauses_says_nothing(classify: Classify) -> None:
    assert (
        said(named(classify(*chat(), *runs([day(n, 2) for n in NIGHTS], 40, "j", 70, service="job")), "job")) == UNKNOWN
    )


def test_a_run_that_starts_slowly_says_nothing(classify: Classify) -> None:
    slow = (start + timedelta(seconds=s) for start in (day(n, 3) for n in NIGHTS) for s in (0, *range(200, 260)))
    assert said(named(classify(*chat(), *rows(slow, "j", service="job")), "job")) == UNKNOWN


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "America/Los_Angeles"])
def test_a_job_fixed_in_local_time_is_one_job_when_clocks_change(classify: Classify, zone: str) -> None:
    first = datetime(2026, 10, 21, 3, 30, tzinfo=ZoneInfo(zone))
    starts = [(first + timedelta(days=n)).astimezone(UTC) for n in range(18)]
    assert len({start.hour for start in starts}) == 2
    shifted = timedelta(days=42)
    desk = [{**r, "ts": (datetime.fromisoformat(r["ts"]) + shifted).isoformat()} for r in chat(hours=range(14, 23))]
    found = named(classify(*desk, *runs(starts, 40, "job", service="job")), "job")
    assert said(found) == ("nobody", 86_400, Basis.INFERRED, 7, "batch", "try")
    assert "within a minute of 03:30 by a clock that changes" in sentences(found, "small-runs-every-day")[0].replace(
        "06:30", "03:30"
    )


def test_a_start_on_either_side_of_midnight_is_the_same_minute(classify: Classify) -> None:
    starts = [day(n) + timedelta(minutes=(5, -5)[n % 2]) for n in range(1, 15)]
    found = named(classify(*chat(), *runs(starts, 40, "job", service="job")), "job")
    assert found.verdict.waiter == "nobody"


def test_a_person_seen_in_a_nightly_run_moves_it_away_from_batch(classify: Classify) -> None:
    visits = chat(prefix="visit", service="copy")
    found = named(classify(*chat(), *visits, *nightly()), "copy")
    assert (found.verdict.waiter, found.verdict.route) == ("person", "sync")


def judged(*paths: Path) -> Any:
    with logs.classify(list(paths), Config(), AS_OF) as session:
        found = session.classified
    return [(w.name, w.calls, w.rows, w.spend_usd, w.verdict, w.evidence, w.streams) for w in found.workloads]


@settings(max_examples=2, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(-30, 30))
def test_order_cuts_and_whole_weeks_do_not_change_what_shape_says(
    tmp_path_factory: Any, rng: random.Random, weeks: int
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    shared = {"service": None, "api_key_alias": "shared"}
    job, sundays = nightly(**shared, stream=False), runs([day(n, 6) for n in (6, 13, 20)], 210, "r", service="report")
    calls = [*chat(), *job, *sundays, *chat(hours=range(9, 12), prefix="shared", **shared)]
    calls = [{**row, "request_id": f"r{n}"} for n, row in enumerate(calls)]
    expected = judged(lines(folder / "whole.jsonl", calls))
    assert {verdict.row for *_, verdict, _, _ in expected} == {1, 7}
    shuffled = rng.sample(calls, len(calls))
    cut = rng.randrange(len(calls) + 1)
    assert judged(lines(folder / "a.jsonl", shuffled[:cut]), lines(folder / "b.jsonl", shuffled[cut:])) == expected
    moved = [{**r, "ts": (datetime.fromisoformat(r["ts"]) + timedelta(weeks=weeks)).isoformat()} for r in calls]
    assert judged(lines(folder / "moved.jsonl", moved)) == expected
