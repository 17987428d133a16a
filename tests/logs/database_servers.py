"""Databases that the tests start themselves: PostgreSQL as the distribution packs it, ClickHouse embedded as chdb."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

PASSWORD = "a-password-that-nobody-may-see"
READER = "reader"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def postgresql() -> Iterator[tuple[Any, int]]:
    """A server of our own on loopback: (run SQL in the database `logs`, its port). It knows the user `reader`."""
    pytest.importorskip("adbc_driver_postgresql", reason="needs whowaits[postgres]")
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    where = str(binaries[-1]) if binaries else None
    programs = {name: shutil.which(name, path=where) for name in ("initdb", "postgres", "psql")}
    if not all(programs.values()):
        pytest.skip("PostgreSQL is not on this machine")
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user and "postgres" not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip("PostgreSQL does not run as root, and there is no user `postgres`")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data, port = f"{folder}/data", free_port()
        words = [programs["initdb"], "-D", data, "-U", "owner", "--auth-local=trust", "--auth-host=scram-sha-256", "-N"]
        subprocess.run(words, check=True, capture_output=True, cwd=folder, **user)
        options = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        server = subprocess.Popen(
            [programs["postgres"], "-D", data, *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        try:

            def run(sql: str, database: str = "logs") -> str:
                words = [programs["psql"], "-h", folder, "-p", str(port), "-U", "owner", "-d", database, "-Atq"]
                done = subprocess.run(
                    [*words, "-v", "ON_ERROR_STOP=1"], input=sql, text=True, capture_output=True, check=False
                )
                assert done.returncode == 0, done.stderr
                return done.stdout

            _until_it_answers(lambda: run("SELECT 1", "postgres"))
            run("CREATE DATABASE logs", "postgres")
            run(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO {READER}")
            yield run, port
        finally:
            server.terminate()
            server.wait(timeout=30)


def _until_it_answers(ask: Any) -> None:
    import time

    until = time.monotonic() + 60
    while True:
        try:
            ask()
            return
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@contextlib.contextmanager
def clickhouse() -> Iterator[tuple[Any, int, list[dict[str, str]]]]:
    """ClickHouse's own engine behind its HTTP interface: (run SQL, port, the settings of every request).

    The engine is embedded; the few lines of HTTP around it hand each query and its settings on.
    """
    pytest.importorskip("clickhouse_connect", reason="needs whowaits[clickhouse]")
    session = pytest.importorskip("chdb.session", reason="ClickHouse (chdb) is not on this machine").Session()
    lock, seen = threading.Lock(), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            seen.append({**given, "sql": body or given.get("query", "")})
            if given.get("password") or self.headers.get("Authorization", "").endswith("="):
                seen[-1]["password"] = "given"
            try:
                with lock:
                    answer = _answer(session, body or given["query"], given)
                self.send_response(200)
            except Exception as error:
                answer = str(error).encode()
                self.send_response(500)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 -- named by the base class

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield session.query, server.server_port, seen
    finally:
        server.shutdown()
        session.close()


def _answer(session: Any, query: str, given: dict[str, str]) -> bytes:
    import re

    for name, value in given.items():
        if name.startswith("param_"):
            query = re.sub(rf"{{{name[6:]}:\w+}}", "'" + value.replace("'", "\\'") + "'", query)
    query, _, form = query.partition(" FORMAT ")
    if not form:
        query, _, form = query.partition("\n FORMAT ")
    read_only = " SETTINGS readonly = 1" if given.get("readonly") == "1" else ""
    return session.query(query.strip().rstrip(";") + read_only, (form or "TabSeparated").strip()).bytes()
