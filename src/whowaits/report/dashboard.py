"""A Grafana dashboard of the metrics that `whowaits metrics` gives, as JSON to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from whowaits.report.check import dumps

UID: Final = "whowaits"
SCHEMA: Final = 39
WIDTH: Final = 24
"""Columns of Grafana's grid."""
SOURCE: Final[Mapping[str, str]] = {"type": "prometheus", "uid": "${source}"}
OF: Final = '{workload=~"$workload", provider=~"$provider"}'
LABELS: Final = "workload, provider, waiter, route, urgency"
MOST: Final = 20
"""Workloads in a chart of bars."""
FIGURES: Final[Mapping[str, str]] = {
    "Spend": "whowaits_spend_usd",
    "In real time without a requirement": "whowaits_realtime_without_requirement_usd",
    "Saving, at least": "whowaits_saving_low_usd",
    "Saving, at most": "whowaits_saving_high_usd",
    "On a slower tier already": "whowaits_slow_tier_usd",
    "Could not be judged": "whowaits_unknown_usd",
}
COURSE: Final[Mapping[str, str]] = {
    "in real time without a requirement": "whowaits_realtime_without_requirement_usd",
    "saving, at least": "whowaits_saving_low_usd",
    "on a slower tier": "whowaits_slow_tier_usd",
    "saved there already": "whowaits_realised_usd",
}
EACH: Final[Mapping[str, str]] = {
    "calls": "whowaits_calls",
    "spend": "whowaits_spend_usd",
    "saving, at least": "whowaits_saving_low_usd",
    "without a price": "whowaits_unpriced_calls",
}
Panel = dict[str, Any]


def render_dashboard() -> str:
    """Return the dashboard; its source of data is chosen when it is imported."""
    return dumps(
        {
            "uid": UID,
            "title": "Who waits for model calls",
            "tags": ["llm", "cost"],
            "schemaVersion": SCHEMA,
            "editable": True,
            "time": {"from": "now-1y", "to": "now"},
            "templating": {"list": [_source(), _choice("provider"), _choice("workload")]},
            "panels": [{"id": number, **panel} for number, panel in enumerate(_panels(), 1)],
        }
    )


def _panels() -> list[Panel]:
    to_move = f"topk({MOST}, sum by (workload) (whowaits_realtime_without_requirement_usd{OF}))"
    calls = f"topk({MOST}, sum by (workload) (whowaits_realtime_without_requirement_calls{OF}))"
    width = WIDTH // len(FIGURES)
    return [
        *(_figure(title, _sum(metric), n * width, width) for n, (title, metric) in enumerate(FIGURES.items())),
        _lines("What nobody waited for, and what it would save", 0, 4, 16, {t: _sum(m) for t, m in COURSE.items()}),
        _pie("Who waits, by spend", 16, 4, 8, f"sum by (waiter) (whowaits_spend_usd{OF})"),
        _bars("Workloads to move, by spend", 0, 13, 12, to_move),
        _bars("Calls in real time without a requirement", 12, 13, 12, calls, unit="short"),
        _table("All workloads", 0, 23, {title: f"sum by ({LABELS}) ({m}{OF})" for title, m in EACH.items()}),
    ]


def _sum(metric: str) -> str:
    return f"sum({metric}{OF})"


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}


def _choice(label: str) -> dict[str, Any]:
    return {
        "name": label,
        "label": label.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": f"label_values(whowaits_calls, {label})",
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(kind: str, title: str, place: Sequence[int], queries: Mapping[str, str], unit: str) -> Panel:
    x, y, w, h = place
    return {
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": w, "h": h},
        "targets": [
            {"refId": chr(ord("A") + n), "expr": query, "legendFormat": name, "datasource": SOURCE}
            for n, (name, query) in enumerate(queries.items())
        ],
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {},
    }


def _figure(title: str, query: str, x: int, width: int) -> Panel:
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "none"}
    return {**_panel("stat", title, (x, 0, width, 4), {title: query}, "currencyUSD"), "options": options}


def _lines(title: str, x: int, y: int, width: int, queries: Mapping[str, str]) -> Panel:
    return _panel("timeseries", title, (x, y, width, 9), queries, "currencyUSD")


def _pie(title: str, x: int, y: int, width: int, query: str) -> Panel:
    options = {"legend": {"displayMode": "table", "placement": "bottom", "values": ["value", "percent"]}}
    return {**_panel("piechart", title, (x, y, width, 9), {"{{waiter}}": query}, "currencyUSD"), "options": options}


def _bars(title: str, x: int, y: int, width: int, query: str, unit: str = "currencyUSD") -> Panel:
    options = {"orientation": "horizontal", "displayMode": "basic", "reduceOptions": {"calcs": ["lastNotNull"]}}
    return {**_panel("bargauge", title, (x, y, width, 10), {"{{workload}}": query}, unit), "options": options}


def _table(title: str, x: int, y: int, queries: Mapping[str, str]) -> Panel:
    panel = _panel("table", title, (x, y, WIDTH, 12), queries, "short")
    for target in panel["targets"]:
        target |= {"format": "table", "instant": True}
    names = {f"Value #{target['refId']}": name for target, name in zip(panel["targets"], queries, strict=True)}
    panel["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": names}},
    ]
    return panel
