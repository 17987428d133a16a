"""A provider that asks for a minimum of requests takes no batch of fewer: no batch, no dollars."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.logs.conftest import Classify, only
from tests.logs.traffic import day, runs
from whowaits.logs.minimums import _below
from whowaits.rules import load_offers

NOVA = {"provider": "bedrock", "model": "amazon.nova-micro-v1:0", "service": "tags", "tags": ["queue=bulk"]}
LEAST = 100
"""min_requests in rules/offers/bedrock.yaml."""


def test_the_rule_still_says_a_hundred() -> None:
    offer = load_offers().of("bedrock")
    assert offer is not None
    assert offer.batch is not None
    assert offer.batch.limits.min_requests == LEAST


@pytest.mark.parametrize(("calls", "batch"), [(LEAST - 1, False), (LEAST, True)])
def test_a_run_below_the_minimum_has_no_batch_on_offer(classify: Classify, calls: int, batch: bool) -> None:
    work = only(classify(*runs([day(n, 3) for n in range(3)], calls, "r", **NOVA)))
    assert (work.verdict.route != "batch") == (not batch)
    assert work.verdict.waiter == "nobody"
    said = [e.says for e in work.evidence if e.rule == "runs-below-minimum"]
    assert said == ([] if batch else ["a batch takes at least 100 requests; 3 of 3 runs have fewer, at most 99"])
    assert (work.portions[0].batch_low_usd is None) == (not batch)


def test_what_is_left_is_flex_where_that_is_sold(classify: Classify) -> None:
    work = only(classify(*runs([day(0, 3)], 40, "r", **NOVA)))
    assert (work.verdict.route, work.saving is not None) == ("flex", True)
    claude = {**NOVA, "model": "anthropic.claude-3-haiku-20240307-v1:0"}
    work = only(classify(*runs([day(0, 3)], 40, "r", **claude)))
    assert (work.verdict.route, work.verdict.notes, work.saving) == ("sync", ("no-offer",), None)


def test_only_the_runs_that_are_large_enough_have_dollars(classify: Classify) -> None:
    large = only(classify(*runs([day(0, 3)], LEAST, "large", **NOVA)))
    both = only(classify(*runs([day(0, 3)], LEAST, "large", **NOVA), *runs([day(1, 3)], 7, "small", **NOVA)))
    assert large.saving is not None
    assert both.saving == large.saving
    assert both.verdict.route == "batch"
    assert sum(p.batch_low_usd or Decimal(0) for p in both.portions) == both.saving.low_usd
    assert "1 of 2 runs have fewer, at most 7" in repr(both.evidence)


def test_rows_of_a_sample_stand_for_the_calls_they_were_drawn_from(classify: Classify) -> None:
    work = only(classify(*runs([day(0, 3)], 50, "r", sampling_rate=0.5, **NOVA)))
    assert work.verdict.route == "batch"


def test_runs_are_gathered_while_the_deadline_leaves_room(classify: Classify) -> None:
    log = runs([day(n, 3) for n in range(6)], 40, "r", **NOVA)
    register = '[[workload]]\nname = "tags"\nmatch = {service = "tags"}\nwaiter = "nobody"\ndeadline = '
    assert only(classify(*log, register=register + '"24h"\n')).verdict.route == "flex"
    assert only(classify(*log, register=register + '"72h"\n')).verdict.route == "batch"


def test_a_provider_without_a_minimum_takes_any_run(classify: Classify) -> None:
    work = only(classify(*runs([day(0, 3)], 40, "r", service="tags", tags=["queue=bulk"])))
    assert work.verdict.route == "batch"
    assert work.saving is not None


def test_runs_that_wait_for_nobody_are_not_gathered_twice() -> None:
    hour = 3_600_000_000
    three = [(60, n * hour, n * hour) for n in range(3)]
    assert _below(100, three, hour).small == ((2 * hour, 2 * hour),)
    assert _below(100, three, 0).small == tuple((n * hour, n * hour) for n in range(3))
    assert _below(100, [(99, 0, 0), (100, hour, hour)], 0).largest == 99
