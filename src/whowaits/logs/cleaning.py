"""keyed_calls -> raw_calls -> calls: each call once, canonical words, only values that can be true. SQL of the
embedded engine.

`raw_calls` holds what the readers read and keeps every column; `calls` holds what is judged and counted, under the
same `position`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from whowaits.logs import table
from whowaits.logs.columns import quoted

WEIGHT_ONE: Final = 1_000_000
"""The weight of a call that stands for itself."""
LEAST_RATE: Final = "0.0001"
"""A sample thinner than one call in ten thousand is taken for a mistake."""
LONGEST_S: Final = 1_000_000_000
"""Seconds, some thirty years, beyond which a deadline is none."""

PLACE: Final = "concat_ws(':', source, source_file, source_row)"
"""What a record is known by that nothing tells from others."""

_WHERE: Final = ("source_file", "source_row", "raw_ref")
_CONTENT: Final = tuple(
    name for name, kind in table.CALL_FIELDS if name not in _WHERE and kind not in (table.TEXTS, table.PAIRS)
)
TWICE: Final = f"""
SELECT position AS id, dedupe_key, row_number() OVER (
  PARTITION BY dedupe_key
  ORDER BY cost_usd IS NULL, cache_read_tokens IS NULL, input_tokens_total IS NULL, source,
    coalesce(output_tokens_total, -1) DESC, {", ".join(_CONTENT)}, stated, source_file, source_row, position
) AS nth
FROM suspects
WHERE dedupe_key IN (SELECT dedupe_key FROM suspects GROUP BY dedupe_key HAVING count(*) > 1)
"""
"""Records of one call, the one that says most first. What they say decides, and where they stand only between records
that say the same: neither the order of rows nor how they are cut into files plays a part."""

DUPLICATES: Final = "SELECT id FROM twice WHERE nth > 1"

SEEN_ELSEWHERE: Final = (
    "root_kind", "parent_kind", "stated_deadline_at", "stated_deadline_s", "stated_deadline_source", "trace_id",
    "span_id", "parent_id", "trigger", "user_agent", "end_user_id", "streamed", "ttft_ms", "code_file",
    "code_function", "code_line", "stated", "environment", "ended_at", "duration_ms", "status", "http_status",
)  # fmt: skip
ELSEWHERE: Final = f"""
SELECT min(CASE WHEN t.nth = 1 THEN t.id END) AS id,
  {", ".join(f"arg_min(r.{name}, CASE WHEN r.{name} IS NOT NULL THEN t.nth END) AS {name}" for name in SEEN_ELSEWHERE)}
