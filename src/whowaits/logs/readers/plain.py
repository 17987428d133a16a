"""Plain tables: JSON lines, CSV or Parquet with one call a row, recognised by the names of their columns.

`--map FIELD=PATH` adds a name in front of the synonyms below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from whowaits.logs.columns import Field
from whowaits.logs.documents import keys_of

NAME: Final = "plain"
FALLBACK: Final = True
"""Asked only when no reader of a named format recognises the file."""

LOGGED_AT: Final = ("timestamp", "ts", "time", "@timestamp", "datetime", "asctime", "eventTime", "date")
COLUMNS: Final = (
    Field(
        "request_id", "text", ("request_id", "requestId", "call_id", "id", "response_id", "generation_id", "span_id")
    ),
    Field("trace_id", "text", ("trace_id", "traceId", "correlation_id", "otelTraceID", "dd.trace_id")),
    Field("started_at", "time", ("started_at", "start_time", "startTime", "request_time", "created_at", "created")),
    Field("ended_at", "time", ("ended_at", "end_time", "endTime", "finished_at", "completed_at")),
    Field("logged_at", "time", LOGGED_AT),
    Field("zoneless", "zoneless", LOGGED_AT),
    Field("event_name", "text", ("levelname", "level", "logger", "severity")),
    Field("duration_ms", "ms", ("latency_ms", "duration_ms", "elapsed_ms", "response_time_ms", "request_duration_ms")),
    Field("duration_in_s", "seconds", ("duration_s", "latency_s", "elapsed_s", "duration_seconds", "latency_seconds")),
    Field("ttft_ms", "ms", ("ttft_ms", "first_token_ms", "time_to_first_token_ms")),
    Field("provider", "text", ("provider", "vendor", "llm_provider", "custom_llm_provider")),
    Field(
        "model_requested",
        "text",
        ("model", "model_name", "llm_model", "model_id", "request_model", "deployment", "engine"),
    ),
    Field("model_response", "text", ("response_model", "model_response")),
    Field("operation", "text", ("operation", "endpoint", "path", "request_path", "call_type", "api", "kind")),
    Field(
        "input_tokens_total",
        "count",
        (
            "input_tokens",
            "prompt_tokens",
            "tokens_in",
            "usage.input_tokens",
            "usage.prompt_tokens",
            "inputTokens",
            "promptTokens",
            "input_token_count",
            "input_tokens_total",
        ),
    ),
    Field(
        "cache_read_tokens",
        "count",
        (
            "cached_tokens",
            "cache_read_input_tokens",
            "cached_input_tokens",
            "cache_read_tokens",
            "usage.prompt_tokens_details.cached_tokens",
            "usage.input_tokens_details.cached_tokens",
            "usage.cache_read_input_tokens",
            "prompt_tokens_details.cached_tokens",
        ),
    ),
    Field(
        "cache_write_tokens",
        "count",
        (
            "cache_write_tokens",
            "cache_creation_input_tokens",
            "cache_creation_tokens",
            "usage.cache_creation_input_tokens",
        ),
    ),
    Field(
        "output_tokens_total",
        "count",
        (
            "output_tokens",
            "completion_tokens",
            "tokens_out",
            "usage.output_tokens",
            "usage.completion_tokens",
            "outputTokens",
            "completionTokens",
            "output_token_count",
            "output_tokens_total",
        ),
    ),
    Field("reasoning_tokens", "count", ("reasoning_tokens", "usage.completion_tokens_details.reasoning_tokens")),
    Field("web_searches", "count", ("web_searches", "web_search_requests", "usage.web_search_requests")),
    Field("total_tokens", "whole", ("total_tokens", "usage.total_tokens")),
    Field("cost_usd", "money", ("cost_usd", "spend_usd", "cost", "spend", "response_cost", "total_cost")),
    Field("service_tier_raw", "text", ("service_tier", "tier", "serviceTier")),
    Field("is_batch", "flag", ("is_batch", "batch")),
    Field("batch_id", "text", ("batch_id",)),
    Field("custom_id", "text", ("custom_id",)),
    Field("stated_deadline_at", "maybe_time", ("deadline_at", "due_at", "expires_at", "deadline", "due", "expires")),
    Field("not_before_at", "time", ("not_before", "not_before_at", "eta")),
    Field("streamed", "flag", ("stream", "streamed", "streaming", "is_streaming")),
    Field("background", "flag", ("background",)),
    Field("status", "status", ("status", "status_code", "http_status", "response_status", "outcome")),
    Field("http_status", "maybe_whole", ("status_code", "http_status", "response_status", "status")),
    Field("error_type", "text", ("error_type", "error_class", "error_code")),
    Field("attempt_no", "whole", ("attempt", "attempt_no", "retry", "retries")),
    Field("cache_hit", "flag", ("cache_hit", "response_cache_hit")),
    Field("end_user_id", "text", ("end_user", "end_user_id", "user_id", "userId", "customer_id", "user")),
    Field("session_id", "text", ("session_id", "sessionId", "conversation_id", "thread_id", "chat_id")),
    Field("api_key_id", "text", ("api_key_id", "key_id", "api_key_hash")),
    Field("api_key_alias", "text", ("api_key_alias", "key_alias", "api_key_name", "key_name", "key")),
    Field("team", "text", ("team", "team_alias", "team_id")),
    Field("project", "text", ("project", "project_id")),
    Field("workspace", "text", ("workspace", "workspace_id")),
    Field("service_name", "text", ("service", "service_name", "app", "application", "dd.service", "component")),
    Field("environment", "text", ("environment", "env", "deployment_environment")),
    Field("region", "text", ("region",)),
    Field("user_agent", "text", ("user_agent", "userAgent", "http_user_agent")),
    Field("trigger", "text", ("trigger",)),
    Field("job_name", "text", ("job", "job_name", "task_name", "task", "cron", "cronjob")),
    Field("workflow_name", "text", ("workflow", "workflow_name", "dag_id", "pipeline", "flow")),
    Field("step_name", "text", ("step", "step_name", "stage", "task_id")),
    Field("prompt_name", "text", ("prompt_name", "prompt_id", "feature")),
    Field("prompt_hash", "text", ("prompt_hash", "prompt_sha256", "prompt_digest", "request_hash")),
    Field("code_file", "text", ("code_file", "code.file.path", "pathname", "source.file", "filename")),
    Field("code_function", "text", ("code_function", "code.function.name", "func_name", "funcName", "qual_name")),
    Field("code_line", "whole", ("code_line", "code.line.number", "lineno", "source.line")),
    Field("sampling_rate", "number", ("sampling_rate", "sample_rate", "sampling_fraction")),
    Field("tags_json", "json", ("tags", "request_tags", "labels")),
    Field("metadata_json", "json", ("metadata", "properties", "attributes", "extra")),
)

MODELS: Final = ("model_requested", "model_response")
AMOUNTS: Final = ("input_tokens_total", "output_tokens_total", "cost_usd", "total_tokens")


def recognise(head: bytes) -> bool:
    """Whether the columns name a model and an amount of tokens or money."""
    keys = keys_of(head)
    return _has(keys, MODELS) and _has(keys, AMOUNTS)


def declared(mapping: Mapping[str, str], statements: tuple[str, ...]) -> tuple[Field, ...]:
    """Return the columns with the user's own names in front, and one for each field that states something."""
    known = {field.column for field in COLUMNS}
    fields = [
        Field(f.column, f.kind, (mapping[f.column], *f.names) if f.column in mapping else f.names) for f in COLUMNS
    ]
    taken = {name for field in COLUMNS if field.kind != "maybe_time" for name in field.names}
    loose = [name for name in statements if name not in taken and name not in known]
    return (*fields, *(Field(f"stated:{name}", "text", (name,)) for name in loose))


