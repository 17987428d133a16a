"""What is true about the invented logs, added up in whole nano-dollars while they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from generator.calls import SEED, Call
from generator.company import BY_NAME, WORKLOADS, cost_nano

PRIVATE = (
    "Sólveig Hraundal owes the harbour fund 4.2 million",
    "source HARFUR-7 must not be named",
    "my daughter Brynja is the patient in bed nine",
    "kennitala 311299-0000, Öldugata 114",
)
"""Invented sentences that stand where logs keep prompts and answers. They must appear in nothing we write."""


class Truth:
    """Sums per workload, each record weighted with what it stands for."""

    def __init__(self) -> None:
        self.sums: dict[str, dict[str, int]] = {w.name: defaultdict(int) for w in WORKLOADS}

    def counting(self, calls: Iterable[Call]) -> Iterator[Call]:
        """The same calls, each counted once on the way."""
        for call in calls:
            workload, sums = BY_NAME[call.workload], self.sums[call.workload]
            sums["records"] += 1
            sums["calls"] += call.sampling * call.billed
            sums["failed"] += call.sampling * (not call.succeeded)
            sums["cache_hits"] += call.sampling * call.cache_hit
            sums["input_tokens"] += call.sampling * call.input * call.billed
            sums["output_tokens"] += call.sampling * call.output * call.billed
            sums["spend"] += call.sampling * cost_nano(workload, call)
            sums["batch_cache_kept"] += call.sampling * cost_nano(workload, call, tier="batch")
            sums["batch_cache_lost"] += call.sampling * cost_nano(workload, call, tier="batch", keep_cache=False)
            yield call

    def as_json(self) -> dict[str, object]:
        rows = [self._row(name) for name in sorted(self.sums)]
        spend = sum(sums["spend"] for sums in self.sums.values())
        return {"seed": SEED, "private_strings": list(PRIVATE), "spend_usd": _usd(spend), "workloads": rows}

    def _row(self, name: str) -> dict[str, object]:
        workload, sums = BY_NAME[name], self.sums[name]
        counts = ("records", "calls", "failed", "cache_hits", "input_tokens", "output_tokens")
        return {
            "workload": name,
            "key": workload.key,
            "service": workload.service,
            "model": workload.model,
            "tier": workload.tier,
            "waiter": workload.waiter,
            "deadline_s": workload.deadline_s,
            "batchable": workload.batchable,
            "known_by": workload.known_by,
            **{count: sums[count] for count in counts},
            "spend_usd": _usd(sums["spend"]),
            "batch_usd_cache_kept": _usd(sums["batch_cache_kept"]),
            "batch_usd_cache_lost": _usd(sums["batch_cache_lost"]),
        }


def _usd(nano: int) -> str:
    return str(Decimal(nano).scaleb(-9).quantize(Decimal("0.000000001")))
