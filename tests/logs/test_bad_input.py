"""Bad input: what is readable is kept, what is not is counted with its place, nothing of the content leaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import AS_OF, CALL, Classify, call, lines, only
from whowaits import logs
from whowaits.config import Config
from whowaits.logs.ingest import MappingError
from whowaits.model import Classified, WrongUse

SECRET = "my daughter is in bed nine"


def skipped(found: Classified) -> list[tuple[str, str, int]]:
    return [(str(s.place), s.reason, s.count) for s in found.skipped]


def test_lines_that_are_no_json_are_counted_with_the_first_place(classify: Classify, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    good = json.dumps(call(1, service="a"))
    log.write_text(f"{good}\n\nTraceback: {SECRET}\n[1]\n{json.dumps(call(2, service='a'))}\n" + good[:50])
    found = classify(log)
    assert found.rows_read == 2
    assert skipped(found) == [("calls.jsonl:3", "line is not a JSON object", 3)]


BAD = [
    ("input_tokens", "many", "input_tokens_total"), ("input_tokens", -5, "input_tokens_total"),
    ("output_tokens", 10_000_001, "output_tokens_total"), ("output_tokens", 1.5, "output_tokens_total"),
    ("output_tokens", "NaN", "output_tokens_total"), ("latency_ms", "Infinity", "duration_ms"),
    ("latency_ms", -1, "duration_ms"), ("ts", "yesterday", "logged_at"), ("ts", "1999-01-01T00:00:00Z", "logged_at"),
    ("ts", 9e30, "logged_at"), ("stream", "perhaps", "streamed"), ("cost_usd", "-3", "cost_usd"),
    ("cost_usd", "1e99", "cost_usd"), ("status", "purple", "status"),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "header_lines"), [("jsonl", 0), ("csv", 1), ("parquet", 0)])
def test_a_bad_field_is_left_empty_and_counted_and_its_row_is_kept(
    classify: Classify, tmp_path: Path, shape: str, header_lines: int
) -> None:
    good = {**call(1, service="a"), "cost_usd": "1", "stream": "false"}
    rows = [{**good, "request_id": str(n), field: value} for n, (field, value, _) in enumerate(BAD)]
    found = classify(_written(tmp_path / f"calls.{shape}", rows))
    assert found.rows_read == len(BAD)
    expected = {}
    for number, (_, _, column) in enumerate(BAD, start=1 + header_lines):
        first, times = expected.get(column, (number, 0))
        expected[column] = (first, times + 1)
    reasons = [
        (f"calls.{shape}:{first}", f"{column}: value is not usable, left empty", times)
        for column, (first, times) in expected.items()
    ]
    assert sorted(r for r in skipped(found) if "usable" in r[1]) == sorted(reasons)


def _written(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".jsonl":
        return lines(path, rows)
    table = {key: [str(row[key]) for row in rows] for key in rows[0]}
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(table), path)
        return path
    columns = list(table)
    cells = zip(*table.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in cells)]) + "\n")
    return path


def test_a_csv_row_with_a_missing_cell_is_counted(classify: Classify, tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    log.write_text("ts,model,input_tokens\n2026-09-01T00:00:00Z,gpt-4o,5\n2026-09-01T00:00:01Z,gpt-4o\n")
    found = classify(log)
    assert (found.rows_read, skipped(found)) == (
        1,
        [("calls.csv:3", "row has another number of cells than the header", 1)],
    )


def test_a_json_array_that_breaks_off_is_read_up_to_the_break(classify: Classify, tmp_path: Path) -> None:
    log = tmp_path / "calls.json"
    log.write_text(json.dumps([call(n, service="a") for n in range(3)], indent=1)[:-40])
    found = classify(log)
    assert found.rows_read == 2
    assert skipped(found) == [("calls.json", "the JSON array breaks off; every record before that was read", 1)]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"hello", b"\x00\xff\xfe" * 50, b"PAR1" + b"\x00" * 40, b"{", b"[[[["]
)
def test_a_file_that_is_no_log_is_skipped_with_a_reason(classify: Classify, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.bin").write_bytes(content)
    found = classify(tmp_path / "odd.bin", lines(tmp_path / "good.jsonl", [call(service="a")]))
    assert found.rows_read == 1
    assert [s.place.path for s in found.skipped] == ["odd.bin"]


def test_a_call_that_ends_before_it_starts_keeps_its_start(classify: Classify, tmp_path: Path) -> None:
    row = {**CALL, "start_time": "2026-09-01T00:00:05Z", "end_time": "2026-09-01T00:00:01Z", "service": "a"}
    found = classify(lines(tmp_path / "calls.jsonl", [row]))
    assert only(found).first_at is not None
    assert [reason for _, reason, _ in skipped(found)] == ["call ends before it starts; its end was left empty"]


def test_what_people_wrote_and_models_answered_reaches_nothing_that_is_written(tmp_path: Path) -> None:
    text = {"prompt": SECRET, "messages": [{"content": SECRET}], "response": SECRET, "metadata": {"input": SECRET}}
    bad = {**call(2, service="a"), **text, "input_tokens": SECRET}
    log = lines(tmp_path / "calls.jsonl", [{**call(1, service="a"), **text}, bad])
    log.write_text(log.read_text() + SECRET)
    with logs.classify([log], Config(), __import__("datetime").date(2026, 11, 20)) as session:
        for name, write in (("t", session.write_tagged), ("w", session.write_workloads), ("s", session.write_tags)):
            write(tmp_path / f"{name}.parquet")
        assert SECRET not in repr(session.classified)
    import pyarrow.parquet as pq

    written = [pq.read_table(tmp_path / f"{name}.parquet").to_pylist() for name in "tws"]
    assert [len(rows) for rows in written] == [2, 1, 2]
    assert SECRET not in repr(written)


def test_a_mapping_names_columns_and_cannot_name_text(classify: Classify) -> None:
    with pytest.raises(MappingError, match="no such field"):
        classify(call(), mapping={"inptu": "x"})
    with pytest.raises(MappingError, match=r"did you mean `model_requested` or `model_response`\?"):
        classify(call(), mapping={"model": "engine"})
    with pytest.raises(MappingError, match=r"did you mean `output_tokens_total` or "):
        classify(call(), mapping={"output_tokens_totl": "x"})
    with pytest.raises(MappingError, match="never read"):
        classify(call(), mapping={"prompt_name": "request.messages"})


def test_a_mapping_reads_a_dotted_path_in_a_log_nobody_recognises(classify: Classify, tmp_path: Path) -> None:
    rows = [{"when": "2026-09-01T00:00:00Z", "llm": {"name": "gpt-4o-mini", "in": 1_000_000, "out": 0}, "svc": "a"}]
    log = lines(tmp_path / "odd.jsonl", rows)
    assert classify(log).rows_read == 0
    mapping = {
        "started_at": "when",
        "model_requested": "llm.name",
        "input_tokens_total": "llm.in",
        "service_name": "svc",
    }
    found = only(classify(log, mapping=mapping))
    assert (found.name, str(found.spend_usd)) == ("a", "0.150000000")


def test_half_a_file_is_never_written(tmp_path: Path) -> None:
    with logs.classify(
        [lines(tmp_path / "a.jsonl", [call()])], Config(), __import__("datetime").date(2026, 11, 20)
    ) as session:
        folder = tmp_path / "taken.parquet"
        folder.mkdir()
        with pytest.raises(WrongUse, match="taken"):
            session.write_tagged(folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "taken.parquet"]


def test_a_mapping_may_name_tags_as_the_table_does(classify: Classify) -> None:
    found = only(classify({**call(service="a"), "labels_of_call": ["queue=bulk"]}, mapping={"tags": "labels_of_call"}))
    assert found.verdict.waiter == "nobody"


def test_a_nested_bomb_is_counted_and_the_files_beside_it_are_read(classify: Classify, tmp_path: Path) -> None:
    (tmp_path / "bomb.json").write_text("[" * 200_000)
    (tmp_path / "bomb.jsonl").write_text('{"model":"m","input_tokens":1,"tags":' + "[" * 200_000 + "\n")
    found = classify(
        tmp_path / "bomb.json", tmp_path / "bomb.jsonl", lines(tmp_path / "good.jsonl", [call(service="a")])
    )
    assert found.rows_read == 1
    assert {s.place.path for s in found.skipped} == {"bomb.json", "bomb.jsonl"}


def test_a_long_cell_of_a_csv_loses_nothing(classify: Classify, tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    log.write_text(
        f"ts,model,input_tokens,prompt\n2026-09-01T00:00:00Z,gpt-4o,5,{'word ' * 60_000}\n2026-09-01T00:00:01Z,gpt-4o,6,\n"
    )
    assert classify(log).rows_read == 2


def test_a_parquet_file_damaged_in_the_middle_is_read_up_to_the_damage(classify: Classify, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    log = tmp_path / "calls.parquet"
    table = pa.Table.from_pylist([{**call(n, service="a"), "note": f"{n * 7919:x}"} for n in range(40_000)])
    pq.write_table(table, log, row_group_size=10_000, compression="snappy", use_dictionary=False)
    content = bytearray(log.read_bytes())
    middle = len(content) * 6 // 10
    content[middle : middle + 4_000] = b"\xff" * 4_000
    log.write_bytes(content)
    found = classify(log)
    assert 10_000 <= found.rows_read < 40_000
    assert [s.reason for s in found.skipped] == ["the Parquet file is damaged"]


def test_columns_of_a_log_may_have_any_name(classify: Classify, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    odd = {"file": "x", "row": 9, "bad": "y", "doc": "{}", "select": 1, 'a"b': 2, "_model_requested": "no"}
    pq.write_table(pa.Table.from_pylist([{**call(service="a"), **odd}]), tmp_path / "calls.parquet")
    assert only(classify(tmp_path / "calls.parquet")).calls == 1
    assert only(classify({**call(service="a"), **odd})).calls == 1


def test_a_line_that_is_no_object_changes_nothing_about_the_others(tmp_path: Path) -> None:
    rows = [
        call(n, service="a", usage={"input_tokens": n}, cost_usd="0.01", latency_ms=[None, "x"][n % 2])
        for n in range(9)
    ]
    sound = [json.dumps(row) for row in rows]
    first = _tagged(tmp_path, "\n".join(sound) + "\n")
    assert len(first) == 9
    for odd in ("null", "7", "[1]", "{", '{"model": 1, "model": 2}', ""):
        assert _tagged(tmp_path, "\n".join([*sound, odd]) + "\n")[:9] == first
    spread = _tagged(tmp_path, "\n\n".join(sound))
    assert [row["source_row"] for row in spread] == [2 * n + 1 for n in range(9)]


def _tagged(folder: Path, text: str) -> list[dict[str, Any]]:
    log = folder / "a.jsonl"
    log.write_text(text, encoding="utf-8")
    with logs.classify([log], Config(), AS_OF) as session:
        session.write_tagged(folder / "t.parquet")
    return [row for row in pq.read_table(folder / "t.parquet").to_pylist() if row["request_id"]]


CSV = "ts,model,input_tokens,output_tokens,service\n2026-09-01 02:00:00,gpt-4o-mini,{},10,{}\n2026-09-01 02:01:00,gpt-4o-mini,20,10,night\n"


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("service", ["night", '"day, night"', '"over\ntwo lines"', ""])
def test_a_csv_is_the_same_table_whether_its_cells_span_lines_or_not(
    classify: Classify, tmp_path: Path, service: str, end: str
) -> None:
    log = tmp_path / "calls.csv"
    log.write_text(CSV.format("many", service).rstrip("\n") + end, encoding="utf-8", newline="")
    found = classify(log)
    names = {service.strip('"') or "without a name", "night"}
    assert {w.name for w in found.workloads} == names
    place = 2 + service.count("\n")
    assert [(str(s.place), s.reason) for s in found.skipped] == [
        (f"calls.csv:{place}", "input_tokens_total: value is not usable, left empty")
    ]
