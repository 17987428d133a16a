"""Logs that lie in databases: found by what their tables hold, read-only, without anybody's words or passwords."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.logs.database_servers import PASSWORD, READER, clickhouse, postgresql
from tests.logs.formats import SAMPLES
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config
from whowaits.logs.databases import parsed
from whowaits.logs.sources import SourceError, find
from whowaits.model import Classified

AS_OF = date(2026, 11, 20)
WORDS = "the patient said it hurts"
SPEND_LOGS = """
CREATE TABLE "LiteLLM_SpendLogs" (
  request_id text PRIMARY KEY, call_type text, api_key text, spend double precision, total_tokens integer,
  prompt_tokens integer, completion_tokens integer, "startTime" timestamp, "endTime" timestamp,
  "completionStartTime" timestamp, model text, model_group text, custom_llm_provider text, "user" text, end_user text,
  team_id text, metadata jsonb, cache_hit text, request_tags jsonb, messages jsonb, response jsonb,
  proxy_server_request jsonb, session_id text, status text
);
CREATE TABLE "LiteLLM_DailyUserSpend" (date text, api_key text, model text, prompt_tokens bigint, spend double precision);
CREATE TABLE articles (id integer, text text);
"""


def classified(address: str) -> Classified:
    with logs.classify([address], Config(), AS_OF) as session:
        return session.classified


def rows_of(sample: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sample.read_text().splitlines()]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgresql() as (run, port), pytest.MonkeyPatch.context() as patch:
        run(SPEND_LOGS)
        for row in rows_of(SAMPLES / "litellm/jobs.jsonl"):
            text = json.dumps({**row, "messages": [WORDS], "proxy_server_request": {"body": WORDS}})
            run(f"""INSERT INTO "LiteLLM_SpendLogs"
                SELECT * FROM jsonb_populate_record(NULL::"LiteLLM_SpendLogs", $row${text}$row$)""")
        patch.setenv("PGPASSWORD", PASSWORD)
        yield f"postgresql://{READER}@127.0.0.1:{port}/logs"


@pytest.mark.slow
def test_the_table_of_litellm_says_what_its_export_says(postgres: str, tmp_path: Path) -> None:
    found = classified(postgres)
    exported = classified(str(SAMPLES / "litellm/jobs.jsonl"))
    assert [(w.name, w.calls, w.spend_usd, w.verdict) for w in found.workloads] == [
        (w.name, w.calls, w.spend_usd, w.verdict) for w in exported.workloads
    ]
    (file, reader, rows), = found.sources  # fmt: skip
    assert (file.rpartition("/")[2], reader, rows) == ("logs#LiteLLM_SpendLogs", "litellm", exported.rows_read)
    assert classified(f"{postgres}#LiteLLM_SpendLogs").workloads == found.workloads


@pytest.mark.slow
def test_nobodys_words_and_no_password_leave_the_database(postgres: str, tmp_path: Path) -> None:
    (source,) = find([postgres], tmp_path)
    copied = source.path.read_bytes()
    import pyarrow.parquet as pq

    assert {"messages", "response", "proxy_server_request"}.isdisjoint(pq.read_schema(source.path).names)
    result = CliRunner().invoke(app, ["ingest", "--isolated", postgres, "-o", str(tmp_path / "calls.parquet")])
    assert result.exit_code == 0, result.output
    for secret in (PASSWORD, WORDS):
        assert secret not in result.output
        assert secret.encode() not in copied + (tmp_path / "calls.parquet").read_bytes()
    again = CliRunner().invoke(app, ["ingest", "--isolated", postgres, "-o", str(tmp_path / "calls.parquet")])
    assert ", 0 of them new." in again.output


@pytest.mark.slow
def test_a_session_only_reads(postgres: str) -> None:
    from whowaits.logs.databases import postgresql as module

    with module.opened(parsed(postgres)) as database, pytest.raises(Exception, match="read-only transaction"):
        database._cursor.execute('DELETE FROM "LiteLLM_SpendLogs"')  # type: ignore[attr-defined]
    with module.opened(parsed(postgres)) as database, pytest.raises(Exception, match="does not exist"):
        list(database.batches('LiteLLM_SpendLogs"; DELETE FROM "LiteLLM_SpendLogs', {"spend": "real"}))


@pytest.mark.slow
def test_what_is_wrong_with_an_address_is_said_with_what_is_near(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match=r"no such table; did you mean `LiteLLM_SpendLogs`\?$"):
        find([f"{postgres}#spendlogs"], tmp_path)
    with pytest.raises(SourceError, match=r"this table holds no calls; did you mean `LiteLLM_SpendLogs`\?$"):
        find([f"{postgres}#articles"], tmp_path)
    with pytest.raises(SourceError, match="there is no such database or table"):
        find([f"{postgres}x"], tmp_path)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(SourceError, match="does not let us in with the credentials in the environment"):
        find([postgres], tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://reader:{PASSWORD}@127.0.0.1/logs",
        f"postgresql://reader@127.0.0.1/logs?password={PASSWORD}",
        f"clickhouse://default:{PASSWORD}@127.0.0.1/default",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["classify", "--isolated", address])
    assert result.exit_code == 2
    assert "an address with a password is refused; credentials come from the environment" in result.output
    assert PASSWORD not in result.output


OBSERVATIONS = """
CREATE TABLE observations (
  id String, trace_id String, project_id String, type LowCardinality(String), parent_observation_id Nullable(String),
  start_time DateTime64(3), end_time Nullable(DateTime64(3)), name String, metadata Map(LowCardinality(String), String),
  level LowCardinality(String), status_message Nullable(String), input Nullable(String), output Nullable(String),
  provided_model_name Nullable(String), model_parameters Nullable(String),
  usage_details Map(LowCardinality(String), UInt64), cost_details Map(LowCardinality(String), Decimal64(12)),
  total_cost Nullable(Decimal64(12)), completion_start_time Nullable(DateTime64(3)), prompt_name Nullable(String),
  created_at DateTime64(3), updated_at DateTime64(3), event_ts DateTime64(3), is_deleted UInt8
) ENGINE = ReplacingMergeTree(event_ts, is_deleted) ORDER BY (project_id, type, toDate(start_time), id)
"""
TRACES = """
CREATE TABLE traces (
  id String, timestamp DateTime64(3), name String, user_id Nullable(String), session_id Nullable(String),
  tags Array(String), metadata Map(LowCardinality(String), String), release Nullable(String), environment String
) ENGINE = ReplacingMergeTree ORDER BY id
"""
REQUESTS = """
CREATE TABLE request_response_rmt (
  response_id Nullable(UUID), response_created_at Nullable(DateTime64(3)), latency Nullable(Int64), status Int64,
  completion_tokens Nullable(Int64), prompt_tokens Nullable(Int64), model LowCardinality(String), request_id UUID,
  request_created_at DateTime64(3), user_id LowCardinality(String), provider LowCardinality(String),
  target_url Nullable(String), properties Map(LowCardinality(String), String), request_body String,
  response_body String, cost UInt64, prompt_cache_read_tokens Int64, prompt_cache_write_tokens Int64,
  updated_at DateTime64(3)
) ENGINE = ReplacingMergeTree(updated_at) ORDER BY (request_created_at, request_id)
"""


def observation(number: int, *, seen: int = 0, deleted: int = 0, tokens: int = 1000) -> str:
    at = f"2026-09-02 03:00:0{number}.000"
    return (
        f"('o{number}', 't1', 'p', 'GENERATION', NULL, '{at}', '{at[:-4]}.900', 'tag', {{'queue': 'bulk'}}, 'DEFAULT', "
        f"NULL, '{WORDS}', '{WORDS}', 'gpt-4o-mini', NULL, {{'input': {tokens}, 'output': 50, 'total': {tokens + 50}}}, "
        f"{{'total': 0.00018}}, 0.00018, NULL, NULL, '{at}', '{at[:17]}1{seen}.000', '2026-09-02 03:01:0{seen}', {deleted})"
    )


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[str, Any, list[dict[str, str]]]]:
    with clickhouse() as (run, port, seen), pytest.MonkeyPatch.context() as patch:
        for sql in ("CREATE DATABASE langfuse", "CREATE DATABASE helicone", "CREATE DATABASE empty"):
            run(sql)
        for database, tables in (("langfuse", (OBSERVATIONS, TRACES)), ("helicone", (REQUESTS,))):
            for table in tables:
                run(table.replace("CREATE TABLE ", f"CREATE TABLE {database}."))
        for values in (observation(1), observation(2), observation(3)):
            run(f"INSERT INTO langfuse.observations VALUES {values}")
        run(f"INSERT INTO langfuse.observations VALUES {observation(1, seen=1, tokens=2000)}")
        run(f"INSERT INTO langfuse.observations VALUES {observation(3, seen=1, deleted=1)}")
        run(
            "INSERT INTO langfuse.traces VALUES ('t1', '2026-09-02 03:00:00.000', 'nightly-tags', 'reader-7', NULL, "
            "['team:news'], {}, NULL, 'production')"
        )
        run(
            "INSERT INTO helicone.request_response_rmt VALUES (generateUUIDv4(), '2026-09-02 03:00:02.500', 2500, 200, "
            f"50, 1000, 'gpt-4o-mini', generateUUIDv4(), '2026-09-02 03:00:00.000', 'reader-7', 'OPENAI', "
            f"'https://api.openai.com/v1/chat/completions', {{'app': 'help'}}, '{WORDS}', '{WORDS}', 150, 200, 0, now())"
        )
        patch.setenv("CLICKHOUSE_PASSWORD", PASSWORD)
        yield f"clickhouse://127.0.0.1:{port}", run, seen


@pytest.mark.slow
def test_langfuse_in_clickhouse_is_read_in_its_newest_state_with_its_traces(house: Any) -> None:
    address, _, _ = house
    found = classified(f"{address}/langfuse")
    (workload,) = found.workloads
    assert (workload.name, workload.calls, workload.verdict.waiter) == ("nightly-tags", 2, "nobody")
    with logs.classify([f"{address}/langfuse"], Config(), AS_OF) as session:
        tokens = session._engine.rows("SELECT input_tokens_total AS n FROM raw_calls ORDER BY n")
    assert [row["n"] for row in tokens] == [1000, 2000]


@pytest.mark.slow
def test_helicone_in_clickhouse_is_read_with_its_money_in_billionths(house: Any) -> None:
    address, _, _ = house
    with logs.classify([f"{address}/helicone"], Config(), AS_OF) as session:
        (row,) = session._engine.rows("SELECT * FROM raw_calls")
    assert (row["source"], row["input_tokens_total"], row["output_tokens_total"]) == ("helicone", 1200, 50)
    assert (row["cost_usd"], row["duration_ms"], row["status"]) == (Decimal("0.000000150"), 2500.0, "ok")
    assert (row["service_name"], row["end_user_id"]) == ("help", "reader-7")


@pytest.mark.slow
def test_every_question_to_clickhouse_is_read_only_and_asks_for_nobodys_words(house: Any, tmp_path: Path) -> None:
    address, run, seen = house
    seen.clear()
    sources = find([f"{address}/langfuse", f"{address}/helicone"], tmp_path)
    copied = b"".join(source.path.read_bytes() for source in sources)
    assert WORDS.encode() not in copied
    ours = [request for request in seen if request.get("readonly") == "1"]
    assert sum("observations" in request["sql"] for request in ours) == 1
    others = [r["sql"].partition("\n")[0] for r in seen if r.get("readonly") != "1"]
    assert all(sql.startswith(("SELECT version()", "SELECT name, value", "SELECT 1")) for sql in others)
    with pytest.raises(Exception, match="readonly mode"):
        run("INSERT INTO langfuse.traces (id) SETTINGS readonly = 1 VALUES ('x')")


@pytest.mark.slow
def test_a_database_without_calls_says_so(house: Any, tmp_path: Path) -> None:
    address, _, _ = house
    with pytest.raises(SourceError, match="no table here holds calls in a form that is known; name one with #TABLE"):
        find([f"{address}/empty"], tmp_path)
    with pytest.raises(SourceError, match=r"no such table; did you mean `observations`\?"):
        find([f"{address}/langfuse#observation"], tmp_path)


def test_without_its_client_an_address_says_what_to_install(tmp_path: Path) -> None:
    run = (
        "import sys; sys.modules['clickhouse_connect'] = None; sys.modules['adbc_driver_postgresql'] = None\n"
        "from whowaits.cli.app import app; app(['classify', '--isolated', sys.argv[1]])"
    )
    import sys

    for address, extra in (("clickhouse://127.0.0.1/a", "clickhouse"), ("postgresql://127.0.0.1/a", "postgres")):
        done = subprocess.run([sys.executable, "-c", run, address], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert f"{address}: needs more than is installed: pip install 'whowaits[{extra}]'" in done.stderr
