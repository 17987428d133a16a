"""The text for dashboards: read back by the parser of the reference client."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from whowaits.report import openmetrics
from whowaits.report.openmetrics import REST, render_openmetrics
from whowaits.report.values import Report


def sums(text: str) -> dict[str, float]:
    """The sum of every metric over its series."""
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] += sample.value
    return found


def test_sums_over_all_series_are_those_of_the_report(newsroom: Report) -> None:
    found, headline = sums(render_openmetrics(newsroom)), newsroom.headline
    assert headline is not None
    assert found["whowaits_spend_usd"] == pytest.approx(float(headline.bill_usd))
    assert found["whowaits_realtime_without_requirement_usd"] == pytest.approx(float(headline.batchable_usd))
    assert found["whowaits_saving_low_usd"] == pytest.approx(float(headline.saving_low_usd))
    assert found["whowaits_saving_high_usd"] == pytest.approx(float(headline.saving_high_usd))
    assert found["whowaits_calls"] == sum(line.workload.calls for line in newsroom.workloads)


def test_calls_that_are_on_a_slower_tier_need_nothing(newsroom: Report) -> None:
    line = next(line for line in newsroom.workloads if line.movable_usd)
    there = replace(line.workload.portions[0], tier="batch", calls=400)
    rest = replace(line.workload.portions[0], calls=600)
    work = replace(line.workload, portions=(there, rest))
    found = sums(render_openmetrics(replace(newsroom, workloads=(replace(line, workload=work),))))
    assert found["whowaits_realtime_without_requirement_calls"] == 600


def test_the_dearest_workloads_are_named_and_the_rest_is_summed(
    newsroom: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sums(render_openmetrics(newsroom))
    monkeypatch.setattr(openmetrics, "MAX_WORKLOADS", 1)
    text = render_openmetrics(newsroom)
    named = {s.labels["workload"] for f in text_string_to_metric_families(text) for s in f.samples if s.labels}
    assert named == {newsroom.workloads[0].workload.name, REST}
    assert sums(text) == pytest.approx(whole)


def test_a_name_cannot_leave_its_label(newsroom: Report) -> None:
    line = newsroom.workloads[0]
    hostile = 'a"} 1\nwhowaits_spend_usd{workload="b'
    forged = replace(newsroom, workloads=(replace(line, workload=replace(line.workload, name=hostile)),))
    text = render_openmetrics(forged)
    names = {s.labels["workload"] for f in text_string_to_metric_families(text) for s in f.samples if s.labels}
    assert names == {hostile}


def test_the_same_report_gives_the_same_bytes(newsroom: Report) -> None:
    assert render_openmetrics(newsroom) == render_openmetrics(newsroom)
