-- Money and aggregates of calls: the only place where calls are counted.
--
-- One text for every engine (sqlglot transpiles it): integer arithmetic, no floats, no approximate function, AS
-- everywhere, sort keys that are never null. Times are microseconds since 1970, money is nano-dollars, rates are
-- nano-dollars per million tokens, searches or requests, so that counts times rate are femto-dollars; weights are millionths of a call
-- (1000000 = not sampled). money/savings.py is the reference of the arithmetic.
--
-- Read here: calls (one row a record, each call once), raw_calls (the same records with every column), prices (rates by
-- price_key and size of the request), months (day -> month_no), unit_of (statement -> unit), units (unit -> ordered = 1
-- where the order of its calls matters), asked (unit: those whose week, or whose runs call by call, are looked at). A
-- gap of more than ten minutes starts a run, so calls are counted in slots of ten minutes: no such gap lies inside of
-- one.
--
-- What a call would have cost is spend x slow // list. Small amounts, which most are, are divided in two steps of 64
-- bits; that gives the same whole number: with spend = 16384 a + b, what a x slow leaves over is carried to b.

-- name: price_keys
SELECT
  c.price_key AS price_key,
  c.provider AS provider,
  c.model_canonical AS model,
  c.operation AS kind,
  c.service_tier AS tier,
  c.day AS day
FROM calls AS c
GROUP BY c.price_key, c.provider, c.model_canonical, c.operation, c.service_tier, c.day

-- name: listed
SELECT
  c.position AS position,
  c.cost_nano AS cost_nano,
  c.has_tokens AS has_tokens,
  CASE WHEN c.status = 'ok' AND c.answered_by_cache = 0 THEN 1 ELSE 0 END AS billed,
  CASE WHEN c.service_tier IN ('batch', 'flex') THEN 1 ELSE 0 END AS slow_already,
  CASE WHEN c.service_tier IN ('batch', 'flex', 'provisioned') THEN 1 ELSE 0 END AS settled,
  CAST(c.uncached * p.paid_input + c.cache_read * p.paid_cache_read + c.write_5m * p.paid_cache_write_5m
    + c.write_1h * p.paid_cache_write_1h + c.output * p.paid_output
    + c.searches * p.paid_search + p.paid_request AS BIGINT) AS paid_femto,
  CAST(c.uncached * p.list_input + c.cache_read * p.list_cache_read + c.write_5m * p.list_cache_write_5m
    + c.write_1h * p.list_cache_write_1h + c.output * p.list_output
    + c.searches * p.list_search + p.list_request AS BIGINT) AS list_femto,
  CAST(c.uncached * p.batch_input + c.cache_read * p.batch_lost + c.write_5m * p.batch_cache_write_5m
    + c.write_1h * p.batch_cache_write_1h + c.output * p.batch_output
    + c.searches * p.list_search + p.list_request AS BIGINT) AS lost_femto,
  CAST(c.uncached * p.batch_input + c.cache_read * p.batch_cache_read + c.write_5m * p.batch_cache_write_5m
    + c.write_1h * p.batch_cache_write_1h + c.output * p.batch_output
    + c.searches * p.list_search + p.list_request AS BIGINT) AS kept_femto,
  CAST(c.uncached * p.flex_input + c.cache_read * p.flex_cache_read + c.write_5m * p.flex_cache_write_5m
    + c.write_1h * p.flex_cache_write_1h + c.output * p.flex_output
    + c.searches * p.list_search + p.list_request AS BIGINT) AS flex_femto,
  p.batch_factor_ppm AS batch_ppm,
  p.flex_factor_ppm AS flex_ppm,
  CASE WHEN c.service_tier = 'flex' THEN 1 ELSE 0 END AS on_flex
FROM calls AS c
LEFT JOIN prices AS p
  ON c.price_key = p.price_key AND c.input_for_price > p.more_than AND c.input_for_price <= p.up_to

-- name: spent
SELECT
  l.position AS position,
  l.billed AS billed,
  l.slow_already AS slow_already,
  l.settled AS settled,
  CASE WHEN l.has_tokens = 1 THEN l.list_femto END AS list_femto,
  l.lost_femto AS lost_femto,
  l.kept_femto AS kept_femto,
  l.flex_femto AS flex_femto,
  l.batch_ppm AS batch_ppm,
  l.flex_ppm AS flex_ppm,
  CASE WHEN l.on_flex = 1 THEN l.flex_femto ELSE l.kept_femto END AS own_femto,
  CASE WHEN l.on_flex = 1 THEN l.flex_ppm ELSE l.batch_ppm END AS own_ppm,
  CASE
    WHEN l.cost_nano IS NOT NULL THEN l.cost_nano
    WHEN l.billed = 0 THEN 0
    WHEN l.has_tokens = 1 THEN l.paid_femto // 1000000
  END AS spend_nano
