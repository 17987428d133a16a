"""Which call site a workload's money belongs to, and where it stays with the workload."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from whowaits.config import Config, WorkloadEntry
from whowaits.join import covered_days, join
from whowaits.judge import judge
from whowaits.model import (
    Basis,
    CallSite,
    Classified,
    Entry,
    Evidence,
    Frame,
    Offer,
    Place,
    Policy,
    Saving,
    Scan,
    Usage,
    Workload,
)

NOBODY = (Evidence("loop", "a loop", Basis.INFERRED, waiter="nobody", bulk=True),)
PERSON = (Evidence("route", "a handler", Basis.STATED, waiter="person"),)
SAVING = Saving(Decimal(40), Decimal(50), "rates", "s", "2026-10-01")


def usage(fingerprint: str = "u", evidence: Any = NOBODY, **more: Any) -> Usage:
    return Usage(judge(evidence, Offer("both"), Policy()), "loop", fingerprint, evidence, **more)


def site(path: str, line: int = 10, *usages: Usage, **more: Any) -> CallSite:
    values: dict[str, Any] = {"function": "tag_one", "model": None, **more}
    return CallSite(
        place=Place(path, line, 5),
        end_line=line + 2,
        call="openai.OpenAI.chat.completions.create",
        provider="openai",
        kind="chat",
        tier="standard",
        offer=Offer("both"),
        usages=usages or (usage(),),
        **values,
    )


def scan(*sites: CallSite) -> Scan:
    return Scan("/somewhere", 3, sites, (), ())


def workload(name: str, spend: str | None = "100", evidence: Any = NOBODY, **more: Any) -> Workload:
    values: dict[str, Any] = {"saving": SAVING, "models": ("gpt-4o-mini-2024-07-18",), **more}
    return Workload(
        name,
        "openai",
        calls=10,
        rows=10,
        first_at=None,
        last_at=None,
        verdict=judge(evidence, Offer("both"), Policy()),
        evidence=evidence,
        spend_usd=None if spend is None else Decimal(spend),
        **values,
    )


def logs(*workloads: Workload, days: int = 30) -> Classified:
    end = datetime(2026, 9, days, 23, 0, tzinfo=UTC)
    return Classified(workloads, 10, 0, (), (), datetime(2026, 9, 1, 2, tzinfo=UTC), end, "s", "2026-10-01")


def register(name: str, *code: str) -> Config:
    return Config(workloads=(WorkloadEntry(name, Place("whowaits.toml", 7), owner="data-eng", code=code),))


def bound(code: Scan, log: Classified, config: Config | None = None) -> list[tuple[str, str, str, bool]]:
    return [(str(k.site), k.workload, k.by, k.shared) for k in join(code, log, config or Config()).links]


@pytest.mark.parametrize(
    "pattern", ["jobs/*.py", "jobs/tagger.py:tag_one", "jobs/tagger.py:main", "jobs/:Tagger.run", "run.py"]
)
def test_the_register_binds_by_any_step_on_the_way_to_the_call(pattern: str) -> None:
    through = usage(
        via=(Frame(Place("jobs/tagger.py", 30), "main"), Frame(Place("jobs/tagger.py", 40), "Tagger.run")),
        entry=Entry("script", Place("run.py", 1)),
    )
    assert bound(
        scan(site("jobs/tagger.py", 10, through), site("web/chat.py")),
        logs(workload("articles")),
        register("articles", pattern),
    )[0] == ("jobs/tagger.py:10", "articles", "register", False)


def test_the_register_outranks_the_place_in_the_log_and_that_outranks_names() -> None:
    code = scan(site("a/by_register.py"), site("b/by_log.py"), site("c/tagger.py"))
    work = workload("tagger", code_places=(Place("/srv/app/b/by_log.py", 11),))
    assert bound(code, logs(work), register("tagger", "a/*.py")) == [
        ("a/by_register.py:10", "tagger", "register", False)
    ]
    assert bound(code, logs(work)) == [("b/by_log.py:10", "tagger", "code-place", False)]
    assert bound(code, logs(workload("tagger"))) == [("c/tagger.py:10", "tagger", "name", False)]


def test_streams_of_a_registered_workload_are_bound_by_its_entry_and_their_money_adds_up() -> None:
    streams = logs(workload("articles [queue=bulk]", "60"), workload("articles [unmarked]", "40"))
    joined = join(scan(site("jobs/x.py")), streams, register("articles", "jobs/*.py"))
    assert [k.by for k in joined.links] == ["register", "register"]
    assert (joined.money or {})[Place("jobs/x.py", 10, 5)].spend_usd == 100


def test_a_register_entry_that_names_no_call_site_leaves_the_weaker_bases_to_speak() -> None:
    assert bound(scan(site("c/tagger.py")), logs(workload("tagger")), register("tagger", "gone/*.py")) == [
        ("c/tagger.py:10", "tagger", "name", False)
    ]


def test_a_line_in_the_log_picks_one_of_several_calls_in_a_file() -> None:
    code = scan(site("app/x.py", 10), site("app/x.py", 50))
    assert bound(code, logs(workload("w", code_places=(Place("app/x.py", 51),)))) == [
        ("app/x.py:50", "w", "code-place", False)
    ]
    assert bound(code, logs(workload("w", code_places=(Place("app/x.py", 99),)))) == [
        ("app/x.py:10", "w", "code-place", True),
        ("app/x.py:50", "w", "code-place", True),
    ]


@pytest.mark.parametrize(
    ("in_log", "same"),
    [
        ("/srv/app/jobs/tagger.py", True),
        ("C:\\app\\jobs\\tagger.py", True),
        ("tagger.py", False),
        ("other/tagger.py", False),
    ],
)
def test_a_path_from_another_machine_is_the_same_file_when_its_end_is(in_log: str, same: bool) -> None:
    assert bool(bound(scan(site("jobs/tagger.py")), logs(workload("w", code_places=(Place(in_log),))))) is same


@pytest.mark.parametrize(
    "name",
    [
        "article_tagger",
        "Article-Tagger",
        "newsroom/article-tagger",
        "job:article tagger",
        "article-tagger [queue=bulk]",
        "article_tagger (chat gpt-4o-mini)",
        "article-tagger (chat gpt-5) [unmarked; openai gpt-5]",
    ],
)
def test_names_are_equal_without_regard_to_case_and_separators(name: str) -> None:
    assert bound(scan(site("jobs/article_tagger.py")), logs(workload(name)))[0][2] == "name"


def test_names_that_many_programs_share_bind_nothing() -> None:
    assert bound(scan(site("app/main.py", function="run")), logs(workload("main"), workload("run"))) == []


def test_a_site_with_another_model_written_out_did_not_send_these_calls() -> None:
    code = scan(site("a/tagger.py", model="gpt-4o-mini"), site("b/tagger.py", model="claude-sonnet-4-5"))
    assert bound(code, logs(workload("tagger"))) == [("a/tagger.py:10", "tagger", "name", False)]


def test_calls_from_tests_are_not_the_workload() -> None:
    code = scan(site("tests/tagger.py", 10, usage(entry=Entry("test", Place("tests/tagger.py", 1)))))
    assert bound(code, logs(workload("tagger"))) == []


def test_money_of_one_site_is_scaled_to_thirty_days() -> None:
    joined = join(scan(site("jobs/tagger.py")), logs(workload("tagger"), days=15), Config())
    assert joined.scan is not None
    assert joined.scan.call_sites[0].deciding.monthly_usd == 200
    saving = joined.scan.call_sites[0].deciding.saving
    assert saving is not None
    assert (saving.low_usd, saving.high_usd) == (80, 100)


def test_money_of_a_shared_workload_stays_with_it_and_is_not_split() -> None:
    joined = join(scan(site("a/tagger.py"), site("b/tagger.py")), logs(workload("tagger")), Config())
    assert joined.money == {}
    assert joined.scan is not None
    assert all(u.monthly_usd is None for s in joined.scan.call_sites for u in s.usages)
    assert [k.shared for k in joined.links] == [True, True]


def test_a_site_gets_the_sum_of_the_workloads_that_are_its_alone() -> None:
    config = Config(workloads=tuple(WorkloadEntry(n, Place("w.toml", 1), code=("jobs/x.py",)) for n in ("a", "b")))
    factor = Saving(Decimal(5), Decimal(5), "factor", "offer", "2026-10-01")
    joined = join(scan(site("jobs/x.py")), logs(workload("a"), workload("b", "10", saving=factor)), config)
    money = (joined.money or {})[Place("jobs/x.py", 10, 5)]
    assert money.spend_usd == 110
    assert money.saving is not None
    assert (money.saving.low_usd, money.saving.high_usd, money.saving.basis) == (45, 55, "factor")


def test_where_usages_cannot_be_told_apart_the_site_has_the_money_and_no_usage_does() -> None:
    two = site("jobs/tagger.py", 10, usage("1"), usage("2", PERSON))
    joined = join(scan(two), logs(workload("tagger")), Config())
    assert (joined.money or {})[two.place].spend_usd == 100
    assert joined.scan is not None
    assert [u.monthly_usd for u in joined.scan.call_sites[0].usages] == [None, None]


def test_entry_points_of_one_driver_are_one_usage_and_its_money_is_counted_once() -> None:
    loop = Place("jobs/tagger.py", 8)
    ways = [usage(str(n), driver=loop, entry=Entry("task", Place("dags/a.py", n))) for n in (1, 2)]
    joined = join(scan(site("jobs/tagger.py", 10, *ways)), logs(workload("tagger")), Config())
    assert joined.scan is not None
    assert [u.monthly_usd for u in joined.scan.call_sites[0].usages] == [100, None]


@pytest.mark.parametrize(
    ("name", "binds"),
    [
        ("golden", True),
        ("evaluation-golden", True),
        ("app.evaluation.golden", True),
        ("golden-evaluation", False),
        ("app-golden", False),
    ],
)
def test_a_module_goes_by_the_end_of_its_path(name: str, binds: bool) -> None:
    assert bool(bound(scan(site("app/evaluation/golden.py")), logs(workload(name)))) is binds


def test_a_name_on_the_way_tells_the_usages_of_a_helper_apart() -> None:
    nightly = usage("1", entry=Entry("script", Place("jobs/nightly_tagger.py", 3)))
    handler = usage("2", PERSON, entry=Entry("route", Place("web/chat_view.py", 9)))
    helper = site("lib/ask_model.py", 10, nightly, handler, function="ask_model")
    joined = join(
        scan(helper), logs(workload("nightly-tagger"), workload("chat-view", "7", PERSON, saving=None)), Config()
    )
    assert joined.scan is not None
    assert [u.monthly_usd for u in joined.scan.call_sites[0].usages] == [100, 7]
    assert (joined.money or {})[helper.place].spend_usd == 107
    assert joined.conflicts == ()


def test_a_workload_that_stays_where_it_is_saves_nothing_on_its_site() -> None:
    joined = join(scan(site("jobs/tagger.py")), logs(workload("tagger", evidence=PERSON)), Config())
    assert (joined.money or {})[Place("jobs/tagger.py", 10, 5)].saving is None


def test_code_that_sees_nobody_and_a_log_that_sees_a_person_are_a_conflict() -> None:
    joined = join(scan(site("jobs/tagger.py")), logs(workload("tagger", evidence=PERSON)), Config())
    assert [(c.workload, c.in_code, c.in_log) for c in joined.conflicts] == [("tagger", "nobody", "person")]


def test_what_one_half_does_not_know_is_no_conflict() -> None:
    assert (
        join(scan(site("jobs/tagger.py", 10, usage(evidence=()))), logs(workload("tagger")), Config()).conflicts == ()
    )
    assert join(scan(site("jobs/tagger.py")), logs(workload("tagger", evidence=())), Config()).conflicts == ()


def test_an_unpriced_workload_is_bound_and_brings_no_money() -> None:
    joined = join(scan(site("jobs/tagger.py")), logs(workload("tagger", None)), Config())
    assert len(joined.links) == 1
    assert joined.money == {}


def test_either_half_may_be_missing() -> None:
    assert join(None, logs(workload("tagger")), Config()).links == ()
    assert join(scan(site("jobs/tagger.py")), None, Config()).money is None
    assert join(None, None, Config()).scan is None


def test_the_covered_period_counts_the_days_that_a_nightly_job_ran_on() -> None:
    nights = Classified(
        (), 0, 0, (), (), datetime(2026, 7, 1, 2, tzinfo=UTC), datetime(2026, 9, 30, 3, tzinfo=UTC), "s", "d"
    )
    assert covered_days(nights) == 92
    assert covered_days(Classified((), 0, 0, (), (), None, None, "s", "d")) is None


def test_links_do_not_depend_on_the_order_of_sites_or_workloads() -> None:
    sites, works = (
        [site("a/tagger.py"), site("b/tagger.py"), site("c/chat_view.py")],
        [workload("tagger"), workload("chat-view")],
    )
    forward = join(scan(*sites), logs(*works), Config())
    backward = join(scan(*reversed(sites)), logs(*reversed(works)), Config())
    assert forward.links == backward.links
