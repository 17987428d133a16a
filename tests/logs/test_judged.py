"""Verdicts in the files that `classify` writes: taken as they are, or it is said why not."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.logs.conftest import AS_OF, call, lines
from whowaits import logs
from whowaits.cli.app import app
from whowaits.config import Config, read
from whowaits.logs import judged
from whowaits.model import Basis, Classified, Evidence, Place, Saving, Skipped, Verdict, Workload, WrongUse
from whowaits.plain import plain
from whowaits.plain import read as read_plain

SAMPLE = Path(__file__).parents[2] / "sample_logs" / "newsroom"
WRITERS = ("write_tagged", "write_tags", "write_workloads")


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Classified]:
    """A folder with the three files of one run, and what that run found."""
    log = lines(tmp_path / "calls.jsonl", [call(n, service=f"s{n % 2}", tags=["queue=bulk"]) for n in range(80)])
    with logs.classify([log], Config(), AS_OF) as session:
        for name in WRITERS:
            getattr(session, name)(tmp_path / f"{name}.parquet")
        return tmp_path, session.classified


@pytest.mark.parametrize("chosen", [WRITERS[:1], WRITERS[1:2], WRITERS[2:], WRITERS])
def test_any_files_of_one_run_give_exactly_what_it_found(
    written: tuple[Path, Classified], chosen: tuple[str, ...]
) -> None:
    folder, found = written
    assert found.workloads
    assert logs.known([folder / f"{name}.parquet" for name in chosen]) == logs.Known(found)


def test_a_folder_of_parquet_has_its_verdicts_in_it(written: tuple[Path, Classified]) -> None:
    folder, found = written
    table, cluster = pq.read_table(folder / "write_tagged.parquet"), folder / "cluster"
    cluster.mkdir()
    for number, start in enumerate((0, 50)):
        part = table.slice(start, 50 if number == 0 else None).replace_schema_metadata(None)
        pq.write_table(part, cluster / f"part-{number}.parquet")
    assert logs.known([cluster]) == logs.Known(None)
    judged.write_beside(cluster, judged.packed(found, table.num_rows))
    assert logs.known([cluster]) == logs.Known(found)
    assert logs.known([cluster, folder / "write_tags.parquet"]) == logs.Known(found)
    (cluster / "part-1.parquet").unlink()
    assert "rows were added or taken out" in logs.known([cluster]).notes[0]


def test_a_file_that_lost_rows_is_judged_again_and_it_is_said(written: tuple[Path, Classified]) -> None:
    folder, _ = written
    path = folder / "write_tagged.parquet"
    pq.write_table(pq.read_table(path).slice(0, 5), path)
    assert judged.KEY.encode() in pq.read_metadata(path).metadata
    known = logs.known([path])
    assert known.classified is None
    assert "rows were added or taken out" in known.notes[0]


def test_a_file_of_an_older_version_is_judged_again_and_it_is_said(written: tuple[Path, Classified]) -> None:
    folder, found = written
    path = folder / "write_tagged.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    known = logs.known([path])
    assert known.classified is None
    assert known.notes[0].startswith("write_tagged.parquet: was written by an older whowaits")
    with logs.classify([path], Config(), AS_OF) as session:
        assert session.classified.workloads == found.workloads


def test_an_old_table_without_calls_says_what_to_name_in_its_place(written: tuple[Path, Classified]) -> None:
    folder, _ = written
    path = folder / "write_workloads.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    with pytest.raises(WrongUse, match=r"write_workloads\.parquet: .* name the tagged calls, or the logs"):
        logs.known([path])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"format": 2, "rows": 80, "classified": ""}, "newer whowaits"),
        ({"format": 1, "rows": 80, "classified": "not base64!"}, "damaged"),
        (
            {"format": 1, "rows": 80, "classified": base64.b64encode(zlib.compress(b'{"workloads": 3}')).decode()},
            "damaged",
        ),
        ({"format": 1, "rows": 80}, "damaged"),
        ([], "damaged"),
    ],
)
def test_verdicts_that_cannot_be_read_are_named_with_their_file(
    written: tuple[Path, Classified], said: object, message: str
) -> None:
    folder, _ = written
    path = folder / "write_tagged.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata({judged.KEY: json.dumps(said)}), path)
    with pytest.raises(WrongUse, match=rf"write_tagged\.parquet: .*{message}"):
        logs.known([path])


def test_logs_and_other_tables_are_not_known(tmp_path: Path) -> None:
    log = lines(tmp_path / "calls.jsonl", [call()])
    pq.write_table(pa.table({"route": ["batch"]}), tmp_path / "other.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    for source in (log, tmp_path / "other.parquet", tmp_path / "broken.parquet", tmp_path / "none", "-", "s3://b/k"):
        assert logs.known([source]) == logs.Known(None)


def test_the_same_logs_give_the_same_bytes(tmp_path: Path) -> None:
    log = lines(tmp_path / "calls.jsonl", [call(n, service="a") for n in range(9)])
    for name in ("one", "two"):
        with logs.classify([log], Config(), AS_OF) as session:
            session.write_tagged(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_redacted_file_holds_redacted_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOWAITS_KEY", "a key that is long enough")
    log = lines(tmp_path / "calls.jsonl", [call(n, service="walrus-desk", team="walrus") for n in range(9)])
    words = ["classify", str(log), "--redact", "-o", str(tmp_path / "t.parquet"), "-q", "--as-of", "2026-10-01"]
    assert CliRunner().invoke(app, words).exit_code == 0
    found = logs.known([tmp_path / "t.parquet"]).classified
    assert found is not None
    assert found.workloads
    assert "walrus" not in repr(found)


def test_everything_that_classify_can_find_survives_being_written() -> None:
    verdict = Verdict("batch", "try", "nobody", 3600.5, Basis.STATED, Basis.ASSUMED, True, "open", 9, ("a note",), "q?")
    work = Workload(
        "a", None, ("m",), 3, 4, datetime(2026, 9, 1, tzinfo=UTC), None, replace(verdict, chain=7, deadline_s=86400),
        (Evidence("r", "says", Basis.DECLARED, Place("f.py", 3, cell=1), waiter="person"),), Decimal("1E+3"),
        saving=Saving(Decimal("-0.000000001"), Decimal(2), "rates", "list", "2026-10-01"),
        selectors=(("service", "a"),), hours=(0,) * 168,
    )  # fmt: skip
    found = Classified(
        (work,), 1, 0, (Skipped(Place("x"), "why", 2),), (("f", "plain", 3),), None, None, "list", "2026-10-01",
        unpriced=(("m", 1),),
    )  # fmt: skip
    assert read_plain(Classified, json.loads(json.dumps(plain(found)))) == found


@pytest.mark.parametrize(
    "data",
    [
        {"route": "soon"}, {"chain": "closed"}, {"deadline_s": True}, {"row": 1.5}, {"notes": ["a", 3]}, {"row": None},
        {"basis": 17}, [], None,
    ],
)  # fmt: skip
def test_data_that_is_no_verdict_is_refused(data: object) -> None:
    verdict = Verdict("batch", "try", "nobody", None, None, None, True, 1, 9)
    said = {**plain(verdict), **data} if isinstance(data, dict) else data
    with pytest.raises(ValueError, match=r"."):
        read_plain(Verdict, said)


def test_a_day_is_not_taken_for_a_moment() -> None:
    assert read_plain(date, "2026-09-01") == date(2026, 9, 1)
    with pytest.raises(ValueError, match="isoformat"):
        read_plain(date, "2026-09-01T00:00:00")


@pytest.mark.slow
def test_the_sample_company_is_reported_from_tagged_calls_as_it_is_audited(tmp_path: Path) -> None:
    """Its deadlines stand in the code folder, which only `classify --project` reads."""
    code, log, tagged = SAMPLE / "code", SAMPLE / "logs", tmp_path / "tagged.parquet"
    day = ["--as-of", "2026-11-20"]

    def made(name: str) -> dict[str, object]:
        document: dict[str, object] = json.loads((tmp_path / f"{name}.json").read_text())
        return document

    def run(*words: object) -> str:
        return CliRunner().invoke(app, [str(word) for word in words]).output

    settings = read(code / "whowaits.toml")
    assert settings.workloads
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(code)
        run("classify", log, "-o", tagged, "--project", code, "-q", *day)
        run("report", tagged, "-o", tmp_path, "--name", "reported", "-q")
        run("audit", code, "--logs", log, "-o", tmp_path, "--name", "audited", "--no-cache", *day)
        usage = [run("check", code, "--format", "json", "--no-cache", *day, "--usage", u) for u in (log, tagged)]
    reported, audited = made("reported"), made("audited")
    for section in ("headline", "waiters", "routes", "months", "owners", "providers", "models", "unwaited_hours"):
        assert reported[section] == audited[section]
    unbound = [{**w, "call_sites": []} for w in audited["workloads"]]  # type: ignore[attr-defined]
    assert reported["workloads"] == unbound
    assert usage[0] == usage[1]
    sites = json.loads(usage[1])["call_sites"]
    monthly = {(s["path"], s["line"]): [u["monthly_usd"] for u in s["usages"]] for s in sites}
    assert monthly == {(s["path"], s["line"]): [u["monthly_usd"] for u in s["usages"]] for s in audited["call_sites"]}  # type: ignore[attr-defined]
    assert any(money for usages in monthly.values() for money in usages)
