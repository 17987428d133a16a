"""Object stores on loopback: moto's server for S3, an emulator of Cloud Storage, Azurite for Azure's blobs."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BUCKET = "logs"
SECRET = "a secret that nobody may see"
AZURITE = Path(__file__).parents[2] / ".venv/azurite/node_modules/.bin/azurite-blob"
DEVELOPMENT = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key of every Azurite, as published with it."""


@contextlib.contextmanager
def store(scheme: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """A store with an empty bucket, and the environment that says where it is."""
    fsspec = pytest.importorskip("fsspec", reason="needs whowaits[cloud]")
    with {"s3": _s3, "gs": _gs, "abfs": _abfs}[scheme]() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        opened = fsspec.filesystem(scheme, skip_instance_cache=True)
        if not opened.exists(BUCKET):
            opened.mkdir(BUCKET)
        yield opened, environment
        type(opened).clear_instance_cache()


@contextlib.contextmanager
def _s3() -> Iterator[dict[str, str]]:
    pytest.importorskip("s3fs", reason="needs whowaits[cloud]")
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": SECRET,
        }  # fmt: skip
    finally:
        server.stop()


@contextlib.contextmanager
def _gs() -> Iterator[dict[str, str]]:
    pytest.importorskip("gcsfs", reason="needs whowaits[cloud]")
    emulator = pytest.importorskip("gcp_storage_emulator.server", reason="needs gcp-storage-emulator")
    port = _free_port()
    server = emulator.create_server("127.0.0.1", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    try:
        yield {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}"}
    finally:
        server.stop()


@contextlib.contextmanager
def _abfs() -> Iterator[dict[str, str]]:
    pytest.importorskip("adlfs", reason="needs whowaits[cloud]")
    program = shutil.which("azurite-blob") or (str(AZURITE) if AZURITE.exists() else None)
    if program is None:
        pytest.skip("Azurite is not on this machine")
    port = _free_port()
    words = [program, "--blobPort", str(port), "--inMemoryPersistence", "--skipApiVersionCheck", "--silent"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield {
            "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            f"AccountKey={DEVELOPMENT};BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
        }
    finally:
        server.terminate()
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until, "the store does not answer"
            time.sleep(0.2)
