"""Plain tables: Parquet for what is large, CSV and JSON lines as small programs write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from generator.calls import Call
from generator.company import BY_NAME, Workload
from generator.gateway import iso

SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("ms", tz="UTC")),
        ("request_id", pa.string()),
        ("api_key_alias", pa.string()),
        ("service", pa.string()),
        ("tags", pa.string()),
        ("end_user", pa.string()),
        ("session_id", pa.string()),
        ("stream", pa.bool_()),
        ("endpoint", pa.string()),
        ("user_agent", pa.string()),
        ("provider", pa.string()),
        ("model", pa.string()),
        ("input_tokens", pa.int32()),
        ("cached_input_tokens", pa.int32()),
        ("output_tokens", pa.int32()),
        ("latency_ms", pa.int32()),
        ("status", pa.int32()),
        ("cache_hit", pa.bool_()),
        ("attempt", pa.int32()),
        ("service_tier", pa.string()),
        ("pathname", pa.string()),
        ("func_name", pa.string()),
        ("lineno", pa.int32()),
        ("sampling_rate", pa.float64()),
    ]
)
NUMBERS = ("ts", "input_tokens", "output_tokens", "latency_ms")
NAMES = ("request_id", "session_id")


def write_parquet(path: Path, calls: Iterable[Call]) -> None:
    """`path` holds the calls in the order they started, packed as small as Parquet allows."""
    rows = [_row(call, BY_NAME[call.workload]) for call in sorted(calls, key=lambda call: (call.started, call.id))]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    encoded = dict.fromkeys(NUMBERS, "DELTA_BINARY_PACKED") | dict.fromkeys(NAMES, "DELTA_BYTE_ARRAY")
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in SCHEMA.names if name not in encoded],
        column_encoding=encoded,
        store_schema=False,
        row_group_size=1 << 20,
    )


def json_lines(calls: Iterable[Call]) -> Iterator[str]:
    """What a structlog program writes about its calls."""
    for call in sorted(calls, key=lambda call: (call.ended, call.id)):
        row = _row(call, BY_NAME[call.workload])
        said = {"event": "llm_call", "level": "info" if call.succeeded else "warning", **row, "ts": iso(call.started)}
        if call.private:
            said["prompt"] = call.private
        yield json.dumps({key: value for key, value in said.items() if value is not None}, separators=(",", ":"))


def csv_lines(calls: Iterable[Call]) -> Iterator[str]:
    """A table with a header line, as the search service keeps it."""
    columns = ("ts", "request_id", "service", "endpoint", "provider", "model", "input_tokens", "cached_input_tokens")
    columns += ("output_tokens", "latency_ms", "status")
    yield ",".join(columns)
    for call in sorted(calls, key=lambda call: (call.started, call.id)):
        row = {**_row(call, BY_NAME[call.workload]), "ts": iso(call.started)}
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow("" if row[name] is None else row[name] for name in columns)
        yield line.getvalue()


def _row(call: Call, workload: Workload) -> dict[str, object]:
    path, function, line = workload.code if workload.code and workload.service else (None, None, None)
    known = call.succeeded
    return {
        "ts": call.started,
        "request_id": call.id,
        "api_key_alias": workload.key,
        "service": workload.service,
        "tags": json.dumps(dict(workload.tags), separators=(",", ":")) if workload.tags else None,
        "end_user": call.user,
        "session_id": call.session,
        "stream": True if workload.streamed else None,
        "endpoint": workload.endpoint,
        "user_agent": workload.seen_agent,
        "provider": workload.provider,
        "model": workload.model,
        "input_tokens": call.input if known else None,
        "cached_input_tokens": call.cached if known else None,
        "output_tokens": call.output if known else None,
        "latency_ms": call.duration,
        "status": call.status,
        "cache_hit": call.cache_hit,
        "attempt": call.attempt,
        "service_tier": workload.tier,
        "pathname": path,
        "func_name": function,
        "lineno": line,
        "sampling_rate": 1 / call.sampling,
    }
