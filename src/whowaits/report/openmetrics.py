"""Report -> OpenMetrics text: what a dashboard asks every quarter, or every day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from whowaits.money.savings import SLOW_TIERS
from whowaits.report.values import Report, WorkloadLine, is_dearer

MAX_WORKLOADS: Final = 200
"""Series cost a dashboard memory: workloads beyond the dearest ones are summed as `REST`."""
REST: Final = "(all others)"
_LABELS: Final = ("workload", "provider", "waiter", "route", "urgency")
Labels = tuple[str, ...]
Figure = Callable[[WorkloadLine], Decimal | int | None]


def render_openmetrics(report: Report) -> str:
    """Return the figures of a report as OpenMetrics 1.0: gauges in USD and in calls of the covered period.

    Per workload first, the `MAX_WORKLOADS` dearest by name; the sums over all of a metric are those of the report.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(report))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()


class _Figures(Collector):
    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterator[Metric]:
        """The metrics of the report, in a fixed order."""
        lines = self._report.workloads
        for name, says, figure in _PER_WORKLOAD:
            yield _metric(name, says, lines, figure)


def _metric(name: str, says: str, lines: Sequence[WorkloadLine], figure: Figure) -> Metric:
    metric = GaugeMetricFamily(name, says, labels=_LABELS)
    for labels, value in _summed(lines, figure):
        metric.add_metric(labels, float(value))
    return metric


def _summed(lines: Sequence[WorkloadLine], figure: Figure) -> Iterable[tuple[Labels, Decimal]]:
    """The figure by labels. Streams of one name that are judged alike are one series, as are those beyond the limit."""
    sums: dict[Labels, Decimal] = {}
    for number, line in enumerate(lines):
        value = figure(line)
        if value is not None:
            labels = _labels(line, number < MAX_WORKLOADS)
            sums[labels] = sums.get(labels, Decimal(0)) + value
    return sorted(sums.items())


def _labels(line: WorkloadLine, named: bool) -> Labels:
    work, verdict = line.workload, line.workload.verdict
    who = (work.name, work.provider or "unknown") if named else (REST, "")
    return (*who, verdict.waiter, verdict.route, verdict.urgency or "")


def _saving(line: WorkloadLine, high: bool) -> Decimal | None:
    saving = line.workload.saving
    if saving is None or line.movable_usd is None or is_dearer(line.workload):
        return None
    return saving.high_usd if high else saving.low_usd


def _unknown(line: WorkloadLine) -> Decimal | None:
    return line.workload.spend_usd if line.workload.verdict.route == "unknown" else None


def _without_need(line: WorkloadLine) -> int | None:
    """Calls, of a workload that belongs on a slower tier, that are not there."""
    if line.movable_usd is None:
        return None
    return sum(portion.calls for portion in line.workload.portions if portion.tier not in SLOW_TIERS)


_PER_WORKLOAD: Final[tuple[tuple[str, str, Figure], ...]] = (
    ("whowaits_calls", "Billed calls.", lambda line: line.workload.calls),
    ("whowaits_unpriced_calls", "Calls whose price nobody states.", lambda line: line.workload.unpriced_calls),
    ("whowaits_spend_usd", "What the calls cost.", lambda line: line.workload.spend_usd),
    ("whowaits_slow_tier_usd", "Part of it on a batch or flex tier already.", lambda line: line.workload.slow_usd),
    (
        "whowaits_realtime_without_requirement_calls",
        "Calls in real time of workloads that belong on a slower tier.",
        _without_need,
    ),
    (
        "whowaits_realtime_without_requirement_usd",
        "Spend in real time without a requirement of real time.",
        lambda line: line.movable_usd,
    ),
    ("whowaits_saving_low_usd", "What a slower tier would have saved, at least.", lambda line: _saving(line, False)),
    ("whowaits_saving_high_usd", "What a slower tier would have saved, at most.", lambda line: _saving(line, True)),
    (
        "whowaits_realised_usd",
        "What calls on a slower tier would have cost more synchronously.",
        lambda line: line.realised_usd,
    ),
    ("whowaits_unknown_usd", "Spend that could not be judged.", _unknown),
)
