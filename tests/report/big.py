"""An invented report as large as they come: 5,000 workloads of 100 million calls, and 1,500 call sites."""

from __future__ import annotations

import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from whowaits.config import Config, WorkloadEntry
from whowaits.model import Entry, Frame, Place
from whowaits.report.values import Report

WORKLOADS, CALLS, SITES = 5_000, 100_000_000, 1_500
PARTS = (
    "article",
    "billing",
    "catalogue",
    "digest",
    "embedding",
    "feed",
    "invoice",
    "support",
    "translation",
    "triage",
)
JOBS = ("backfill", "classifier", "copilot", "evaluator", "extractor", "indexer", "moderation", "summaries", "tagger")
MODELS = ("gpt-4o-mini", "gpt-5", "claude-haiku-4-5", "gemini-3-flash", "text-embedding-3-large", "mistral-small")


def name(n: int) -> str:
    return f"{PARTS[n % len(PARTS)]}-{JOBS[n // 10 % len(JOBS)]}-{n:04}"


def workload(make: SimpleNamespace, chance: random.Random, n: int, calls: int) -> Any:
    evidence = chance.choice([make.NIGHTLY, make.WEEKLY, make.PERSON, make.BULK, make.NOTHING_KNOWN])
    spend = Decimal(round(10_000 / (n + 1), 2)).quantize(Decimal("0.01")) + Decimal("0.37")
    model = chance.choice(MODELS)
    months = [chance.randrange(1, 100) for _ in range(3)]
    shares = [spend * m / sum(months) for m in months]
    portions = tuple(
        make.portion(str(share), month=7 + at, model=model, team=f"team-{n % 60}", calls=calls // 3, input_tokens=calls * 900,
                     output_tokens=calls * 80, batch_low_usd=share / 2, batch_high_usd=share / 2)
        for at, share in enumerate(shares)
    )  # fmt: skip
    hours = tuple(chance.randrange(0, 9) for _ in range(168))
    return make.workload(
        name(n), str(spend), evidence, saving=make.saving(str(spend / 2)), calls=calls, rows=calls, models=(model,),
        portions=portions, hours=hours,
    )  # fmt: skip


def site(make: SimpleNamespace, n: int) -> Any:
    folder = f"services/{PARTS[n % 10]}/pipelines"
    via = tuple(Frame(Place(f"{folder}/step_{n % 7}_{at}.py", 20 + at), f"run_{JOBS[at]}") for at in range(4))
    usage = make.usage(
        make.LOOP, f"f-{n}", shape="loop", driver=via[0].place, via=via, entry=Entry("script", Place(f"{folder}/main.py", n))
    )  # fmt: skip
    return make.site(f"{folder}/client_{n}.py", 10 + n, usage, function=f"ask_{n}")


def big_report(make: SimpleNamespace) -> Report:
    """Return the report; the same each time."""
    chance = random.Random(7)
    workloads = [workload(make, chance, n, CALLS // WORKLOADS) for n in range(WORKLOADS)]
    entries = tuple(WorkloadEntry(name(n), make.REGISTER, owner=f"team-{n % 60}") for n in range(0, WORKLOADS, 3))
    code = make.scan(*(site(make, n) for n in range(SITES)))
    report: Report = make.report_on(
        code, make.classified(*workloads, rows_read=CALLS), Config(workloads=entries), "large company"
    )
    assert sum(line.workload.calls for line in report.workloads) == CALLS
    return report
