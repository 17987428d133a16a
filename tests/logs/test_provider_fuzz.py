"""Whatever the fields of a provider's, gateway's or agent's log hold, its reader makes rows or says what it left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.test_fuzz import values
from tests.logs.test_platform_fuzz import NAMED, paths, records, replaced
from tests.logs.test_provider_samples import READERS
from whowaits.logs import table
from whowaits.logs.documents import Document
from whowaits.logs.problems import Problems

SOME: dict[str, list[dict[str, Any]]] = {name: records(name) for name in READERS}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_field_may_hold_anything(name: str, data: st.DataObject) -> None:
    good = SOME[name]
    record = data.draw(st.sampled_from(good))
    path = data.draw(st.sampled_from(list(paths(record))))
    odd = replaced(record, path, json.loads(json.dumps(data.draw(values))))
    found = [Document("log", row, item) for row, item in enumerate([*good, odd], start=1)]
    rows = list(NAMED[name].rows(lambda: iter(found), Problems()))
    assert table.batch(rows).num_rows == len(rows) > 0


NESTED = [("openai_usage", "results"), ("anthropic_usage", "results")]


@pytest.mark.parametrize(("name", "key"), NESTED)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_field_of_a_bucket_may_hold_anything(name: str, key: str, data: st.DataObject) -> None:
    bucket = data.draw(st.sampled_from([record for record in SOME[name] if key in record]))
    result = data.draw(st.sampled_from(bucket[key]))
    path = data.draw(st.sampled_from(list(paths(result))))
    odd = replaced(result, path, json.loads(json.dumps(data.draw(values))))
    rows = list(NAMED[name].rows(lambda: iter([Document("log", 1, {**bucket, key: [odd, result]})]), Problems()))
    assert table.batch(rows).num_rows == len(rows) > 0


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_recognising_a_damaged_record_raises_nothing(name: str, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(SOME[name]))
    path = data.draw(st.sampled_from(list(paths(record))))
    odd = replaced(record, path, json.loads(json.dumps(data.draw(values))))
    head = json.dumps(odd).encode()
    assert all(reader.recognise(head) in (True, False) for reader in NAMED.values())
