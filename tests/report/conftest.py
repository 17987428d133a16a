"""Invented scans, logs and reports that the tests of all formats share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from whowaits.config import Config, WorkloadEntry
from whowaits.join import join
from whowaits.judge import judge
from whowaits.model import (
    Basis,
    CallSite,
    Classified,
    Entry,
    Evidence,
    Finding,
    Frame,
    Offer,
    Place,
    Policy,
    Portion,
    Saving,
    Scan,
    Skipped,
    Usage,
    Workload,
)
from whowaits.report.build import build
from whowaits.report.values import Report

SOLD = Offer("both")
START, END = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 9, 30, 23, 59, tzinfo=UTC)
REGISTER = Place("whowaits.toml", 4)
NIGHTLY = (
    Evidence(
        "register",
        "the owner says: nobody waits, needed within 4 h",
        Basis.DECLARED,
        REGISTER,
        waiter="nobody",
        deadline_s=14_400,
        bulk=True,
    ),
)
WEEKLY = (Evidence("tag-deadline", "tag deadline=24h", Basis.STATED, deadline_s=86_400, bulk=True),)
PERSON = (
    Evidence("tag-interactive", "tag interactive=true", Basis.STATED, waiter="person"),
    Evidence("stream-flag", "answers are streamed", Basis.INFERRED, hint=True),
)
BULK = (Evidence("queue-bulk", "queue=bulk", Basis.STATED, waiter="nobody", bulk=True),)
NOTHING_KNOWN = (Evidence("model-name", "only the model is known", Basis.INFERRED, hint=True),)


def usd(text: str) -> Decimal:
    return Decimal(text)


def saving(low: str, high: str | None = None, basis: Any = "rates") -> Saving:
    return Saving(usd(low), usd(high or low), basis, "genai-prices 0.2.3", "2026-10-01")


def workload(name: str, spend: str | None, evidence: tuple[Evidence, ...] = (), **more: Any) -> Workload:
    values: dict[str, Any] = {
        "provider": "openai",
        "models": ("gpt-4o-mini",),
        "calls": 1_000,
        "rows": 1_000,
        "first_at": START,
        "last_at": END,
    }
    offer = more.pop("offer", SOLD)
    verdict = judge(evidence, offer, Policy())
    values.update(more)
    values.setdefault("portions", portions(spend, values))
    return Workload(
        name=name, verdict=verdict, evidence=evidence, spend_usd=None if spend is None else usd(spend), **values
    )


def portion(spend: str | None, month: int = 7, **more: Any) -> Portion:
    values: dict[str, Any] = {
        "month": date(2026, month, 1), "provider": "openai", "model": "gpt-4o-mini", "team": None, "tier": "standard",
        "calls": 0, "unpriced_calls": 0, "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0,
        "spend_usd": None if spend is None else usd(spend), "sync_usd": None if spend is None else usd(spend),
        "batch_low_usd": None, "batch_high_usd": None, "flex_usd": None,
    }  # fmt: skip
    return Portion(**{**values, **more})


def portions(spend: str | None, values: dict[str, Any]) -> tuple[Portion, ...]:
    """One portion for what runs synchronously and one for what is on a batch tier already."""
    saved, slow = values.get("saving"), values.get("slow_usd", Decimal(0))
    known: dict[str, Any] = {"provider": values["provider"], "model": values["models"][0] if values["models"] else None}
    gain = {"batch_low_usd": saved and saved.low_usd, "batch_high_usd": saved and saved.high_usd}
    left = None if spend is None else str(usd(spend) - slow)
    rest = portion(left, calls=values["calls"], unpriced_calls=values.get("unpriced_calls", 0), **known, **gain)
    there = portion(
        str(slow), tier="batch", sync_usd=2 * slow, batch_low_usd=usd("0"), batch_high_usd=usd("0"), **known
    )
    return (rest, there) if slow else (rest,)


def classified(*workloads: Workload, **more: Any) -> Classified:
    values: dict[str, Any] = {
        "rows_read": 4_000,
        "duplicates": 0,
        "skipped": (),
        "sources": (("logs/calls.jsonl", "plain", 4_000),),
        "started_at": START,
        "ended_at": END,
        "price_source": "genai-prices 0.2.3",
        "price_date": "2026-10-01",
    }
    values.update(more)
    return Classified(workloads=workloads, **values)


def usage(evidence: tuple[Evidence, ...], fingerprint: str = "f1", **more: Any) -> Usage:
    return Usage(
        judge(evidence, more.pop("offer", SOLD), Policy()),
        more.pop("rule", "loop-over-data"),
        fingerprint,
        evidence,
        **more,
    )


def site(path: str, line: int, *usages: Usage, **more: Any) -> CallSite:
    values: dict[str, Any] = {
        "end_line": line + 4,
        "function": "tag",
        "call": "openai.OpenAI.chat.completions.create",
        "provider": "openai",
        "model": "gpt-4o-mini",
        "kind": "chat",
        "tier": "standard",
        "offer": SOLD,
    }
    values.update(more)
    return CallSite(place=Place(path, line, 12), usages=usages, **values)


def scan(*sites: CallSite, **more: Any) -> Scan:
    values: dict[str, Any] = {"root": ".", "files": 12, "findings": (), "skipped": ()}
    values.update(more)
    return Scan(call_sites=sites, **values)


LOOP = (
    Evidence(
        "loop-over-data",
        "a loop over data sends one call each",
        Basis.INFERRED,
        Place("newsroom/tagger.py", 38),
        waiter="nobody",
        bulk=True,
    ),
)
ROUTE = (
    Evidence(
        "web-route", "a request handler answers with it", Basis.STATED, Place("newsroom/chat.py", 9), waiter="person"
    ),
)


def newsroom_scan() -> Scan:
    tagger = site(
        "newsroom/tagger.py",
        41,
        usage(
            LOOP,
            "f-tagger",
            shape="loop",
            driver=Place("newsroom/tagger.py", 38),
            entry=Entry("script", Place("newsroom/tagger.py", 70)),
            via=(Frame(Place("newsroom/tagger.py", 39), "main"),),
        ),
    )
    chat = site(
        "newsroom/chat.py",
        14,
        usage(ROUTE, "f-chat", entry=Entry("route", Place("newsroom/chat.py", 9))),
        function="answer",
    )
    helper = site("newsroom/retry.py", 7, usage((), "f-retry"), function="ask")
    sent = site(
        "newsroom/export.py",
        20,
        usage(LOOP, "f-export"),
        tier="batch",
        call="openai.OpenAI.batches.create",
        function="export",
    )
    move = Finding(
        "loop-over-data",
        "f-tagger",
        "nobody waits for this call",
        Place("newsroom/tagger.py", 41, 12),
        Place("newsroom/tagger.py", 41, 12),
        "new",
    )
    waited = Finding("waited-on-batch", "f-waited", "a person waits for a batch", Place("newsroom/chat.py", 30, 5))
    return scan(
        tagger,
        chat,
        helper,
        sent,
        findings=(move, waited),
        skipped=(Skipped(Place("newsroom/old.py", 3), "not Python 3.11: print statement"),),
    )


def newsroom_logs() -> Classified:
    return classified(
        workload(
            "article-tagger", "5200.00", NIGHTLY, saving=saving("2400.00", "2600.00"), calls=18_000_000, rows=380_000
        ),
        workload("catalogue-embeddings", "800.00", WEEKLY, saving=saving("400.00"), models=("text-embedding-3-small",)),
        workload("chat-copilot", "3100.00", PERSON),
        workload("ticket-triage", "600.00", NOTHING_KNOWN),
        workload("eval-runs", "300.00", BULK, saving=saving("150.00", basis="factor"), slow_usd=usd("100.00")),
        skipped=(Skipped(Place("logs/calls.jsonl", 17), "no JSON", 3),),
    )


def newsroom_config() -> Config:
    return Config(
        workloads=(
            WorkloadEntry(
                "article-tagger",
                REGISTER,
                owner="data-eng",
                code=("newsroom/tagger.py",),
                waiter="nobody",
                deadline_s=14_400,
            ),
        )
    )


def report_on(
    code: Scan | None, logs: Classified | None, config: Config | None = None, name: str = "newsroom"
) -> Report:
    return build(join(code, logs, config or Config()), name=name, as_of=date(2026, 10, 1), version="1.2.3")


def newsroom_report() -> Report:
    return report_on(newsroom_scan(), newsroom_logs(), newsroom_config())


@pytest.fixture
def newsroom() -> Report:
    """A report on both halves with something in every section."""
    return newsroom_report()


@pytest.fixture
def make() -> SimpleNamespace:
    """The builders of this file: test modules cannot import from a conftest."""
    return SimpleNamespace(**{name: value for name, value in globals().items() if not name.startswith("_")})


HOSTILE = "<script>alert(1)</script> | `x` *b* [a](http://evil.example) \n# h \x1b[31m\u202egnp.exe \udc80 & \u05e9\u05dc\u05d5\u05dd"
"""Markup, a table separator, a line break, a terminal code, a direction override, a lone surrogate, Hebrew."""


def hostile_report(name: str = HOSTILE) -> Report:
    """Every text that comes from outside is hostile."""
    seen = (Evidence(name, name, Basis.STATED, Place(name, 3), waiter="nobody", bulk=True),)
    work = workload(
        name,
        "10.00",
        seen,
        saving=saving("5"),
        models=(name,),
        provider=name,
        code_places=(Place(name),),
        findings=(Finding(name, name, name, Place(name, 1)),),
    )
    odd = workload(name * 2, "3.00", (Evidence(name, name, Basis.INFERRED, hint=True),))
    one = usage(
        seen,
        name,
        shape="loop",
        driver=Place(name, 2),
        entry=Entry(name, Place(name, 1)),
        via=(Frame(Place(name, 2), name),),
        rule=name,
    )
    move, other = (
        Finding(name, name, name, Place(name, 5, 1), Place(name, 5, 1)),
        Finding("x", "y", name, Place(name, 6)),
    )
    code = scan(
        site(name, 5, one, function=name, call=name, provider=name, model=name),
        findings=(move, other),
        skipped=(Skipped(Place(name, 9), name),),
    )
    logs = classified(
        work, odd, sources=((name, name, 3),), skipped=(Skipped(Place(name, 9), name),), price_source=name
    )
    return report_on(code, logs, Config(workloads=(WorkloadEntry(name, REGISTER, owner=name, code=("*",)),)), name)
