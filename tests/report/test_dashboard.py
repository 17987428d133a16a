"""The dashboard: every metric and label in it is one that is exported, and Grafana finds what it needs."""

from __future__ import annotations

import json
import re
from typing import Any

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from whowaits.report.dashboard import WIDTH, render_dashboard
from whowaits.report.openmetrics import render_openmetrics
from whowaits.report.values import Report

DASHBOARD: dict[str, Any] = json.loads(render_dashboard())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
CHOICES = [v["query"] for v in DASHBOARD["templating"]["list"] if v["type"] == "query"]


def test_every_metric_in_it_is_exported_and_every_exported_metric_is_in_it(newsroom: Report) -> None:
    exported = {family.name for family in text_string_to_metric_families(render_openmetrics(newsroom))}
    named = set(re.findall(r"whowaits_\w+", " ".join((*QUERIES, *CHOICES))))
    assert named == exported


def test_every_label_in_it_is_one_of_the_metrics(newsroom: Report) -> None:
    families = text_string_to_metric_families(render_openmetrics(newsroom))
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    text = " ".join(QUERIES)
    named = {name.strip() for group in re.findall(r"by \(([^)]*)\)", text) for name in group.split(",")}
    named |= set(re.findall(r"(\w+)=~", text)) | {re.findall(r", (\w+)\)", choice)[0] for choice in CHOICES}
    assert named <= labels


def test_every_variable_in_it_is_declared() -> None:
    declared = {v["name"] for v in DASHBOARD["templating"]["list"]}
    text = json.dumps(DASHBOARD["panels"])
    assert set(re.findall(r"\$\{?(\w+)", text)) <= declared


def test_panels_lie_beside_one_another_on_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < WIDTH
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
