"""Canonical tables with whatever a column can hold: nulls, empty and padded text, every script, the ends of ranges."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from whowaits.logs import table

Row = dict[str, Any]
MONDAY = datetime(2026, 8, 31, tzinfo=UTC)
SERVICES = (
    None,
    "",
    "chat",
    "Chat",
    "chat ",
    " chat",
    "\u00a0chat",
    "größe",
    "grösse",
    "gro\u0308ße",
    "客服",
    "💬 desk",
    "o'neill\\n",
)
MODELS = (("openai", "gpt-4o-mini"), ("anthropic", "claude-haiku-4-5"), ("google", "gemini-2.5-flash"), (None, "neu"),
    ("bedrock", "amazon.nova-micro-v1:0"))  # fmt: skip
TAGS = (
    None, [], [""], ["queue=bulk"], ["queue: bulk", "team=ä"], ["priority=low", "priority=low"], ["deadline=24h"],
    ["sla=interactive"], ["noch eins", "x=y=z"], ["send_at=07:00 local"], ["due=23:30"],
)  # fmt: skip
METADATA = (
    None,
    {},
    {"": ""},
    {"queue": "bulk"},
    {"deadline_s": "3600"},
    {"Слово": "да", "cron": "nächtlich"},
    {"k'": 'v"\\'},
)
STATUSES = ("ok", "ok", "ok", "ok", "error", "cancelled", "expired", None, "")
COUNTS = (None, 0, 1, 7, 999, 4_000, 1_000_000, table.MAX_TOKENS, table.MAX_TOKENS + 1)
RATES = (None, 1.0, 1.0, 0.1, 1 / 3, 1e-4, 1e-6, 1e-300, 0.0, -1.0, 2.0, float("nan"), float("inf"))
DEADLINES = (None, None, None, 0.0, 0.5, 2.5e-6, 3.5e-6, 899.9999999, 3600.0, 86400.0, -5.0, 1e15, float("nan"))
COSTS = (
    None,
    None,
    "0",
    "0.000000001",
    "0.25",
    "17.123456789",
    "1000000",
    "1000000.000000001",
    "999999999.999999999",
    "-0.5",
)


def rows(count: int, seed: int = 7) -> list[Row]:
    """Calls of people, of nightly runs and of no order at all, with ids of their own."""
    chance = random.Random(seed)
    kinds: tuple[Callable[[random.Random], Row], ...] = (_anything, _turn, _step, _nightly)
    return [{**kinds[n % len(kinds)](chance), "call_id": f"c{n}", "source_row": n + 1} for n in range(count)]


def _anything(chance: random.Random) -> Row:
    """A call in which every column holds what it likes."""
    provider, model = chance.choice(MODELS)
    started = chance.choice(
        (_at(chance.uniform(0, 28)), _at(chance.uniform(0, 28)), None, datetime(1960, 1, 1, tzinfo=UTC))
    )
    length = chance.choice((0.0, 0.2, 30.0, 4000.0, -5.0))
    return {
        **_call(chance, started, length),
        "provider": provider,
        "model_requested": model,
        "service_name": chance.choice(SERVICES),
        "api_key_alias": chance.choice((None, "key-ä", "key-a", "ключ")),
        "user_agent": chance.choice((None, "", "curl/8", "Mozilla/5.0 (X11)", "python-httpx\t")),
        "streamed": chance.choice((None, True, False)),
        "record_kind": chance.choice(("call", "call", "attempt", "batch_item", "container", "bucket", None)),
        "request_count": chance.choice((None, 1, 1, 3)),
        "tags": chance.choice(TAGS),
        "metadata": chance.choice(METADATA),
        "cost_usd": _money(chance.choice(COSTS)),
        "sampling_rate": chance.choice(RATES),
        "web_searches": chance.choice((None, 0, 3, table.MAX_SEARCHES, table.MAX_SEARCHES + 1, -1)),
        "stated_deadline_s": chance.choice(DEADLINES),
        "stated_deadline_source": chance.choice((None, None, "server_span", "completion_window", "")),
        "is_batch": chance.choice((None, False, False, True)),
        "service_tier_raw": chance.choice((None, "default", "flex", "priority", "Batch ")),
        "cache_hit": chance.choice((None, False, True)),
        "attempt_no": chance.choice((None, 1, 2, 5)),
        "retry_group": chance.choice((None, "r1", "r2")),
        "trace_id": chance.choice((None, "t1", "t2")),
        "code_line": chance.choice((None, 0, 12)),
        "code_file": chance.choice((None, "a/é.py")),
    }


def _turn(chance: random.Random) -> Row:
    """A turn of somebody who reads and thinks before the next one."""
    day, session = chance.randrange(28), chance.randrange(40)
    started = _at(day + (9 + session % 8) / 24 + chance.randrange(60) / 1440)
    return {
        **_call(chance, started, 2.0),
        "service_name": "помощник",
        "session_id": f"s{day}-{session}",
        "end_user_id": chance.choice((None, "", f"u{session}", "ü ")),
        "streamed": True,
    }


def _step(chance: random.Random) -> Row:
    """A step of an agent whose prompt grows."""
    task, step = chance.randrange(10**6), chance.randrange(30)
    started = _at(task % 28 + (task % 1440) / 1440 + step * 5 / 86_400)
    return {
        **_call(chance, started, 4.0),
        "workflow_name": "agent",
        "session_id": f"a{task % 200}",
        "tags": ["queue=bulk"],
        "input_tokens_total": 1_000 + 100 * step,
    }


def _nightly(chance: random.Random) -> Row:
    """A call of a run at the same time of every day."""
    started = _at(chance.randrange(28) + (3 + chance.random() / 10) / 24)
    return {**_call(chance, started, 1.0), "job_name": "copy", "streamed": chance.choice((False, None))}


def _call(chance: random.Random, started: datetime | None, length_s: float) -> Row:
    ended = None if started is None or chance.random() < 0.1 else started + timedelta(seconds=length_s)
    return {
        "request_id": chance.choice((None, "", f"r{chance.randrange(10**9)}")),
        "source": "generated",
        "source_file": chance.choice(("log-ä.jsonl", "b.jsonl")),
        "record_kind": "call",
        "dedupe_key": chance.choice((None, f"k{chance.randrange(10**6)}", f"k{chance.randrange(10**6)}")),
        "started_at": started,
        "ended_at": ended,
        "provider": "openai",
        "model_requested": "gpt-4o-mini",
        "model_response": chance.choice((None, "", "gpt-4o-mini-2024-07-18")),
        "operation": chance.choice(("chat", "embedding", None, "")),
        "input_tokens_total": chance.choice(COUNTS),
        "output_tokens_total": chance.choice(COUNTS),
        "cache_read_tokens": chance.choice(COUNTS),
        "cache_write_tokens": chance.choice(COUNTS),
        "cache_write_1h_tokens": chance.choice(COUNTS),
        "status": chance.choice(STATUSES),
    }


def _at(day: float) -> datetime:
    return MONDAY + timedelta(microseconds=round(day * 86_400_000_000))


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def write(path: Path, calls: list[Row], zone: str = "UTC") -> Path:
    """Write rows as canonical Parquet whose times are noted for a time zone."""
    batch = pa.Table.from_batches([table.batch(calls)])
    noted = [f.with_type(pa.timestamp("us", zone)) if pa.types.is_timestamp(f.type) else f for f in batch.schema]
    pq.write_table(batch.cast(pa.schema(noted)), path, row_group_size=5_000)
    return path
