"""The canonical call table: the only place where its column names and types are spelled.

One row is one record of a log; `record_kind` says which rows may be summed. null = not known, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

TEXT: Final = pa.string()
COUNT: Final = pa.int64()
TIME: Final = pa.timestamp("us", tz="UTC")
NUMBER: Final = pa.float64()
FLAG: Final = pa.bool_()
MONEY: Final = pa.decimal128(18, 9)
SUM: Final = pa.decimal128(38, 9)
"""Money of many calls: MONEY ends at a billion."""
TEXTS: Final = pa.list_(pa.string())
PAIRS: Final = pa.map_(pa.string(), pa.string())

CALL_FIELDS: Final[tuple[tuple[str, pa.DataType], ...]] = (
    ("request_id", TEXT),
    ("call_id", TEXT),
    ("source", TEXT),
    ("source_file", TEXT),
    ("source_row", COUNT),
    ("record_kind", TEXT),
    ("dedupe_key", TEXT),
    ("started_at", TIME),
    ("ended_at", TIME),
    ("time_quality", TEXT),
    ("bucket_started_at", TIME),
    ("bucket_ended_at", TIME),
    ("duration_ms", NUMBER),
    ("ttft_ms", NUMBER),
    ("provider", TEXT),
    ("model_requested", TEXT),
    ("model_response", TEXT),
    ("model_canonical", TEXT),
    ("operation", TEXT),
    ("request_count", COUNT),
    ("input_tokens_total", COUNT),
    ("input_tokens_uncached", COUNT),
    ("cache_read_tokens", COUNT),
    ("cache_write_tokens", COUNT),
    ("cache_write_5m_tokens", COUNT),
    ("cache_write_1h_tokens", COUNT),
    ("output_tokens_total", COUNT),
    ("reasoning_tokens", COUNT),
    ("web_searches", COUNT),
    ("token_semantics", TEXT),
    ("tokens_estimated", FLAG),
    ("cost_usd", MONEY),
    ("cost_basis", TEXT),
    ("cost_is_batch_discounted", FLAG),
    ("service_tier", TEXT),
    ("service_tier_raw", TEXT),
    ("is_batch", FLAG),
    ("batch_id", TEXT),
    ("custom_id", TEXT),
    ("stated_deadline_at", TIME),
    ("stated_deadline_s", NUMBER),
    ("stated_deadline_source", TEXT),
    ("not_before_at", TIME),
    ("streamed", FLAG),
    ("background", FLAG),
    ("status", TEXT),
    ("http_status", COUNT),
    ("error_type", TEXT),
    ("attempt_no", COUNT),
    ("retry_group", TEXT),
    ("cache_hit", FLAG),
    ("end_user_id", TEXT),
    ("session_id", TEXT),
    ("session_id_trusted", FLAG),
    ("trace_id", TEXT),
    ("span_id", TEXT),
    ("parent_id", TEXT),
    ("root_kind", TEXT),
    ("parent_kind", TEXT),
    ("api_key_id", TEXT),
    ("api_key_alias", TEXT),
    ("team", TEXT),
    ("project", TEXT),
    ("workspace", TEXT),
    ("service_name", TEXT),
    ("environment", TEXT),
    ("region", TEXT),
    ("caller_identity", TEXT),
    ("tags", TEXTS),
    ("metadata", PAIRS),
    ("user_agent", TEXT),
    ("client_ip_hash", TEXT),
    ("trigger", TEXT),
    ("job_name", TEXT),
    ("workflow_name", TEXT),
    ("step_name", TEXT),
    ("code_file", TEXT),
    ("code_function", TEXT),
    ("code_line", COUNT),
    ("prompt_name", TEXT),
    ("prompt_hash", TEXT),
    ("prompt_template_hash", TEXT),
    ("sampling_rate", NUMBER),
    ("raw_ref", TEXT),
)
TAG_FIELDS: Final[tuple[tuple[str, pa.DataType], ...]] = (
    ("workload", TEXT),
    ("waiter", TEXT),
    ("human_waiting", FLAG),
    ("deadline_s", NUMBER),
    ("route", TEXT),
    ("urgency", TEXT),
    ("basis", TEXT),
    ("deadline_basis", TEXT),
    ("evidence", TEXTS),
    ("question", TEXT),
    ("spend_usd", MONEY),
    ("batch_usd_low", MONEY),
    ("batch_usd_high", MONEY),
    ("flex_usd", MONEY),
    ("sync_usd", MONEY),
)
CALL_SCHEMA: Final = pa.schema(CALL_FIELDS)
CALL_COLUMNS: Final = tuple(CALL_SCHEMA.names)
TAG_COLUMNS: Final = tuple(name for name, _ in TAG_FIELDS)
VERDICT_COLUMNS: Final = tuple(name for name, kind in TAG_FIELDS if kind != MONEY)

STATEMENT_COLUMNS: Final = (
    "provider",
    "model_canonical",
    "operation",
    "api_key_id",
    "api_key_alias",
    "team",
    "project",
    "workspace",
    "service_name",
    "environment",
    "caller_identity",
    "job_name",
    "workflow_name",
    "prompt_name",
    "trigger",
    "root_kind",
    "user_agent",
    "stated_deadline_source",
    "code_file",
    "code_function",
    "code_line",
    "service_tier",
)
"""Columns in which a log names a program or states something about waiting. Calls that agree in all of them, and in
what their tags state, belong together: distinct tuples are judged once and joined back."""

MAX_SEARCHES: Final = 10_000
"""More searches than this in one call are no count of searches."""
MAX_TOKENS: Final = 10_000_000
"""More tokens than this in one call is no count of tokens."""

Row = Mapping[str, Any]


def batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Return the rows as one batch of the canonical table; a column that a row does not name is null in it."""
    columns = [pa.array([row.get(name) for row in rows], type=kind) for name, kind in CALL_FIELDS]
    return pa.RecordBatch.from_arrays(columns, schema=CALL_SCHEMA)
