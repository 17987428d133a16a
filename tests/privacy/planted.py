"""Samples of every format with words planted wherever somebody's words, or a secret key, may stand."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whowaits.logs.values import names_content

MARK = "Hvalreki solarfri"
"""Words that occur in no sample."""
SECRET = "sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z"
WORDS = ("content", "text", "arguments", "reasoning", "thinking", "error_message", "message", "refusal", "title")
TOP = ("prompt", "messages", "completion", "query", "answer", "system_instructions", "document", "question")
CALLERS_OWN = ("metadata", "properties", "request_properties", "extra", "labels", "requestMetadata", "usage_context")
KEYS = ("authorization", "Authorization", "x-api-key", "openai_api_key")


def plant(path: Path) -> bytes:
    """The content of a sample with planted words and keys; everything else is what it was."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        return gzip.compress(_planted(gzip.decompress(raw)))
    return _planted(raw)


def _planted(raw: bytes) -> bytes:
    text = raw.decode("utf-8-sig")
    start = text.lstrip()[:1]
    if start == "[":
        return json.dumps([_record(item) for item in json.loads(text)]).encode()
    if start != "{":
        return _csv(text).encode()
    try:
        return json.dumps(_record(json.loads(text)), indent=1).encode()
    except json.JSONDecodeError:
        return "".join(json.dumps(_record(json.loads(line))) + "\n" for line in text.splitlines() if line).encode()


def _csv(text: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    names = list(rows[0])
    writer = csv.DictWriter(out, [*names, *(name for name in TOP if name not in names), "x-api-key"])
    writer.writeheader()
    for row in rows:
        said = {name: f"{MARK} {row.get(name) or ''}" for name in TOP if not (row.get(name) or "").startswith("{")}
        body = {k: json.dumps(_inside(json.loads(v))) for k, v in row.items() if v and v[:1] in "{["}
        writer.writerow({**row, **body, **said, "x-api-key": SECRET})
    return out.getvalue()


def _record(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    words = {**dict.fromkeys(TOP, MARK), **dict.fromkeys(KEYS, f"Bearer {SECRET}")}
    inside: dict[str, Any] = _inside(record)
    return {**inside, **{name: value for name, value in words.items() if name not in inside}}


def _inside(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        if {"key", "value"} <= value.keys():  # an attribute of a span
            return {**value, "value": _attribute(value["key"], value["value"])}
        words = dict.fromkeys(TOP, MARK) if key in CALLERS_OWN else {}
        return {**words, **{k: _inside(v, k) for k, v in value.items()}}
    if isinstance(value, list):
        return [_inside(item, key) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(_inside(json.loads(value), key))
        except json.JSONDecodeError:
            return value
    if isinstance(value, str) and value and (key in WORDS or names_content(key)):
        return f"{MARK}: {value}"
    return value


def _attribute(key: str, value: Any) -> Any:
    if isinstance(value, dict) and "stringValue" in value and names_content(key):
        return {"stringValue": MARK}
    return value


def samples(*folders: Path) -> Iterator[Path]:
    """Every sample that is a log of one format."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            no_log = path.name.endswith(("expected.json", ".md", ".toml", ".py")) or path.name == "EXPECTED.csv"
            if path.is_file() and not no_log and "newsroom" not in path.parts and "__pycache__" not in path.parts:
                yield path