FROM twice AS t JOIN keyed_calls AS r ON t.id = r.position
GROUP BY t.dedupe_key
"""
"""What another source saw of the same call is kept: a gateway knows the price, a trace who waited. The name of the
workload stays that of the record that is kept, so that a call has one name whichever sources saw it."""


def merged(columns: Iterable[str]) -> str:
    """Return SQL for `columns` of `keyed_calls`, with what the table `elsewhere` holds of the same calls."""
    values = (
        f"coalesce(r.{quoted(name)}, m.{quoted(name)}) AS {quoted(name)}"
        if name in SEEN_ELSEWHERE
        else f"r.{quoted(name)}"
        for name in columns
    )
    return f"SELECT {', '.join(values)} FROM keyed_calls AS r LEFT JOIN elsewhere AS m ON r.position = m.id"


ONE_CALL: Final = "record_kind NOT IN ('container', 'batch_aggregate', 'bucket')"
"""Records that are one call each; the others repeat calls or sum them up, and are in no total."""

IMPOSSIBLE: Final = f"""
SELECT source_file, reason, count(*) AS n, min(source_row) AS first FROM (
  SELECT source_file, source_row, unnest([
    CASE WHEN ended_at < started_at THEN 'call ends before it starts; its end was left empty' END,
    CASE WHEN sampling_rate < {LEAST_RATE} OR sampling_rate > 1
      THEN 'sampling_rate is not between {LEAST_RATE} and 1; taken as 1' END,
    CASE WHEN started_at IS NULL AND ended_at IS NULL AND coalesce(record_kind, 'call') <> 'container'
      THEN 'call without a time' END
  ]) AS reason FROM keyed_calls
) WHERE reason IS NOT NULL GROUP BY source_file, reason ORDER BY source_file, reason
"""

OWN: Final = {
    "provider": "n.provider",
    "model_canonical": "n.model",
    "operation": "n.operation",
    "service_tier": "CASE WHEN r.is_batch THEN 'batch' ELSE n.tier END",
    "sampling_rate": f"CASE WHEN r.sampling_rate BETWEEN {LEAST_RATE} AND 1 THEN r.sampling_rate ELSE 1 END",
    "ended_at": "CASE WHEN r.ended_at >= r.started_at OR r.started_at IS NULL THEN r.ended_at END",
    "status": "coalesce(r.status, 'ok')",
    "record_kind": "coalesce(r.record_kind, 'call')",
}
"""Columns whose values are cleaned on the way from `raw_calls` to `calls`."""
_STATEMENT: Final = (*table.STATEMENT_COLUMNS, "stated")
_COUNTED: Final = (
    "source_file", "request_count", "attempt_no", "streamed", "end_user_id", "session_id", "trace_id",
    *table.STATEMENT_COLUMNS,
)  # fmt: skip
_NARROW: Final = ", ".join(
    f"{OWN.get(name, 'r.' + quoted(name))} AS {quoted(name)}" for name in dict.fromkeys((*OWN, *_COUNTED))
)
_FORM: Final = """CASE WHEN coalesce(r.service_name, r.workflow_name, r.job_name, r.prompt_name) IS NOT NULL THEN 0
  ELSE CASE WHEN coalesce(r.session_id, r.end_user_id) IS NULL THEN 1 ELSE 2 END
    + CASE WHEN r.streamed THEN 2 WHEN NOT r.streamed THEN 4 ELSE 0 END END"""
"""What tells the programs behind a key apart when it has no other name: 0 where it has, else 1 without and 2 with
sessions or users, plus 2 streamed, 4 not streamed."""
DAY_US: Final = 86_400_000_000
CALLS: Final = f"""
SELECT m.* EXCLUDE (whole, sized, read, short, long, searches),
  CAST(hash({", ".join("m." + quoted(name) for name in (*_STATEMENT, "form"))}) >> 1 AS BIGINT) AS statement,
  CAST(hash(m.provider, m.model_canonical, m.operation, m.service_tier, m.start_us // {DAY_US}) >> 1 AS BIGINT)
    AS price_key,
  CAST(round({WEIGHT_ONE} / m.sampling_rate) AS BIGINT) AS weight,
  CASE WHEN m.start_us > 0 THEN m.start_us // {DAY_US} END AS day,
  coalesce(epoch_us(m.ended_at), m.start_us) AS end_us,
  m.sized AS has_tokens,
  m.sized * (m.whole - m.read - m.short - m.long) AS uncached,
  m.sized * m.read AS cache_read,
  m.sized * m.short AS write_5m,
  m.sized * m.long AS write_1h,
  m.sized * m.output_tokens AS output,
  m.sized * m.searches AS searches,
  m.sized * m.whole AS input_for_price
FROM (
  SELECT *, least(write_1h_tokens, whole - read - short) AS long FROM (
    SELECT *, least(write_5m_tokens, whole - read) AS short FROM (
      SELECT r.position AS position, {_NARROW}, r.stated AS stated, {_FORM} AS form,
        coalesce(epoch_us(r.started_at), epoch_us(r.ended_at), 0) AS start_us,
        CAST(CAST(r.cost_usd AS DECIMAL(38, 9)) * 1000000000 AS BIGINT) AS cost_nano,
        CASE WHEN abs(r.stated_deadline_s) <= {LONGEST_S}
          THEN CAST(round(r.stated_deadline_s * 1000000) AS BIGINT) END AS deadline_us,
        CASE WHEN r.cache_hit THEN 1 ELSE 0 END AS answered_by_cache,
        CASE WHEN coalesce(r.input_tokens_total, r.output_tokens_total) IS NOT NULL
          AND coalesce(r.input_tokens_total, 0) <= {table.MAX_TOKENS}
          AND coalesce(r.output_tokens_total, 0) <= {table.MAX_TOKENS} THEN 1 ELSE 0 END AS sized,
        coalesce(r.input_tokens_total, 0) AS whole,
        coalesce(r.output_tokens_total, 0) AS output_tokens,
        CASE WHEN r.web_searches BETWEEN 0 AND {table.MAX_SEARCHES} THEN r.web_searches ELSE 0 END AS searches,
        least(coalesce(r.cache_read_tokens, 0), coalesce(r.input_tokens_total, 0)) AS read,
        coalesce(r.cache_write_5m_tokens, r.cache_write_tokens - coalesce(r.cache_write_1h_tokens, 0), 0)
          AS write_5m_tokens,
        coalesce(r.cache_write_1h_tokens, 0) AS write_1h_tokens
      FROM raw_calls AS r
      JOIN names AS n ON r.provider IS NOT DISTINCT FROM n.raw_provider
        AND r.model_response IS NOT DISTINCT FROM n.raw_model_response
        AND r.model_requested IS NOT DISTINCT FROM n.raw_model_requested
        AND r.operation IS NOT DISTINCT FROM n.raw_operation
        AND r.service_tier_raw IS NOT DISTINCT FROM n.raw_service_tier_raw
      WHERE r.position NOT IN (SELECT id FROM duplicates)
    )
  )
) AS m
"""
"""Every call once, with what is judged and counted; the other columns stay in `raw_calls` under the same position.

Parts of the input that together exceed it are cut to it, cache reads first, as in money/savings.py.
"""
