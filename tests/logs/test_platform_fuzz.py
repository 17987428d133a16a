"""Whatever the fields of a platform's log hold, its reader makes rows of the canonical table or says what it left out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.formats import SAMPLES, canonical
from tests.logs.test_fuzz import values
from tests.logs.test_platform_samples import READERS
from whowaits.logs import documents, table
from whowaits.logs.documents import Document
from whowaits.logs.problems import Problems
from whowaits.logs.registry import all_readers
from whowaits.logs.sources import Source

Path_ = tuple[str, ...]
NAMED = {reader.NAME: reader for reader in all_readers()}


def records(reader: str) -> list[dict[str, Any]]:
    folder = SAMPLES / reader
    logs = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "expected.json")
    return [d.data for path in logs for d in documents.read(Source(path.name, path), folder, Problems(), ("input",))]


def paths(value: Any) -> Iterator[Path_]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key,)
            yield from ((key, *rest) for rest in paths(inner))


def replaced(record: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_field_of_a_platform_may_hold_anything(name: str, data: st.DataObject) -> None:
    good = SOME[name]
    record = data.draw(st.sampled_from(good))
    path = data.draw(st.sampled_from(list(paths(record))))
    odd = replaced(record, path, json.loads(json.dumps(data.draw(values))))
    found = [Document("log", row, item) for row, item in enumerate([*good, odd], start=1)]
    rows = list(NAMED[name].rows(lambda: iter(found), Problems()))
    assert table.batch(rows).num_rows == len(rows) > 0


def test_half_a_character_in_an_array_of_records_does_no_harm(tmp_path: Path) -> None:
    record = next(item for item in SOME["langsmith"] if item["run_type"] == "llm")
    (tmp_path / "log.json").write_text(json.dumps([record | {"tags": ["a\ud800b"]}]), encoding="utf-8")
    [row] = canonical(tmp_path / "log.json")
    assert row["tags"] == ["a?b"]


SOME = {name: records(name) for name in READERS}
