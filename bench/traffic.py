"""A quarter of made-up calls as SQL: 400 workloads in five shapes, a few large and many small, the same in every run.

Chats in sessions with pauses, programs that call at all hours, nightly and weekly runs, chains of agents, streams of
two programs behind one key. `hash` is the engine's and mixes its argument; nothing depends on a seed or a clock.
"""

from __future__ import annotations

from typing import Final

DAYS: Final = 91
CALLS: Final = """
WITH workloads AS (
  SELECT CAST(i AS INTEGER) AS w, CAST(i % 5 AS INTEGER) AS shape, {calls} / {days} / (i + 8.0) / 3.93 AS per_day
  FROM range(400) AS r(i)
), starts AS (
  SELECT w, shape, CAST(d AS INTEGER) AS day, CAST(per_day AS BIGINT) AS n,
    CASE WHEN shape = 2 THEN 1 WHEN shape = 3 THEN ceil(per_day) ELSE ceil(per_day / 5) END AS series
  FROM workloads, range({first}, {last}) AS r(d)
), series AS (
  SELECT w, shape, day, n, s, hash(w * 1000003 + day * 7919 + s * 104729) AS h
  FROM (SELECT *, unnest(range(CAST(series AS BIGINT))) AS s FROM starts)
), members AS (
  SELECT *, unnest(range(CASE WHEN shape = 2 THEN greatest(n, 3) WHEN shape = 3 THEN 1
    ELSE 2 + CAST(h // 64 % 7 AS BIGINT) END)) AS j FROM series
), drawn AS (
  SELECT *, hash(h + CAST(j AS UBIGINT) * 65537) AS x,
    CASE shape
      WHEN 0 THEN 25200 + CAST(sqrt(CAST(h % 1681000000 AS DOUBLE)) AS BIGINT)
      WHEN 1 THEN 28800 + CAST(h % 36000 AS BIGINT)
      WHEN 2 THEN 3600 + w * 97 % 14400 + CAST(h % 60 AS BIGINT)
      ELSE CAST(h % 86400 AS BIGINT)
    END AS second
  FROM members
)
SELECT
  make_timestamptz(1780272000000000 + day * 86400000000 + second * 1000000 + CAST(CASE shape
    WHEN 2 THEN j * least(1400000, 20000000000 // greatest(n, 3))
    WHEN 4 THEN j * 9000000
    ELSE j * 20000000 + x % 15000000 + CASE WHEN x % 7 = 0 THEN 90000000 ELSE 0 END * j END AS BIGINT)
    + CAST(x // 512 % 900000 AS BIGINT)) AS ts,
  'req_' || printf('%016x', hash(x)) AS request_id,
  'key-' || w // 4 AS api_key_alias,
  CASE WHEN w % 10 < 8 THEN 'svc-' || w END AS service,
  CASE shape WHEN 2 THEN ['team:t' || w % 9, 'env=prod', ['queue=bulk', 'deadline=24h', 'trigger=schedule'][1 + w % 3]]
    WHEN 4 THEN ['team:t' || w % 9, 'queue=bulk'] ELSE ['team:t' || w % 9, 'env=prod'] END AS tags,
  CASE WHEN shape IN (0, 1) THEN 'user-' || h % 40000 END AS end_user,
  CASE WHEN shape IN (0, 4) THEN 's-' || printf('%x', h) END AS session_id,
  shape IN (0, 1) AS stream,
  CASE WHEN w % 40 = 7 THEN '/v1/embeddings' ELSE '/v1/chat/completions' END AS endpoint,
  ['openai-python/2.8.1', 'python-httpx/0.28', 'node-fetch/3'][1 + w % 3] AS user_agent,
  ['openai', 'anthropic', 'google'][1 + w % 3] AS provider,
  CASE WHEN w % 40 = 7 THEN ['text-embedding-3-small', 'claude-haiku-4-5', 'gemini-embedding-001'][1 + w % 3]
    ELSE ['gpt-5-mini', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'gpt-4o', 'claude-haiku-4-5', 'gemini-2.5-pro']
      [1 + w % 3 + CASE WHEN w % 2 = 0 THEN 3 ELSE 0 END] END AS model,
  CAST(300 + x % 3000 + CASE WHEN shape IN (0, 4) THEN 700 * j ELSE 0 END AS INTEGER) AS input_tokens,
  CAST(CASE WHEN shape IN (0, 4) AND j > 0 THEN 256 * j ELSE 0 END AS INTEGER) AS cached_input_tokens,
  CAST(20 + x // 4096 % 600 AS INTEGER) AS output_tokens,
  CAST(300 + x // 65536 % 5000 AS INTEGER) AS latency_ms,
  CAST(CASE WHEN x // 97 % 60 = 0 THEN 500 WHEN x // 97 % 300 = 1 THEN 499 ELSE 200 END AS INTEGER) AS status
FROM drawn
ORDER BY ts, request_id
"""


def calls(count: int, first: int = 0, last: int = DAYS) -> str:
    """Return the SQL of the calls of the days from `first` to before `last`, in the order of time, of a quarter
    that holds about `count` calls."""
    return CALLS.format(calls=count, days=DAYS, first=first, last=last)
