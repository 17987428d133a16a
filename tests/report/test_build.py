"""The sums, the worked examples, and the order of things."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from whowaits.config import Config
from whowaits.model import Basis, CallSite, Entry, Evidence, Finding, Offer, Place, Skipped
from whowaits.report import sentences
from whowaits.report.values import Report


def million_calls(make: SimpleNamespace, batchable: str, left: str) -> Report:
    saving = make.saving(str(Decimal(batchable) / 2), basis="factor")
    return make.report_on(
        None,
        make.classified(
            make.workload("nightly", batchable, make.WEEKLY, saving=saving, calls=600_000),
            make.workload("chat", left, make.PERSON, calls=400_000),
        ),
    )


def test_a_million_calls_at_a_cent_with_60_percent_batchable_save_30_percent(make: SimpleNamespace) -> None:
    head = million_calls(make, "6000", "4000").headline
    assert head is not None
    assert (head.bill_usd, head.batchable_usd) == (10_000, 6_000)
    assert (head.saving_low_usd, head.saving_high_usd) == (3_000, 3_000)
    assert (head.after_low_usd, head.after_high_usd) == (7_000, 7_000)
    assert head.share(head.saving_low_usd) == Decimal("0.3")


def test_with_80_percent_batchable_it_is_40_percent(make: SimpleNamespace) -> None:
    report = million_calls(make, "8000", "2000")
    assert report.headline is not None
    assert report.headline.share(report.headline.saving_high_usd) == Decimal("0.4")
    assert "$8,000 of the $10,000 bill (80 %)" in sentences.headline(report)


def test_an_embedding_job_at_4000_a_month_with_a_day_to_go_saves_2000(make: SimpleNamespace) -> None:
    work = make.workload("embeddings", "4000", make.WEEKLY, saving=make.saving("2000"))
    report = make.report_on(None, make.classified(work))
    assert report.headline is not None
    assert report.headline.saving_low_usd == 2_000
    assert report.moves[0].workload.verdict.urgency == "required"


def test_half_of_the_batchable_share_is_said_only_where_no_rate_is_known(make: SimpleNamespace) -> None:
    by_factor = million_calls(make, "6000", "4000")
    by_rates = make.report_on(None, make.classified(make.workload("a", "10", make.WEEKLY, saving=make.saving("5"))))
    assert by_factor.headline is not None
    assert by_rates.headline is not None
    assert (by_factor.headline.flat_half, by_factor.headline.basis) == (True, "factor")
    assert any("50 % of the batchable share" in s for s in sentences.below_headline(by_factor))
    assert (by_rates.headline.flat_half, by_rates.headline.basis) == (False, "rates")
    assert not any(
        "50 %" in s for s in (*sentences.below_headline(by_rates), *sentences.saving_basis(by_rates.headline))
    )


def test_parts_sum_to_the_bill(newsroom: Report) -> None:
    head = newsroom.headline
    assert head is not None
    assert sum(p.spend_usd or 0 for p in newsroom.waiters) == head.bill_usd == 10_000
    assert sum(p.spend_usd or 0 for p in newsroom.routes) == head.bill_usd
    assert sum(p.saving_low_usd or 0 for p in newsroom.routes) == head.saving_low_usd
    assert sum(p.share or 0 for p in newsroom.waiters) == 1
    assert head.by_rates_usd + head.by_factor_usd + head.no_saving_usd == head.batchable_usd


def test_parts_come_in_the_order_of_patience_and_of_urgency(make: SimpleNamespace) -> None:
    program = (Evidence("span", "a request was open", Basis.STATED, waiter="program"),)
    soon = (Evidence("due", "due in 20 minutes", Basis.DECLARED, waiter="nobody", deadline_s=1_200),)
    kinds = {"a": (), "b": make.BULK, "c": program, "d": make.PERSON, "e": make.WEEKLY}
    works = [make.workload(name, "1", evidence) for name, evidence in kinds.items()]
    report = make.report_on(None, make.classified(*works, make.workload("f", "1", soon, offer=Offer("both"))))
    assert [p.waiter for p in report.waiters] == ["person", "program", "nobody", "unknown"]
    assert [(p.route, p.urgency) for p in report.routes] == [
        ("batch", "required"),
        ("batch", "try"),
        ("flex", None),
        ("unknown", None),
        ("sync", None),
    ]


def test_what_runs_on_a_slower_tier_already_is_not_batchable_again(make: SimpleNamespace) -> None:
    there = make.workload("there", "80", make.WEEKLY, slow_usd=Decimal(80))
    partly = make.workload("partly", "20", make.WEEKLY, slow_usd=Decimal(5), saving=make.saving("7.5"))
    report = make.report_on(None, make.classified(there, partly))
    assert report.headline is not None
    assert (report.headline.slow_usd, report.headline.batchable_usd) == (85, 15)
    assert [m.workload.name for m in report.moves] == ["partly"]


def test_a_slower_tier_that_would_cost_more_takes_nothing_from_the_saving_of_others(make: SimpleNamespace) -> None:
    dear = make.workload("cached", "10", make.WEEKLY, saving=make.saving("-4", "-1"))
    good = make.workload("plain", "10", make.WEEKLY, saving=make.saving("5"))
    head = make.report_on(None, make.classified(dear, good)).headline
    assert head is not None
    assert (head.saving_low_usd, head.dearer, head.no_saving_usd) == (5, ("cached",), 10)


def test_an_unknown_offer_claims_no_saving(make: SimpleNamespace) -> None:
    report = make.report_on(None, make.classified(make.workload("x", "10", make.WEEKLY, offer=Offer("unknown"))))
    assert report.headline is not None
    assert (report.headline.batchable_usd, report.headline.saving_high_usd, report.headline.basis) == (10, 0, "none")
    assert report.notes == {"offer-unknown": ("x",)}
    assert sentences.headline(report).endswith("No saving is claimed on it.")


def test_a_start_at_two_due_at_six_notes_that_the_window_is_longer(newsroom: Report) -> None:
    tagger = next(w for w in newsroom.workloads if w.workload.name == "article-tagger")
    assert (tagger.workload.verdict.route, tagger.workload.verdict.urgency) == ("batch", "try")
    said = " ".join(sentences.what_to_do(tagger))
    assert "Submit as soon as the input is there" in said
    assert "synchronous fallback" in said


def test_unpriced_calls_are_not_in_the_bill_and_are_said(make: SimpleNamespace) -> None:
    report = make.report_on(
        None,
        make.classified(
            make.workload("odd", None, make.BULK, unpriced_calls=7), make.workload("chat", "3", make.PERSON)
        ),
    )
    assert report.headline is not None
    assert (report.headline.bill_usd, report.headline.unpriced_calls) == (3, 7)
    assert "7 calls could not be priced and are not in the bill." in sentences.below_headline(report)
    assert [p.spend_usd for p in report.waiters] == [3, None]


def test_questions_come_by_the_money_at_stake_and_firm_gaps_before_assumptions(newsroom: Report) -> None:
    assert [(q.subject, q.assumed) for q in newsroom.questions] == [
        ("ticket-triage", False),
        ("eval-runs", True),
        ("ask", False),
    ]
    assert newsroom.questions[0].spend_usd == 600


def test_a_question_says_what_the_code_says_of_the_same_calls(make: SimpleNamespace) -> None:
    code = make.scan(make.site("tagger.py", 1, make.usage(make.ROUTE, "1")))
    [asked] = make.report_on(code, make.classified(make.workload("tagger", "5"))).questions
    assert (asked.in_code, str(asked.place)) == ("person", "tagger.py:1")
    assert make.report_on(None, make.classified(make.workload("tagger", "5"))).questions[0].in_code is None


def test_nothing_is_asked_about_calls_that_are_where_they_belong(make: SimpleNamespace) -> None:
    there = make.workload("there", "80", make.BULK, slow_usd=Decimal(80))
    assert there.verdict.question is not None
    assert make.report_on(None, make.classified(there)).questions == ()


def test_code_that_a_workload_stands_for_is_not_asked_about_twice(newsroom: Report) -> None:
    assert "newsroom/tagger.py" not in {q.place.path for q in newsroom.questions if q.place}


def test_moves_of_code_are_no_other_findings_and_other_rules_are(newsroom: Report) -> None:
    assert [(f.rule, f.place.line) for f in newsroom.others] == [("waited-on-batch", 30)]


def test_findings_of_workloads_name_their_workload(make: SimpleNamespace) -> None:
    found = Finding("declared-but-waited", "f", "somebody waits", Place("whowaits.toml", 3))
    report = make.report_on(None, make.classified(make.workload("x", "1", make.NIGHTLY, findings=(found,))))
    assert [(f.rule, f.workload) for f in report.others] == [("declared-but-waited", "x")]


def test_skipped_is_grouped_by_reason_with_the_first_place(make: SimpleNamespace) -> None:
    skipped = (
        Skipped(Place("b.jsonl", 9), "no JSON"),
        Skipped(Place("b.jsonl", 2), "no JSON", 3),
        Skipped(Place("a"), "gone"),
    )
    report = make.report_on(None, make.classified(skipped=skipped))
    assert [(s.reason, s.count, str(s.first)) for s in report.skipped] == [
        ("no JSON", 4, "b.jsonl:2"),
        ("gone", 1, "a"),
    ]


def test_sites_to_move_come_first_and_the_most_urgent_of_them_first(make: SimpleNamespace) -> None:
    day = (Evidence("d", "due in a day", Basis.STATED, deadline_s=86_400),)
    code = make.scan(
        make.site("z.py", 1, make.usage(make.LOOP, "1")),
        make.site("b.py", 1, make.usage(make.ROUTE, "2")),
        make.site("c.py", 1, make.usage(day, "3")),
        make.site("a.py", 1, make.usage(make.LOOP, "4")),
        make.site("d.py", 1, make.usage(make.LOOP, "5"), tier="batch"),
    )
    report = make.report_on(code, None)
    assert [s.site.place.path for s in report.sites] == ["c.py", "a.py", "z.py", "d.py", "b.py"]
    assert [s.moves for s in report.sites] == [True, True, True, False, False]


def test_call_sites_that_can_move_are_shown_by_their_money_and_those_without_last(make: SimpleNamespace) -> None:
    def paid(path: str, dollars: str | None) -> CallSite:
        return make.site(path, 1, make.usage(make.LOOP, monthly_usd=None if dollars is None else Decimal(dollars)))

    sites = (paid("a.py", None), paid("b.py", "0"), paid("c.py", "3"), paid("d.py", "70"))
    shown = make.report_on(make.scan(*sites), None).moving_sites
    assert [line.site.place.path for line, _ in shown] == ["d.py", "c.py", "b.py", "a.py"]


def test_usages_of_one_driver_are_one_move_and_calls_from_tests_are_none(make: SimpleNamespace) -> None:
    loop = Place("a.py", 3)
    started = [make.usage(make.LOOP, str(n), driver=loop, entry=Entry("task", Place("dag.py", n))) for n in (1, 2)]
    tested = make.usage(make.LOOP, "3", driver=Place("test_a.py", 9), entry=Entry("test", Place("test_a.py", 8)))
    other = make.usage(make.LOOP, "4", driver=Place("a.py", 7))
    [line] = make.report_on(make.scan(make.site("a.py", 1, tested, *started, other)), None).sites
    assert [[u.fingerprint for u in group] for group in line.moving] == [["1", "2"], ["4"]]
    [line] = make.report_on(make.scan(make.site("a.py", 1, tested)), None).sites
    assert not line.moves


@pytest.mark.parametrize("halves", ["code", "logs", "none"])
def test_a_half_that_is_missing_is_absent_and_not_zero(make: SimpleNamespace, halves: str) -> None:
    report = make.report_on(
        make.newsroom_scan() if halves == "code" else None, make.newsroom_logs() if halves == "logs" else None, Config()
    )
    assert (report.headline is None) == (halves != "logs")
    assert (report.code is None) == (halves != "code")
    assert (report.logs is None) == (halves != "logs")
