"""The command line as a user meets it: exit codes, messages with places, nothing lost, no traceback."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from whowaits.cli import logs_spread
from whowaits.cli.app import app

JOB = """
from openai import OpenAI
client = OpenAI()

def main(rows):
    for row in rows:
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": row}])
"""
CALL = {
    "timestamp": "2026-09-15T02:00:00Z",
    "request_id": "a",
    "model": "gpt-4o-mini",
    "provider": "openai",
    "service": "tagger",
    "input_tokens": 1000,
    "output_tokens": 100,
}
SECRET = "the patient said it hurts"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "job.py").write_text(JOB)
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps({**CALL, "request_id": f"r{n}"}) + "\n" for n in range(3)))
    return path


def test_check_ends_with_1_where_it_finds_something(tree):
    result = run("check", tree)
    assert result.exit_code == 1
    assert "job.py:7:9" in result.output


def test_exit_zero_turns_findings_into_0_only(tree, tmp_path):
    assert run("check", tree, "--exit-zero").exit_code == 0
    assert run("check", tmp_path / "missing", "--exit-zero").exit_code == 2


def test_a_clean_tree_ends_with_0(tmp_path):
    (tmp_path / "clean.py").write_text("print('no model here')\n")
    assert run("check", tmp_path).exit_code == 0


def test_a_missing_path_is_named_and_ends_with_2(tmp_path):
    result = run("check", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere: no such file or folder" in result.output


def test_a_folder_without_code_ends_with_3(tmp_path):
    result = run("check", tmp_path)
    assert result.exit_code == 3
    assert "no Python file or notebook" in result.output


def test_check_json_is_format_1_and_names_the_site(tree):
    document = json.loads(run("check", tree, "--format", "json").stdout)
    assert document["format"] == 1
    (site,) = document["call_sites"]
    assert (site["path"], site["line"], site["column"], site["route"]) == ("job.py", 7, 9, "batch")
    assert [f["rule"] for f in document["findings"]] == ["loop-over-data"]


def test_a_file_that_does_not_parse_is_skipped_with_its_line_and_the_rest_is_read(tree):
    (tree / "broken.py").write_text("def f(:\n")
    document = json.loads(run("check", tree, "--format", "json").stdout)
    assert [(s["path"], s["line"]) for s in document["skipped"]] == [("broken.py", 1)]
    assert len(document["call_sites"]) == 1


def test_an_unknown_config_key_ends_with_2_and_the_nearest_key(tree):
    (tree / "whowaits.toml").write_text('assumed-dedline = "24h"\n')
    result = run("check", tree)
    assert result.exit_code == 2
    assert "whowaits.toml:1" in result.output
    assert "assumed-deadline" in result.output


def test_isolated_does_not_read_the_config(tree):
    (tree / "whowaits.toml").write_text('assumed-dedline = "24h"\n')
    assert run("check", tree, "--isolated").exit_code == 1


def test_an_unknown_flag_names_the_nearest_one(tree):
    result = run("check", tree, "--exit-zer")
    assert result.exit_code == 2
    assert "--exit-zero" in result.output


def test_classify_writes_one_row_a_call(log, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "tagged.parquet"
    assert run("classify", log, "-o", out).exit_code == 0
    table = pq.read_table(out)
    assert table.column("request_id").to_pylist() == ["r0", "r1", "r2"]
    assert {"workload", "waiter", "human_waiting", "route", "urgency", "spend_usd"} <= set(table.column_names)


def test_peek_says_what_is_recognised_and_writes_nothing(log, tmp_path):
    before = sorted(tmp_path.iterdir())
    result = run("classify", log, "--peek")
    assert result.exit_code == 0
    assert "plain" in result.output
    assert "input_tokens" in result.output
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_log_ends_with_2(tmp_path):
    result = run("classify", tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert "none.jsonl" in result.output


def test_a_map_to_a_field_that_does_not_exist_names_the_fields(log):
    result = run("classify", log, "--map", "input_tokns=usage.in")
    assert result.exit_code == 2
    assert "input_tokens" in result.output


def test_a_map_without_a_path_says_what_is_expected(log):
    result = run("classify", log, "--map", "input_tokens")
    assert result.exit_code == 2
    assert "FIELD=PATH" in result.output


def test_a_line_that_is_no_json_is_counted_with_its_place_and_never_quoted(log):
    with log.open("a") as file:
        file.write(f"{{not json {SECRET}\n")
    result = run("classify", log)
    assert result.exit_code == 0
    assert "3 rows read" in result.output
    assert "calls.jsonl:4" in result.output
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_tokens", -5),
        ("input_tokens", "many"),
        ("input_tokens", 10**12),
        ("timestamp", "yesterday"),
        ("output_tokens", 1.5),
    ],
)
def test_a_value_that_cannot_be_is_reported_and_its_row_survives(log, tmp_path, field, value):
    pq = pytest.importorskip("pyarrow.parquet")
    with log.open("a") as file:
        file.write(json.dumps({**CALL, "request_id": "odd", field: value}) + "\n")
    out = tmp_path / "tagged.parquet"
    result = run("classify", log, "-o", out)
    assert result.exit_code == 0
    assert "calls.jsonl:4" in result.output
    assert "odd" in pq.read_table(out).column("request_id").to_pylist()


def test_a_truncated_gzip_keeps_what_came_before_the_break(tmp_path):
    rows = "".join(json.dumps({**CALL, "request_id": f"r{n}"}) + "\n" for n in range(5000))
    packed = gzip.compress(rows.encode(), mtime=0)
    path = tmp_path / "calls.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    result = run("classify", path)
    assert result.exit_code == 0
    assert "skipped" in result.output
    assert "calls.jsonl.gz" in result.output
    read = int(result.output.split(" rows read")[0].rpartition("\n")[2].replace(",", ""))
    assert 1000 < read < 5000


def test_an_unknown_model_keeps_its_calls_and_has_no_price(log, tmp_path):
    log.write_text(json.dumps({**CALL, "model": "house-model-9", "provider": None}) + "\n")
    result = run("classify", log)
    assert result.exit_code == 0
    assert "1 row read" in result.output


def test_an_empty_log_ends_with_3(tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    result = run("classify", empty)
    assert result.exit_code == 3
    assert "no call to read" in result.output


def test_audit_writes_the_three_files_and_prints_the_table(tree, log, tmp_path):
    out = tmp_path / "reports"
    result = run("audit", tree, "--logs", log, "-o", out, "--name", "q3", "--as-of", "2026-10-01")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["q3.html", "q3.json", "q3.md"]
    assert "tagger" in result.output


def test_audit_without_logs_reports_the_code_alone(tree, tmp_path):
    out = tmp_path / "reports"
    result = run("audit", tree, "-o", out, "--as-of", "2026-10-01")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["code.html", "code.json", "code.md"]


def test_audit_twice_writes_the_same_bytes(tree, log, tmp_path):
    written = []
    for folder in ("one", "two"):
        run("audit", tree, "--logs", log, "-o", tmp_path / folder, "--name", "q", "--as-of", "2026-10-01")
        written.append([(tmp_path / folder / f"q.{kind}").read_bytes() for kind in ("html", "json", "md")])
    assert written[0] == written[1]


def test_prompts_and_answers_of_a_log_reach_no_output(tree, tmp_path):
    log = tmp_path / "calls.jsonl"
    private = {"messages": [{"role": "user", "content": SECRET}], "response": SECRET, "prompt": SECRET}
    log.write_text(json.dumps({**CALL, **private}) + "\n")
    out, tagged = tmp_path / "out", tmp_path / "tagged.parquet"
    result = run("audit", tree, "--logs", log, "-o", out, "--as-of", "2026-10-01")
    peeked = run("classify", log, "--peek")
    run("classify", log, "-o", tagged)
    texts = [result.output, peeked.output, *(p.read_text() for p in out.iterdir())]
    assert all(SECRET not in text for text in texts)
    assert SECRET.encode() not in tagged.read_bytes()


def test_version_is_printed():
    result = run("--version")
    assert result.exit_code == 0
    assert result.output.startswith("whowaits ")


def test_logs_takes_several_files_as_a_shell_expands_them(tmp_path):
    one, two, code = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "src"
    one.touch(), two.touch(), code.mkdir()
    words = ["audit", str(code), "--logs", str(one), str(two), "-o", "out"]
    assert logs_spread(words) == ["audit", str(code), "--logs", str(one), "--logs", str(two), "-o", "out"]


def test_a_folder_or_program_after_logs_is_still_code(tmp_path):
    log, code, program = tmp_path / "a.jsonl", tmp_path / "src", tmp_path / "job.py"
    log.touch(), code.mkdir(), program.touch()
    words = ["audit", "--logs", str(log), str(code), str(program)]
    assert logs_spread(words) == words


@pytest.mark.parametrize("flag", ["-o", "--tags-only", "--workloads"])
def test_a_log_is_never_written_over(log, flag):
    before = log.read_bytes()
    result = run("classify", log, flag, log)
    assert result.exit_code == 2
    assert "is one of the logs" in result.output
    assert log.read_bytes() == before


def test_a_file_of_a_folder_of_logs_is_never_written_over(log):
    before = log.read_bytes()
    assert run("classify", log.parent, "-o", log).exit_code == 2
    assert log.read_bytes() == before


@pytest.mark.parametrize("place", ["calls.jsonl/out.parquet", "none/out.parquet", ""])
def test_an_output_that_cannot_be_written_is_named_before_anything_is_read(log, tmp_path, place):
    result = run("classify", log, "-o", tmp_path / place)
    assert result.exit_code == 2
    assert "folder" in result.output


def test_a_table_for_finops_tools_that_cannot_be_written_ends_with_2(log, tmp_path):
    result = run("report", log, "-o", tmp_path, "--focus", tmp_path / "none" / "focus.csv")
    assert result.exit_code == 2
    assert "focus.csv: cannot be written" in result.output


def test_an_audit_into_a_file_ends_with_2(tree, log):
    result = run("audit", tree, "--logs", log, "-o", log)
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_a_report_on_tagged_calls_has_the_figures_of_an_audit_of_the_log(log, tmp_path):
    out, tagged, empty = tmp_path / "out", tmp_path / "tagged.parquet", tmp_path / "empty"
    empty.mkdir()
    run("classify", log, "-o", tagged, "--as-of", "2026-10-01")
    day = ("--name", "q", "--as-of", "2026-10-01")
    assert run("report", tagged, "-o", out, *day).exit_code == 0
    run("audit", empty, "--logs", log, "-o", tmp_path / "audit", *day)
    ours, audited = (json.loads((folder / "q.json").read_text()) for folder in (out, tmp_path / "audit"))
    assert ours["workloads"]
    assert ours["headline"] == audited["headline"]
    assert [w["name"] for w in ours["workloads"]] == [w["name"] for w in audited["workloads"]]


def test_a_report_on_nothing_readable_says_so(tmp_path):
    (tmp_path / "notes.txt").write_text("no call here")
    result = run("report", tmp_path / "notes.txt", "-o", tmp_path / "out", "--as-of", "2026-10-01")
    assert (result.exit_code, "no call to read" in result.output) == (3, True)


def test_metrics_are_printed_or_written_whole(log, tmp_path):
    printed = run("metrics", log, "--as-of", "2026-10-01", "-q")
    assert printed.exit_code == 0
    assert run("metrics", log, "-o", tmp_path / "m.txt", "--as-of", "2026-10-01", "-q").exit_code == 0
    assert (tmp_path / "m.txt").read_text() == printed.stdout


@pytest.mark.parametrize("option", ["-o", "--workloads", "--tags-only"])
def test_a_report_shows_what_classify_found_whatever_it_wrote(log, tmp_path, option):
    empty, day = tmp_path / "empty", ("--as-of", "2026-10-01")
    empty.mkdir()
    run("classify", log, option, tmp_path / "t.parquet", *day, "-q")
    run("audit", empty, "--logs", log, "-o", tmp_path, "--name", "q", *day)
    audited = json.loads((tmp_path / "q.json").read_text())
    assert run("report", tmp_path / "t.parquet", "-o", tmp_path, "--name", "q").exit_code == 0
    reported = json.loads((tmp_path / "q.json").read_text())
    assert {**reported, "basis": {**reported["basis"], "code": None}} == {
        **audited,
        "basis": {**audited["basis"], "code": None},
    }


def test_what_was_judged_is_not_judged_by_another_day_or_folder(log, tmp_path):
    run("classify", log, "-o", tmp_path / "t.parquet", "--as-of", "2026-10-01", "-q")
    for words in (("--as-of", "2026-10-02"), ("--project", tmp_path), ("--map", "team=squad")):
        result = run("report", tmp_path / "t.parquet", "-o", tmp_path / "out", *words)
        assert (result.exit_code, words[0] in result.output, "classify" in result.output) == (2, True, True)
    assert run("report", tmp_path / "t.parquet", "-o", tmp_path / "out", "--as-of", "2026-10-01").exit_code == 0


def test_files_of_two_runs_are_judged_again_and_it_is_said(log, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({**CALL, "request_id": "z", "service": "other"}) + "\n")
    for n, source in enumerate((log, other)):
        run("classify", source, "-o", tmp_path / f"{n}.parquet", "--as-of", "2026-10-01", "-q")
    result = run("report", *sorted(tmp_path.glob("?.parquet")), "-o", tmp_path, "--name", "q", "--as-of", "2026-10-01")
    assert (result.exit_code, "0.parquet: is not the only thing named" in result.output) == (0, True)
    assert [w["name"] for w in json.loads((tmp_path / "q.json").read_text())["workloads"]] == ["tagger", "other"]


def test_a_report_takes_the_schedules_of_a_folder(log, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "crontab").write_text("0 2 * * * python jobs/tagger.py\n")
    words = ("--as-of", "2026-10-01", "-q", "--name", "q")
    deadlines = []
    for more in ((), ("--project", project)):
        run("report", log, "-o", tmp_path / "out", *words, *more)
        (tagger,) = json.loads((tmp_path / "out" / "q.json").read_text())["workloads"]
        deadlines.append("0 2 * * *" in json.dumps(tagger["evidence"]))
    assert deadlines == [False, True]


def test_a_report_is_compared_with_older_ones(log, tmp_path):
    def report(name, ts, tier, *more):
        calls = [{**CALL, "request_id": f"{name}{n}", "timestamp": ts, "service_tier": tier} for n in range(40)]
        log.write_text("".join(json.dumps({**call, "tags": ["queue=bulk"]}) + "\n" for call in calls))
        words = ("-o", tmp_path, "--name", name, "--as-of", "2026-10-01", "-q", *more)
        return run("report", log, *words)

    report("q2", "2026-05-15T02:00:00Z", None)
    result = report("q3", "2026-08-15T02:00:00Z", "batch", "--compare", tmp_path / "q2.json")
    assert result.exit_code == 0, result.output
    assert "Moves that were made have saved" in result.output
    (change,) = json.loads((tmp_path / "q3.json").read_text())["compared"]["changes"]
    assert (change["state"], change["realised_usd"]) == ("moved", change["promised_usd_high"])


@pytest.mark.parametrize("content", ["{}", '{"format": 9, "tool": {"name": "whowaits"}, "workloads": []}'])
def test_a_foreign_or_newer_report_to_compare_with_ends_with_2(tree, log, tmp_path, content):
    (tmp_path / "odd.json").write_text(content)
    for words in (("audit", tree, "--logs", log), ("report", log)):
        result = run(*words, "-o", tmp_path / "out", "--compare", tmp_path / "odd.json")
        assert (result.exit_code, "odd.json: is " in result.output) == (2, True)


def test_the_csv_for_finops_tools_is_written_beside_the_report(tree, log, tmp_path):
    for words in (("audit", tree, "--logs", log), ("report", log)):
        result = run(*words, "-o", tmp_path / "out", "--focus", tmp_path / "calls.csv", "--as-of", "2026-10-01")
        assert (result.exit_code, "calls.csv" in result.output) == (0, True)
        head, row = (tmp_path / "calls.csv").read_text().splitlines()
        assert (head.partition(",")[0], "tagger" in row) == ("BilledCost", True)
    log.write_text(json.dumps({**CALL, "model": "house-model-9", "provider": None}) + "\n")
    result = run("report", log, "-o", tmp_path / "out", "--focus", tmp_path / "calls.csv")
    assert "1 calls ($0) without provider, model, time or price left out" in result.output


def test_a_dashboard_needs_no_calls_and_metrics_do(log, tmp_path):
    assert json.loads(run("metrics", "--dashboard").stdout)["uid"] == "whowaits"
    assert run("metrics", "--dashboard", "-o", tmp_path / "d.json").exit_code == 0
    assert json.loads((tmp_path / "d.json").read_text())["panels"]
    for words in (("metrics",), ("metrics", log, "--dashboard")):
        assert run(*words).exit_code == 2