FROM listed AS l

-- name: priced
SELECT
  s.position AS position,
  s.billed AS billed,
  s.slow_already AS slow_already,
  s.settled AS settled,
  s.spend_nano AS spend_nano,
  CASE
    WHEN s.billed = 0 OR s.settled = 1 THEN s.spend_nano
    WHEN s.list_femto > 0 AND s.list_femto < 281474976710656 AND s.lost_femto < 281474976710656
      AND s.spend_nano BETWEEN 0 AND 536870911
      THEN s.spend_nano // 16384 * s.lost_femto // s.list_femto * 16384
        + (s.spend_nano // 16384 * s.lost_femto % s.list_femto * 16384 + s.spend_nano % 16384 * s.lost_femto)
          // s.list_femto
    WHEN s.list_femto > 0 AND s.lost_femto IS NOT NULL
      THEN CAST(CAST(s.spend_nano AS HUGEINT) * s.lost_femto // s.list_femto AS BIGINT)
    ELSE CAST(CAST(s.spend_nano AS HUGEINT) * s.batch_ppm // 1000000 AS BIGINT)
  END AS lost_nano,
  CASE
    WHEN s.billed = 0 OR s.settled = 1 THEN s.spend_nano
    WHEN s.list_femto > 0 AND s.list_femto < 281474976710656 AND s.kept_femto < 281474976710656
      AND s.spend_nano BETWEEN 0 AND 536870911
      THEN s.spend_nano // 16384 * s.kept_femto // s.list_femto * 16384
        + (s.spend_nano // 16384 * s.kept_femto % s.list_femto * 16384 + s.spend_nano % 16384 * s.kept_femto)
          // s.list_femto
    WHEN s.list_femto > 0 AND s.kept_femto IS NOT NULL
      THEN CAST(CAST(s.spend_nano AS HUGEINT) * s.kept_femto // s.list_femto AS BIGINT)
    ELSE CAST(CAST(s.spend_nano AS HUGEINT) * s.batch_ppm // 1000000 AS BIGINT)
  END AS kept_nano,
  CASE
    WHEN s.billed = 0 OR s.settled = 1 THEN s.spend_nano
    WHEN s.list_femto > 0 AND s.list_femto < 281474976710656 AND s.flex_femto < 281474976710656
      AND s.spend_nano BETWEEN 0 AND 536870911
      THEN s.spend_nano // 16384 * s.flex_femto // s.list_femto * 16384
        + (s.spend_nano // 16384 * s.flex_femto % s.list_femto * 16384 + s.spend_nano % 16384 * s.flex_femto)
          // s.list_femto
    WHEN s.list_femto > 0 AND s.flex_femto IS NOT NULL
      THEN CAST(CAST(s.spend_nano AS HUGEINT) * s.flex_femto // s.list_femto AS BIGINT)
    ELSE CAST(CAST(s.spend_nano AS HUGEINT) * s.flex_ppm // 1000000 AS BIGINT)
  END AS flex_nano,
  CASE
    WHEN s.billed = 0 OR s.slow_already = 0 THEN s.spend_nano
    WHEN s.list_femto > 0 AND s.own_femto > 0
      THEN CAST(CAST(s.spend_nano AS HUGEINT) * s.list_femto // s.own_femto AS BIGINT)
    WHEN s.own_ppm > 0 THEN CAST(CAST(s.spend_nano AS HUGEINT) * 1000000 // s.own_ppm AS BIGINT)
  END AS sync_nano,
  CASE WHEN s.list_femto > 0 AND s.kept_femto IS NOT NULL THEN 0 ELSE 1 END AS batch_by_factor,
  CASE WHEN s.list_femto > 0 AND s.flex_femto IS NOT NULL THEN 0 ELSE 1 END AS flex_by_factor
FROM spent AS s

-- name: statements
SELECT
  c.statement AS statement,
  c.provider AS provider,
  c.model_canonical AS model_canonical,
  c.operation AS operation,
  c.api_key_id AS api_key_id,
  c.api_key_alias AS api_key_alias,
  c.team AS team,
  c.project AS project,
  c.workspace AS workspace,
  c.service_name AS service_name,
  c.environment AS environment,
  c.caller_identity AS caller_identity,
  c.job_name AS job_name,
  c.workflow_name AS workflow_name,
  c.prompt_name AS prompt_name,
  c.trigger AS trigger,
  c.root_kind AS root_kind,
  c.user_agent AS user_agent,
  c.stated_deadline_source AS stated_deadline_source,
  c.code_file AS code_file,
  c.code_function AS code_function,
  c.code_line AS code_line,
  c.service_tier AS service_tier,
  c.stated AS stated,
  c.form AS form,
  COUNT(*) AS row_count
FROM calls AS c
WHERE c.record_kind NOT IN ('container', 'batch_aggregate', 'bucket')
GROUP BY
  c.statement, c.provider, c.model_canonical, c.operation, c.api_key_id, c.api_key_alias, c.team, c.project,
  c.workspace, c.service_name, c.environment, c.caller_identity, c.job_name, c.workflow_name, c.prompt_name,
  c.trigger, c.root_kind, c.user_agent, c.stated_deadline_source, c.code_file, c.code_function, c.code_line,
  c.service_tier, c.stated, c.form

-- name: unit_features
SELECT
  u.unit AS unit,
  COUNT(*) AS row_count,
  SUM(p.billed * c.weight * COALESCE(c.request_count, 1)) AS calls_micro,
  SUM(CASE WHEN p.spend_nano IS NULL THEN c.weight * COALESCE(c.request_count, 1) ELSE 0 END) AS unpriced_micro,
  COUNT(p.spend_nano) AS priced_rows,
  SUM(CAST(p.spend_nano AS HUGEINT) * c.weight) AS spend_micro,
  SUM(CASE WHEN p.slow_already = 1 THEN CAST(p.spend_nano AS HUGEINT) * c.weight ELSE 0 END) AS slow_micro,
  SUM(CAST(p.spend_nano - p.lost_nano AS HUGEINT) * c.weight) AS batch_low_micro,
  SUM(CAST(p.spend_nano - p.kept_nano AS HUGEINT) * c.weight) AS batch_high_micro,
  SUM(CAST(p.spend_nano - p.flex_nano AS HUGEINT) * c.weight) AS flex_micro,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.lost_nano IS NOT NULL THEN p.batch_by_factor ELSE 0 END)
    AS batch_by_factor,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.flex_nano IS NOT NULL THEN p.flex_by_factor ELSE 0 END)
    AS flex_by_factor,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.lost_nano IS NOT NULL THEN 1 ELSE 0 END) AS batch_known,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.flex_nano IS NOT NULL THEN 1 ELSE 0 END) AS flex_known,
  SUM(p.billed * (1 - p.settled)) AS movable_rows,
  SUM(CASE WHEN c.status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled_rows,
  SUM(CASE WHEN c.status = 'error' THEN 1 ELSE 0 END) AS error_rows,
  SUM(CASE WHEN c.streamed THEN 1 ELSE 0 END) AS streamed_rows,
  COUNT(c.end_user_id) AS user_rows,
  COUNT(c.session_id) AS session_rows,
  MIN(c.source_file) AS source_file,
  MIN(CASE WHEN c.stated_deadline_source = 'server_span' THEN c.deadline_us END) AS open_us,
  MIN(CASE WHEN c.stated_deadline_source <> 'server_span' THEN c.deadline_us END) AS deadline_us,
  MIN(CASE WHEN c.stated_deadline_source <> 'server_span' THEN c.stated_deadline_source END) AS deadline_source,
  MIN((u.due_us - c.start_us % u.due_every_us + u.due_every_us) % u.due_every_us) AS due_in_us,
  MIN(CASE WHEN c.start_us > 0 THEN c.start_us END) AS first_us,
  MAX(CASE WHEN c.start_us > 0 THEN c.start_us END) AS last_us
FROM calls AS c
JOIN priced AS p ON c.position = p.position
JOIN unit_of AS u ON c.statement = u.statement
WHERE c.record_kind NOT IN ('container', 'batch_aggregate', 'bucket')
GROUP BY u.unit

-- name: portions
SELECT
  c.statement AS statement,
  m.month_no AS month_no,
  SUM(p.billed * c.weight * COALESCE(c.request_count, 1)) AS calls_micro,
  SUM(CASE WHEN p.spend_nano IS NULL THEN c.weight * COALESCE(c.request_count, 1) ELSE 0 END) AS unpriced_micro,
  SUM(CAST(c.input_for_price AS HUGEINT) * c.weight) AS input_micro,
  SUM(CAST(c.cache_read AS HUGEINT) * c.weight) AS cached_micro,
  SUM(CAST(c.output AS HUGEINT) * c.weight) AS output_micro,
  COUNT(p.spend_nano) AS priced_rows,
  SUM(CAST(p.spend_nano AS HUGEINT) * c.weight) AS spend_micro,
  COUNT(p.sync_nano) AS sync_rows,
  SUM(CAST(p.sync_nano AS HUGEINT) * c.weight) AS sync_micro,
  SUM(CAST(p.spend_nano - p.lost_nano AS HUGEINT) * c.weight) AS lost_micro,
  SUM(CAST(p.spend_nano - p.kept_nano AS HUGEINT) * c.weight) AS kept_micro,
  SUM(CAST(p.spend_nano - p.flex_nano AS HUGEINT) * c.weight) AS flex_micro,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.lost_nano IS NOT NULL THEN 1 ELSE 0 END) AS batch_known,
  SUM(CASE WHEN p.billed = 1 AND p.settled = 0 AND p.flex_nano IS NOT NULL THEN 1 ELSE 0 END) AS flex_known,
  SUM(p.billed * (1 - p.settled)) AS movable_rows
FROM calls AS c
JOIN priced AS p ON c.position = p.position
LEFT JOIN months AS m ON c.day = m.day
WHERE c.record_kind NOT IN ('container', 'batch_aggregate', 'bucket')
GROUP BY c.statement, m.month_no

-- name: ordered
SELECT
  u.unit AS unit,
  c.start_us AS start_us,
  c.end_us AS end_us,
  c.input_for_price AS input,
  CASE
    WHEN COUNT(*) OVER (PARTITION BY u.unit, COALESCE(c.session_id, c.trace_id)) > 1
      THEN COALESCE(c.session_id, c.trace_id)
  END AS series
FROM calls AS c
JOIN unit_of AS u ON c.statement = u.statement
JOIN units AS k ON u.unit = k.unit
WHERE k.ordered = 1 AND c.status = 'ok' AND c.start_us > 0 AND c.input_for_price > 0
  AND c.record_kind IN ('call', 'attempt')

-- name: steps
SELECT
  o.unit AS unit,
  o.series AS series,
  o.start_us AS start_us,
  o.end_us AS end_us,
  o.input AS input,
  LAG(o.input) OVER (PARTITION BY o.unit, o.series ORDER BY o.start_us NULLS FIRST, o.end_us NULLS FIRST, o.input NULLS FIRST) AS prior_input,
  LAG(o.start_us) OVER (PARTITION BY o.unit, o.series ORDER BY o.start_us NULLS FIRST, o.end_us NULLS FIRST, o.input NULLS FIRST) AS prior_start,
  MAX(o.end_us) OVER (
    PARTITION BY o.unit, o.series ORDER BY o.start_us NULLS FIRST, o.end_us NULLS FIRST, o.input NULLS FIRST
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS prior_end
FROM ordered AS o

-- name: links
SELECT
  s.unit AS unit,
  s.series AS series,
  s.start_us AS start_us,
  s.end_us AS end_us,
  s.input AS input,
  CASE
    WHEN s.start_us >= s.prior_end AND (s.series IS NOT NULL OR s.start_us - s.prior_start <= 600000000) THEN 1
    ELSE 0
  END AS follows,
  CASE
    WHEN s.start_us >= s.prior_end AND (s.series IS NOT NULL OR s.start_us - s.prior_start <= 600000000)
      AND s.input > s.prior_input THEN 1
    ELSE 0
  END AS grows
FROM steps AS s

-- name: segments
SELECT
  l.unit AS unit,
  l.series AS series,
  l.follows AS follows,
  l.grows AS grows,
  CASE
    WHEN l.series IS NULL THEN SUM(1 - l.grows) OVER (
      PARTITION BY l.unit, l.series ORDER BY l.start_us NULLS FIRST, l.end_us NULLS FIRST, l.input NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
    ELSE 0
  END AS segment
FROM links AS l

-- name: chains
SELECT
  q.unit AS unit,
  q.by_series AS by_series,
  q.length AS length,
  COUNT(*) AS chain_count,
  SUM(q.row_count) AS row_count,
  SUM(q.follows) AS follows,
  SUM(q.grows) AS grows
FROM (
  SELECT
    g.unit AS unit,
    CASE WHEN g.series IS NULL THEN 0 ELSE 1 END AS by_series,
    COUNT(*) AS row_count,
    SUM(g.follows) AS follows,
    SUM(g.grows) AS grows,
    CASE WHEN g.series IS NULL THEN COUNT(*) ELSE 1 + SUM(g.follows) END AS length
  FROM segments AS g
  GROUP BY g.unit, g.series, g.segment
) AS q
GROUP BY q.unit, q.by_series, q.length

-- name: unit_slots
SELECT
  u.unit AS unit,
  c.start_us // 600000000 AS slot_no,
  COUNT(*) AS row_count,
  MIN(c.start_us) AS first_us,
  MAX(c.start_us) AS last_us,
  MAX(c.end_us) AS end_us
FROM calls AS c
JOIN unit_of AS u ON c.statement = u.statement
WHERE c.start_us > 0 AND c.record_kind IN ('call', 'attempt')
GROUP BY u.unit, c.start_us // 600000000

-- name: run_starts
SELECT
  m.unit AS unit,
  m.slot_no AS slot_no,
  m.row_count AS row_count,
  m.first_us AS first_us,
  m.last_us AS last_us,
  m.end_us AS end_us,
  CASE
    WHEN m.first_us - LAG(m.last_us) OVER (
      PARTITION BY m.unit ORDER BY m.slot_no NULLS FIRST, m.first_us NULLS FIRST, m.last_us NULLS FIRST
    ) <= 600000000 THEN 0
    ELSE 1
  END AS starts
FROM unit_slots AS m

-- name: run_slots
SELECT
  r.unit AS unit,
  r.row_count AS row_count,
  r.first_us AS first_us,
  r.last_us AS last_us,
  r.end_us AS end_us,
  SUM(r.starts) OVER (
    PARTITION BY r.unit ORDER BY r.slot_no NULLS FIRST, r.first_us NULLS FIRST, r.last_us NULLS FIRST
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS run
FROM run_starts AS r

-- name: runs
SELECT
  r.unit AS unit,
  r.run AS run,
  SUM(r.row_count) AS row_count,
  MIN(r.first_us) AS first_us,
  MAX(r.last_us) AS last_us,
  MAX(r.end_us) AS end_us
FROM run_slots AS r
GROUP BY r.unit, r.run

-- name: run_calls
SELECT
  b.unit AS unit,
  b.run AS run,
  b.row_count AS row_count,
  b.first_us AS first_us,
  b.last_us AS last_us,
  c.start_us AS start_us,
  c.start_us - LAG(c.start_us) OVER (
    PARTITION BY b.unit, b.run ORDER BY c.start_us NULLS FIRST, c.end_us NULLS FIRST, c.position NULLS FIRST
  ) AS gap_us
FROM calls AS c
JOIN unit_of AS u ON c.statement = u.statement
JOIN asked AS a ON u.unit = a.unit
JOIN run_bounds AS b ON u.unit = b.unit AND c.start_us >= b.first_us AND c.start_us <= b.last_us
WHERE c.start_us > 0 AND c.record_kind IN ('call', 'attempt')

-- name: run_course
SELECT
  g.unit AS unit,
  g.run AS run,
  g.row_count AS row_count,
  g.first_us AS first_us,
  g.last_us AS last_us,
  SUM(CASE WHEN 2 * (g.start_us - g.first_us) < g.last_us - g.first_us THEN 1 ELSE 0 END) AS early_count,
  SUM(CASE WHEN g.start_us - g.first_us < 60000000 THEN 1 ELSE 0 END) AS first_minute_count,
  SUM(CASE WHEN g.gap_us > 60000000 THEN 1 ELSE 0 END) AS pause_count
FROM run_calls AS g
GROUP BY g.unit, g.run, g.row_count, g.first_us, g.last_us

-- name: spans
SELECT
  m.unit AS unit,
  MIN(m.first_us) AS first_us,
  MAX(m.last_us) AS last_us
FROM unit_slots AS m
JOIN asked AS a ON m.unit = a.unit
GROUP BY m.unit

-- name: half_hours
SELECT
  m.unit AS unit,
  (m.slot_no // 3 + 144) % 336 AS half_hour,
  SUM(m.row_count) AS row_count
FROM unit_slots AS m
JOIN asked AS a ON m.unit = a.unit
GROUP BY m.unit, (m.slot_no // 3 + 144) % 336

-- name: series_minutes
SELECT
  u.unit AS unit,
  COALESCE(c.session_id, c.end_user_id) AS series,
  c.start_us // 60000000 AS minute_no,
  COUNT(*) AS row_count,
  MIN(c.start_us) AS first_us,
  MAX(c.end_us) AS end_us
FROM calls AS c
JOIN unit_of AS u ON c.statement = u.statement
WHERE c.start_us > 0 AND c.record_kind IN ('call', 'attempt') AND COALESCE(c.session_id, c.end_user_id) IS NOT NULL
GROUP BY u.unit, COALESCE(c.session_id, c.end_user_id), c.start_us // 60000000

-- name: series_gaps
SELECT
  s.unit AS unit,
  s.series AS series,
  s.row_count AS row_count,
  s.first_us - MAX(s.end_us) OVER (
    PARTITION BY s.unit, s.series ORDER BY s.minute_no NULLS FIRST, s.first_us NULLS FIRST, s.end_us NULLS FIRST
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS gap_us
FROM series_minutes AS s

-- name: pauses
SELECT
  q.unit AS unit,
  COUNT(*) AS series_count,
  SUM(q.row_count) AS row_count,
  SUM(q.row_count - 1 - q.breaks) AS gap_count,
  SUM(q.pauses) AS pause_count,
  SUM(q.long_pauses) AS long_pause_count,
  SUM(CASE WHEN q.long_pauses > 0 THEN 1 ELSE 0 END) AS long_series_count
FROM (
  SELECT
    g.unit AS unit,
    g.series AS series,
    SUM(g.row_count) AS row_count,
    SUM(CASE WHEN g.gap_us > 1800000000 THEN 1 ELSE 0 END) AS breaks,
    SUM(CASE WHEN g.gap_us > 60000000 AND g.gap_us <= 1800000000 THEN 1 ELSE 0 END) AS pauses,
    SUM(CASE WHEN g.gap_us > 120000000 AND g.gap_us <= 1800000000 THEN 1 ELSE 0 END) AS long_pauses
  FROM series_gaps AS g
  GROUP BY g.unit, g.series
) AS q
GROUP BY q.unit

-- name: habits
SELECT
  u.unit AS unit,
  COUNT(*) AS row_count,
  COUNT(c.end_user_id) AS with_user,
  COUNT(c.session_id) AS with_session,
  SUM(CASE WHEN c.streamed THEN 1 ELSE 0 END) AS streamed,
  COUNT(c.stated) AS with_statement,
  SUM(CASE WHEN c.status = 'ok' THEN 0 ELSE 1 END) AS failed,
  SUM(CASE WHEN c.attempt_no > 1 THEN 1 ELSE 0 END) AS retries,
  SUM(c.answered_by_cache) AS answered_by_cache,
  SUM(c.input_for_price) AS input_tokens,
  SUM(c.cache_read) AS cache_read_tokens
FROM calls AS c
JOIN unit_of AS u ON c.statement = u.statement
WHERE c.record_kind NOT IN ('container', 'batch_aggregate', 'bucket')
GROUP BY u.unit

-- name: busy
SELECT
  m.unit AS unit,
  MAX(m.busy_us) AS busiest_minute_us
FROM (
  SELECT
    u.unit AS unit,
    c.start_us // 60000000 AS minute_no,
    SUM(LEAST(c.end_us - c.start_us, 86400000000)) AS busy_us
  FROM calls AS c
  JOIN unit_of AS u ON c.statement = u.statement
  WHERE c.start_us > 0 AND c.record_kind IN ('call', 'attempt')
  GROUP BY u.unit, c.start_us // 60000000
) AS m
GROUP BY m.unit

-- name: hours
SELECT
  m.unit AS unit,
  (m.slot_no // 6 + 72) % 168 AS hour_of_week,
  SUM(m.row_count) AS row_count
FROM unit_slots AS m
GROUP BY m.unit, (m.slot_no // 6 + 72) % 168

-- name: run_habits
SELECT
  r.unit AS unit,
  COUNT(*) AS run_count,
  COUNT(DISTINCT r.first_us // 86400000000) AS run_days,
  MIN(r.row_count) AS smallest_run,
  MAX(r.row_count) AS largest_run
FROM all_runs AS r
GROUP BY r.unit

-- name: limited
SELECT
  q.unit AS unit,
  q.slot_no AS slot_no,
  SUM(q.limited) AS limited,
  SUM(q.again) AS retries
FROM (
  SELECT
    u.unit AS unit,
    c.start_us // 600000000 AS slot_no,
    CASE
      WHEN r.http_status = 429 OR r.error_type = '429' OR LOWER(r.error_type) LIKE '%rate%limit%'
        OR LOWER(r.error_type) LIKE '%throttl%' THEN 1
      ELSE 0
    END AS limited,
    CASE WHEN c.attempt_no > 1 THEN 1 ELSE 0 END AS again
  FROM calls AS c
  JOIN raw_calls AS r ON c.position = r.position
  JOIN unit_of AS u ON c.statement = u.statement
  WHERE c.start_us > 0 AND c.record_kind IN ('call', 'attempt') AND COALESCE(c.service_tier, '') NOT IN ('batch', 'flex')
    AND (r.http_status = 429 OR r.error_type IS NOT NULL OR c.attempt_no > 1)
) AS q
GROUP BY q.unit, q.slot_no

-- name: repeats
SELECT
  q.unit AS unit,
  SUM(q.row_count) AS answered,
  SUM(q.row_count - 1) AS repeats,
  SUM(CAST(q.spend_nano - q.dearest_nano AS HUGEINT)) AS repeat_nano
FROM (
  SELECT
    u.unit AS unit,
    c.model_canonical AS model_canonical,
    r.prompt_hash AS prompt_hash,
    COUNT(*) AS row_count,
    SUM(CAST(p.spend_nano AS HUGEINT)) AS spend_nano,
    MAX(p.spend_nano) AS dearest_nano
  FROM calls AS c
  JOIN raw_calls AS r ON c.position = r.position
  JOIN priced AS p ON c.position = p.position
  JOIN unit_of AS u ON c.statement = u.statement
  WHERE r.prompt_hash IS NOT NULL AND p.billed = 1 AND c.record_kind IN ('call', 'attempt', 'batch_item')
  GROUP BY u.unit, c.model_canonical, r.prompt_hash
) AS q
GROUP BY q.unit

-- name: batch_results
SELECT
  u.unit AS unit,
  COALESCE(r.batch_id, CAST(c.day AS VARCHAR)) AS batch,
  COUNT(*) AS row_count,
  SUM(CASE WHEN c.status IN ('error', 'expired') THEN 1 ELSE 0 END) AS bad,
  SUM(CASE WHEN c.status = 'expired' THEN 1 ELSE 0 END) AS expired
FROM calls AS c
JOIN raw_calls AS r ON c.position = r.position
JOIN unit_of AS u ON c.statement = u.statement
WHERE c.service_tier = 'batch' AND c.record_kind IN ('call', 'attempt', 'batch_item')
  AND COALESCE(r.batch_id, CAST(c.day AS VARCHAR)) IS NOT NULL
GROUP BY u.unit, COALESCE(r.batch_id, CAST(c.day AS VARCHAR))

-- name: batch_times
SELECT
  c.provider AS provider,
  r.batch_id AS batch,
  MIN(c.start_us) AS start_us,
  MAX(c.end_us) AS end_us,
  MAX(CASE WHEN c.record_kind = 'batch_aggregate' THEN 1 ELSE 0 END) AS as_a_whole,
  MAX(CASE WHEN c.record_kind = 'batch_aggregate' AND c.status <> 'ok' THEN 1 ELSE 0 END) AS lost,
  MAX(CASE WHEN c.record_kind = 'batch_aggregate' AND c.status = 'pending' THEN 1 ELSE 0 END) AS pending,
  MAX(CASE WHEN c.status = 'expired' THEN 1 ELSE 0 END) AS expired,
  COUNT(*) AS row_count,
  COUNT(r.ended_at) AS ended_count
FROM calls AS c
JOIN raw_calls AS r ON c.position = r.position
WHERE c.service_tier = 'batch' AND r.batch_id IS NOT NULL AND c.start_us > 0
GROUP BY c.provider, r.batch_id
