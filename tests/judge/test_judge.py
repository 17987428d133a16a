"""The verdict table, its 27 worked examples, and what must hold for any evidence."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whowaits.judge import is_move, is_waited_on_batch, judge
from whowaits.model import OFFER_NONE, OFFER_UNKNOWN, Basis, Evidence, Offer, Policy, Verdict

BATCH = Offer("batch")
BOTH = Offer("both")
FLEX = Offer("flex")
POLICY = Policy()


def claim(basis: str, **said: object) -> Evidence:
    return Evidence("test", "it was seen", Basis[basis.upper()], **said)  # type: ignore[arg-type]


def hint(**said: object) -> Evidence:
    return replace(claim("inferred", **said), hint=True)


LOOP = claim("inferred", waiter="nobody", bulk=True)
HANDLER = claim("stated", waiter="person")
QUEUE = claim("stated", waiter="nobody", bulk=True)


def schedule(period_s: float) -> Evidence:
    return claim("inferred", waiter="nobody", bulk=True, deadline_s=period_s)


# number, evidence, offer, (waiter, deadline_s, deadline basis, row, route, urgency), notes that must be there
EXAMPLES = [
    (1, [LOOP], BATCH, ("nobody", 86400, "assumed", 9, "batch", "try"), ()),
    (2, [HANDLER], BATCH, ("person", None, None, 1, "sync", None), ()),
    (4, [hint(), hint()], BATCH, ("unknown", None, None, 12, "unknown", None), ()),
    (5, [schedule(86400)], BATCH, ("nobody", 86400, "inferred", 7, "batch", "try"), ()),
    (6, [schedule(300)], BATCH, ("nobody", 300, "inferred", 8, "unknown", None), ()),
    (7, [LOOP, claim("stated", chain="open")], BATCH, ("program", None, None, 2, "sync", None), ()),
    (8, [LOOP, claim("stated", chain=1, stages=True)], BATCH, ("nobody", 86400, "assumed", 9, "batch", "try"), ("batch-per-stage",)),
    (9, [LOOP, hint()], BATCH, ("nobody", 86400, "assumed", 9, "batch", "try"), ()),
    (10, [HANDLER, hint()], BATCH, ("person", None, None, 1, "sync", None), ()),
    (11, [LOOP], OFFER_NONE, ("nobody", 86400, "assumed", 9, "sync", None), ("no-offer",)),
    (12, [LOOP], OFFER_UNKNOWN, ("nobody", 86400, "assumed", 9, "batch", "try"), ("offer-unknown",)),
    (13, [hint()], BATCH, ("unknown", None, None, 12, "unknown", None), ()),
    (14, [claim("declared", waiter="nobody", deadline_s=14400)], BATCH, ("nobody", 14400, "declared", 6, "batch", "try"), ("window-longer-than-deadline",)),
    (15, [claim("stated", deadline_s=86400)], BATCH, ("nobody", 86400, "stated", 5, "batch", "required"), ()),
    (16, [QUEUE], BATCH, ("nobody", 86400, "assumed", 9, "batch", "try"), ()),
    (17, [QUEUE, claim("inferred", chain=38)], BATCH, ("nobody", None, None, 10, "unknown", None), ()),
    (18, [hint()], BATCH, ("unknown", None, None, 12, "unknown", None), ()),
    (19, [schedule(86400), hint()], BATCH, ("nobody", 86400, "inferred", 7, "batch", "try"), ()),
    (20, [schedule(604800)], BATCH, ("nobody", 604800, "inferred", 7, "batch", "try"), ()),
    (21, [claim("stated", deadline_s=1800)], BATCH, ("unknown", 1800, "stated", 3, "sync", None), ()),
    (23, [claim("declared", waiter="person"), QUEUE], BATCH, ("person", None, None, 1, "sync", None), ()),
    (24, [claim("declared", waiter="nobody", deadline_s=86400), claim("inferred", waiter="person")], BATCH, ("nobody", 86400, "declared", 5, "batch", "required"), ("declared-but-waited",)),
    (25, [claim("stated", waiter="program")], BATCH, ("program", None, None, 4, "sync", None), ()),
    (26, [hint()], BATCH, ("unknown", None, None, 12, "unknown", None), ()),
    (27, [claim("declared", waiter="nobody", deadline_s=1200)], BOTH, ("nobody", 1200, "declared", 3, "flex", None), ()),
]  # fmt: skip


def told(verdict: Verdict) -> tuple[object, ...]:
    basis = None if verdict.deadline_basis is None else str(verdict.deadline_basis)
    return (verdict.waiter, verdict.deadline_s, basis, verdict.row, verdict.route, verdict.urgency)


@pytest.mark.parametrize(
    ("number", "evidence", "offer", "expected", "notes"), EXAMPLES, ids=[f"{e[0]}" for e in EXAMPLES]
)
def test_the_worked_example_gets_its_verdict(number, evidence, offer, expected, notes):
    verdict = judge(evidence, offer, POLICY)
    assert told(verdict) == expected
    assert set(notes) <= set(verdict.notes)


def test_example_3_two_usages_of_one_helper_are_judged_apart():
    assert [judge([e], BATCH, POLICY).row for e in (LOOP, HANDLER)] == [9, 1]


def test_example_17_with_its_period_known_stays_unknown():
    verdict = judge([QUEUE, schedule(86400), claim("inferred", chain=38)], BATCH, POLICY)
    assert (verdict.row, verdict.route) == (8, "unknown")
    assert verdict.deadline_s == pytest.approx(86400 / 38)


def test_example_22_two_streams_of_one_key_are_judged_apart():
    chat, nightly = [claim("inferred", waiter="person")], [schedule(86400)]
    assert [judge(e, BATCH, POLICY).row for e in (chat, nightly)] == [1, 7]


def test_example_25_calls_waited_for_on_a_batch_tier_are_a_finding():
    verdict = judge([claim("stated", waiter="program")], BATCH, POLICY)
    assert is_waited_on_batch(verdict, "batch")
    assert not is_waited_on_batch(verdict, "standard")


def test_a_seen_person_is_not_outvoted_by_a_queue_that_says_bulk():
    verdict = judge([QUEUE, claim("inferred", waiter="person")], BATCH, POLICY)
    assert (verdict.route, verdict.waiter, verdict.basis) == ("sync", "person", Basis.INFERRED)


@pytest.mark.parametrize(
    ("said", "deadline_s"),
    [
        ([("declared", 7200), ("stated", 60)], 7200),
        ([("stated", 7200), ("inferred", 60)], 7200),
        ([("stated", 7200), ("stated", 4000)], 4000),
    ],
)
def test_of_deadlines_the_strongest_basis_counts_and_within_it_the_shortest(said, deadline_s):
    evidence = [claim(basis, waiter="nobody", deadline_s=seconds) for basis, seconds in said]
    assert judge(evidence, BATCH, POLICY).deadline_s == deadline_s


@pytest.mark.parametrize(
    ("said", "chain"),
    [
        ([("stated", 2), ("inferred", 38)], 2),
        ([("stated", 2), ("stated", 5)], 5),
        ([("stated", 2), ("stated", "open")], "open"),
        ([("declared", 2), ("stated", "open")], 2),
        ([], 1),
    ],
)
def test_of_chains_the_strongest_basis_counts_and_within_it_the_longest(said, chain):
    assert judge([LOOP, *(claim(basis, chain=length) for basis, length in said)], BATCH, POLICY).chain == chain


def test_a_stated_program_outvotes_a_person_who_is_only_inferred():
    evidence = [claim("stated", waiter="program"), claim("inferred", waiter="person")]
    assert told(judge(evidence, BATCH, POLICY)) == ("program", None, None, 4, "sync", None)


def test_a_runbook_sentence_shortens_an_inferred_deadline():
    written = replace(claim("inferred", deadline_s=14400), proposal=True)
    assert judge([schedule(86400), written], BATCH, POLICY).deadline_s == 14400


def test_of_two_runbook_sentences_the_shorter_counts():
    written = [replace(claim("inferred", deadline_s=seconds), proposal=True) for seconds in (14400, 7200)]
    assert judge([schedule(86400), *written], BATCH, POLICY).deadline_s == 7200


def test_a_runbook_sentence_never_lengthens_a_deadline():
    written = replace(claim("inferred", deadline_s=604800), proposal=True)
    assert judge([schedule(86400), written], BATCH, POLICY).deadline_s == 86400


def test_a_runbook_sentence_shortens_the_deadline_the_policy_would_assume():
    written = replace(claim("inferred", deadline_s=14400), proposal=True)
    assert told(judge([LOOP, written], BATCH, POLICY)) == ("nobody", 14400, "inferred", 7, "batch", "try")


def test_a_runbook_sentence_longer_than_the_assumption_changes_nothing():
    written = replace(claim("inferred", deadline_s=604800), proposal=True)
    assert judge([LOOP, written], BATCH, POLICY) == judge([LOOP], BATCH, POLICY)


def test_a_runbook_sentence_does_not_touch_a_stated_deadline():
    written = replace(claim("inferred", deadline_s=60), proposal=True)
    assert judge([claim("stated", deadline_s=86400), written], BATCH, POLICY).deadline_s == 86400


@pytest.mark.parametrize("assumed_s", [None, 3599])
def test_a_policy_that_assumes_no_deadline_of_an_hour_leaves_bulk_work_unknown(assumed_s):
    verdict = judge([LOOP], BATCH, Policy(assumed_deadline_s=assumed_s))
    assert (verdict.route, verdict.row, verdict.question) == ("unknown", 9, "By when is the answer needed?")


def test_an_assumed_deadline_comes_with_its_question():
    assert judge([LOOP], BATCH, POLICY).question == "By when is the answer needed?"


def test_where_nothing_is_sold_nothing_is_asked():
    assert judge([LOOP], OFFER_NONE, POLICY).question is None


def test_an_offer_that_is_unknown_is_never_required():
    verdict = judge([claim("declared", waiter="nobody", deadline_s=604800)], OFFER_UNKNOWN, POLICY)
    assert (verdict.route, verdict.urgency) == ("batch", "try")


def test_where_only_flex_is_sold_the_route_is_flex():
    verdict = judge([claim("declared", waiter="nobody", deadline_s=604800)], FLEX, POLICY)
    assert (verdict.route, verdict.urgency) == ("flex", "required")


@pytest.mark.parametrize(("deadline_s", "row"), [(3599, 3), (3600, 6), (86399, 6), (86400, 5)])
def test_the_borders_of_a_stated_deadline(deadline_s, row):
    assert judge([claim("stated", waiter="nobody", deadline_s=deadline_s)], BATCH, POLICY).row == row


def test_a_stated_deadline_is_divided_by_the_chain_before_it_is_compared():
    verdict = judge([claim("stated", waiter="nobody", deadline_s=86400), claim("inferred", chain=38)], BATCH, POLICY)
    assert (verdict.row, verdict.route, verdict.basis) == (3, "sync", Basis.INFERRED)


@pytest.mark.parametrize(("deadline_s", "waiter", "row"), [(3599, "unknown", 3), (3600, "nobody", 6)])
def test_nobody_stands_waiting_for_an_hour(deadline_s, waiter, row):
    verdict = judge([claim("stated", deadline_s=deadline_s)], BATCH, POLICY)
    assert (verdict.waiter, verdict.row) == (waiter, row)


def test_calls_now_and_then_in_a_row_are_asked_about_as_single_ones():
    verdict = judge([claim("stated", waiter="nobody"), claim("inferred", chain=38)], BATCH, POLICY)
    assert (verdict.row, verdict.question) == (11, "By when is the answer needed?")


def test_only_a_window_that_is_longer_than_the_deadline_is_noted():
    week, four_hours = (judge([schedule(period_s)], BATCH, POLICY).notes for period_s in (604800, 14400))
    assert (week, four_hours) == ((), ("window-longer-than-deadline",))


@pytest.mark.parametrize(("waiter", "notes"), [("nobody", ("flex-possible",)), ("program", ()), (None, ())])
def test_flex_is_possible_for_a_chain_without_end_that_nobody_waits_for(waiter, notes):
    assert judge([claim("stated", waiter=waiter, chain="open")], BATCH, POLICY).notes == notes


def test_a_chain_of_one_call_has_no_part_in_the_basis():
    due = claim("stated", waiter="nobody", deadline_s=86400)
    assert judge([due, claim("inferred", chain=1)], BATCH, POLICY).basis is Basis.STATED


@pytest.mark.parametrize(
    ("evidence", "row", "waited"),
    [
        ([HANDLER], 1, True),
        ([claim("stated", chain="open")], 2, True),
        ([claim("stated", deadline_s=60)], 3, True),
        ([claim("stated", waiter="program")], 4, True),
        ([claim("stated", deadline_s=86400)], 5, False),
        ([claim("stated", deadline_s=3600)], 6, False),
        ([schedule(86400)], 7, False),
        ([schedule(300)], 8, False),
        ([LOOP], 9, False),
        ([LOOP, claim("stated", chain=2)], 10, False),
        ([claim("inferred", waiter="nobody")], 11, False),
        ([], 12, False),
    ],
)
def test_every_row_is_reached_and_in_the_first_four_a_batch_is_waited_for(evidence, row, waited):
    verdict = judge(evidence, BATCH, POLICY)
    assert (verdict.row, is_waited_on_batch(verdict, "batch")) == (row, waited)


def test_who_waits_is_part_of_the_basis_only_where_flex_rests_on_it():
    due, seen = claim("declared", deadline_s=1200), claim("inferred", waiter="nobody")
    assert [judge([due, seen], offer, POLICY).basis for offer in (BATCH, BOTH)] == [Basis.DECLARED, Basis.INFERRED]


def test_calls_on_a_slower_tier_already_are_no_move():
    verdict = judge([LOOP], BATCH, POLICY)
    assert [is_move(verdict, tier) for tier in ("standard", "priority", "batch", "flex")] == [True, True, False, False]


WAITERS = st.sampled_from(["person", "program", "nobody", None])
DEADLINES = st.sampled_from([None, 1.0, 60.0, 900.0, 3599.0, 3600.0, 14400.0, 86400.0, 604800.0])
CLAIMS = st.builds(
    Evidence,
    rule=st.just("test"),
    says=st.just("it was seen"),
    basis=st.sampled_from([Basis.INFERRED, Basis.STATED, Basis.DECLARED]),
    hint=st.booleans(),
    waiter=WAITERS,
    deadline_s=DEADLINES,
    bulk=st.booleans(),
    chain=st.sampled_from([None, 1, 2, 38, "open"]),
)
OFFERS = st.builds(Offer, st.sampled_from(["batch", "flex", "both", "none", "unknown"]))


@given(st.lists(CLAIMS, max_size=5), OFFERS)
def test_every_evidence_gets_exactly_one_verdict_whatever_its_order(evidence, offer):
    assert len({judge(order, offer, POLICY) for order in itertools.islice(itertools.permutations(evidence), 24)}) == 1


@given(st.lists(CLAIMS, max_size=5), OFFERS)
def test_hints_never_decide(evidence, offer):
    assert judge(evidence, offer, POLICY) == judge([e for e in evidence if not e.hint], offer, POLICY)


@given(st.lists(CLAIMS, max_size=5), OFFERS)
def test_a_person_who_is_not_declared_away_is_never_batched(evidence, offer):
    declared = any(e.waiter in ("nobody", "program") and e.basis is Basis.DECLARED and not e.hint for e in evidence)
    program_stated = any(e.waiter == "program" and e.basis is Basis.STATED and not e.hint for e in evidence)
    verdict = judge([*evidence, HANDLER], offer, POLICY)
    assert declared or program_stated or verdict.route == "sync"


@given(st.lists(CLAIMS, max_size=5), OFFERS)
def test_required_needs_a_promise_of_a_day(evidence, offer):
    verdict = judge(evidence, offer, POLICY)
    if verdict.urgency == "required":
        assert verdict.deadline_s is not None and verdict.deadline_s >= 86400
        assert verdict.deadline_basis in (Basis.STATED, Basis.DECLARED)


@given(st.lists(CLAIMS, max_size=5), OFFERS)
def test_batch_is_only_said_where_an_hour_is_left(evidence, offer):
    verdict = judge(evidence, offer, POLICY)
    if verdict.route == "batch":
        assert verdict.deadline_s is not None and verdict.deadline_s >= 3600