def _has(keys: set[str], columns: tuple[str, ...]) -> bool:
    names = {name for field in COLUMNS if field.column in columns for name in field.names}
    return any(name in keys or name.partition(".")[0] in keys for name in names)


ASIDE: Final = {
    "twins": """
SELECT position AS of_position, row_number() OVER (
  PARTITION BY file, coalesce(started_at, logged_at, ended_at), model_requested, api_key_alias, service_name, job_name,
    trace_id, input_tokens_total, output_tokens_total, cost_usd
  ORDER BY row
) AS twin
FROM {staged} WHERE request_id IS NULL
""",
    "beside": """
SELECT DISTINCT file AS of_file, model_requested AS of_model FROM {staged}
WHERE coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) > input_tokens_total
  OR (coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) > 0
    AND total_tokens = input_tokens_total + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
      + output_tokens_total)
""",
}
"""Twins are calls without an id that look alike in one file: they are different calls there, and the same ones in a
copy of the file. A model whose cached tokens anywhere exceed its input counts them beside the input."""
QUICK: Final = True
SETTLED: Final = """
SELECT
  position,
  CASE
    WHEN regexp_matches(request_id, '^(chatcmpl-|msg_|resp_|gen-|cmpl-)') THEN hash(request_id)
    WHEN request_id IS NOT NULL THEN hash(request_id, start_at, end_at, tokens_in, output_tokens_total, status)
    ELSE hash(start_at, end_at, model_requested, api_key_alias, service_name, job_name, trace_id, tokens_in,
      output_tokens_total, cost_usd, twin)
  END AS key_hash,
  request_id,
  coalesce(request_id, 'plain:' || file || ':' || CAST(row AS VARCHAR)) AS call_id,
  CASE
    WHEN regexp_matches(request_id, '^(chatcmpl-|msg_|resp_|gen-|cmpl-)') THEN request_id
    WHEN request_id IS NOT NULL THEN md5(concat_ws('|', request_id, CAST(start_at AS VARCHAR), CAST(end_at AS VARCHAR),
      CAST(tokens_in AS VARCHAR), CAST(output_tokens_total AS VARCHAR), status))
    ELSE md5(concat_ws('|', CAST(start_at AS VARCHAR), CAST(end_at AS VARCHAR), model_requested, api_key_alias,
      service_name, job_name, trace_id, CAST(tokens_in AS VARCHAR), CAST(output_tokens_total AS VARCHAR),
      CAST(cost_usd AS VARCHAR), CAST(twin AS VARCHAR)))
  END AS dedupe_key,
  'plain' AS source,
  file AS source_file,
  row AS source_row,
  CASE WHEN is_batch THEN 'batch_item' ELSE 'call' END AS record_kind,
  start_at AS started_at,
  end_at AS ended_at,
  CASE
    WHEN started_at IS NOT NULL AND ended_at IS NOT NULL THEN 'both'
    WHEN logged_as_end THEN 'end' WHEN start_at IS NOT NULL THEN 'start'
  END AS time_quality,
  took_ms AS duration_ms, ttft_ms, provider, model_requested, model_response, operation,
  1 AS request_count,
  CASE WHEN additive THEN tokens_in + cached ELSE tokens_in END AS input_tokens_total,
  CASE WHEN additive OR cache_read_tokens IS NULL AND cache_write_tokens IS NULL THEN tokens_in
    ELSE greatest(tokens_in - cached, 0) END AS input_tokens_uncached,
  cache_read_tokens, cache_write_tokens, output_tokens_total, reasoning_tokens, web_searches,
  CASE WHEN additive THEN 'additive' WHEN tokens_in IS NULL THEN 'unknown' ELSE 'inclusive' END AS token_semantics,
  cost_usd,
  CASE WHEN cost_usd IS NULL THEN 'none' ELSE 'reported' END AS cost_basis,
  service_tier_raw, is_batch, batch_id, custom_id, stated_deadline_at,
  CASE WHEN stated_deadline_at >= start_at
    THEN CAST(epoch_us(stated_deadline_at) - epoch_us(start_at) AS DOUBLE) / 1000000 END AS stated_deadline_s,
  CASE WHEN stated_deadline_at >= start_at THEN 'due time' END AS stated_deadline_source,
  not_before_at, streamed, background,
  CASE WHEN status IS NULL AND failed THEN 'error' ELSE status END AS status,
  http_status, error_type, attempt_no, cache_hit, end_user_id, session_id,
  CASE WHEN session_id IS NOT NULL THEN true END AS session_id_trusted,
  trace_id, api_key_id, api_key_alias, team, project, workspace, service_name, environment, region, tags, metadata,
  user_agent, trigger,
  coalesce(job_name, job) AS job_name,
  coalesce(workflow_name, workflow) AS workflow_name,
  step_name, code_file, code_function, code_line, prompt_name, prompt_hash, sampling_rate,
  stated
FROM (
  SELECT *,
    coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) AS cached,
    coalesce(started_at, CASE WHEN NOT logged_as_end THEN logged_at END,
      coalesce(ended_at, logged_at) - to_microseconds(CAST(coalesce(took_ms, 0) * 1000 AS BIGINT))) AS start_at,
    coalesce(ended_at, CASE WHEN logged_as_end THEN logged_at END,
      coalesce(started_at, logged_at) + to_microseconds(CAST(took_ms * 1000 AS BIGINT))) AS end_at
  FROM (
    SELECT s.*, said.tags, said.metadata, said.stated, said.job, said.workflow, twins.twin,
      beside.of_file IS NOT NULL AS additive,
      coalesce(duration_ms, duration_in_s,
        CAST(epoch_us(ended_at) - epoch_us(started_at) AS DOUBLE) / 1000) AS took_ms,
      event_name IS NOT NULL AND started_at IS NULL AS logged_as_end,
      error_type IS NOT NULL AS failed,
      coalesce(input_tokens_total, CASE WHEN total_tokens BETWEEN 0 AND 10000000
        THEN greatest(total_tokens - coalesce(output_tokens_total, 0), 0) END) AS tokens_in
    FROM {spoken} AS s
    JOIN {said} AS said ON s.said_key = said.said_key
    LEFT JOIN {twins} AS twins ON s.position = twins.of_position
    LEFT JOIN {beside} AS beside ON s.file = beside.of_file AND s.model_requested = beside.of_model
    WHERE coalesce(model_requested, model_response, CAST(input_tokens_total AS VARCHAR),
      CAST(output_tokens_total AS VARCHAR), CAST(cost_usd AS VARCHAR)) IS NOT NULL
  )
)
"""
"""The table `spoken` (declared columns) and `said` (its tags) -> canonical rows.

`timestamp` and the like are the start of a call, except in lines of a logging library, which are written at its
end. Records of this format with one `dedupe_key` have one `key_hash`.
"""

LOCAL: Final = """
SELECT file, min(row) AS first, count(*) AS n FROM {staged}
WHERE zoneless = 'comma' OR (zoneless = 'plain' AND event_name IS NOT NULL AND started_at IS NULL)
GROUP BY file ORDER BY file
"""
"""Lines of logging libraries whose time has no zone: those write local time unless they are told otherwise."""
