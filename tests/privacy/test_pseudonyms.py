"""People are shown under keyed pseudonyms, the same for the same key, and nothing else changes."""

from __future__ import annotations

import hashlib
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.logs.conftest import AS_OF, call, config, lines
from whowaits import logs
from whowaits.config import Config
from whowaits.model import Classified, WrongUse
from whowaits.pseudonyms import VARIABLE, Pseudonyms, load_key

KEY = "a key that only this test knows"
MAIL = "brynja@desk.example"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


def tagged(
    folder: Path, rows: Sequence[dict[str, Any]], *, plain: bool = False
) -> tuple[Classified, list[dict[str, Any]]]:
    log = lines(folder / "calls.jsonl", rows)
    with logs.classify(
        [log], Config(), AS_OF, pseudonyms=Pseudonyms(folder, "nothing" if plain else "people")
    ) as session:
        session.write_tagged(folder / "tagged.parquet")
        return session.classified, pq.read_table(folder / "tagged.parquet").to_pylist()


def test_a_user_is_a_keyed_hash_of_its_id(tmp_path: Path) -> None:
    _, [row] = tagged(tmp_path, [call(user_id="cust_9913")])
    secret = hashlib.blake2b(KEY.encode()).digest()
    assert row["end_user_id"] == "b2:" + hashlib.blake2b(b"cust_9913", key=secret, digest_size=16).hexdigest()


def test_another_key_gives_other_pseudonyms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = Pseudonyms(tmp_path).person("u")
    monkeypatch.setenv(VARIABLE, "another key altogether")
    assert Pseudonyms(tmp_path).person("u") != one


def test_a_pseudonym_is_its_own_so_that_a_table_can_be_read_again(tmp_path: Path) -> None:
    pseudonyms = Pseudonyms(tmp_path)
    once = pseudonyms.person("u")
    assert pseudonyms.person(once) == once
    assert pseudonyms.text(pseudonyms.text(f"key of {MAIL}")) == pseudonyms.text(f"key of {MAIL}")


def test_sessions_are_hidden_unless_a_machine_drew_their_id(tmp_path: Path) -> None:
    drawn = ("3f8e0d3a-6f3c-4d2b-9a41-58f1b2c9a001", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    rows = [call(n, session_id=value) for n, value in enumerate((*drawn, "brynja-chat-7"))]
    found = [row["session_id"] for row in tagged(tmp_path, rows)[1]]
    assert tuple(found[:2]) == drawn
    assert re.fullmatch("b2:[0-9a-f]{32}", found[2])


def test_an_e_mail_address_is_hidden_wherever_it_stands(tmp_path: Path) -> None:
    row = call(key_alias=f"key of {MAIL}", team=MAIL, tags=[f"owner:{MAIL}", "queue=bulk"], metadata={"reviewer": MAIL})
    found, [written] = tagged(tmp_path, [row])
    person = Pseudonyms(tmp_path).person(MAIL)
    assert (written["api_key_alias"], written["team"]) == (f"key of {person}", person)
    assert (written["tags"], written["metadata"]) == ([f"owner:{person}", "queue=bulk"], [("reviewer", person)])
    assert [w.name for w in found.workloads] == [f"key of {person}"]
    assert MAIL not in repr(found) + repr(written)


def test_a_user_in_a_tag_is_in_no_tag_and_no_evidence(tmp_path: Path) -> None:
    found, written = tagged(tmp_path, [call(n, tags=[f"user:brynja-{n}", "team:desk"]) for n in range(3)])
    assert len(found.workloads) == 1
    assert "brynja" not in repr(found) + repr(written)
    assert written[0]["tags"] == ["team:desk"]


def test_people_are_hidden_in_the_tags_of_every_format(tmp_path: Path) -> None:
    record = {
        "request_id": "chatcmpl-1", "call_type": "acompletion", "spend": 0.5, "prompt_tokens": 9, "completion_tokens": 1,
        "startTime": "2026-09-01T00:00:00Z", "endTime": "2026-09-01T00:00:01Z", "completionStartTime": None,
        "model": "gpt-4o-mini", "request_tags": [f"owner:{MAIL}", "user:brynja-7"],
        "metadata": {"spend_logs_metadata": {"asked_by": MAIL, "user_id": "brynja-8"}},
    }  # fmt: skip
    found, [row] = tagged(tmp_path, [record])
    assert "brynja" not in repr(found) + repr(row)
    person = Pseudonyms(tmp_path).person(MAIL)
    assert (row["tags"], row["metadata"]) == ([f"owner:{person}"], [("asked_by", person)])


def test_asked_for_plain_ids_everything_is_as_the_log_has_it(tmp_path: Path) -> None:
    row = call(user_id="cust_9913", session_id="chat-7", key_alias=MAIL, tags=[f"owner:{MAIL}"])
    found, [written] = tagged(tmp_path, [row], plain=True)
    assert [written[name] for name in ("end_user_id", "session_id", "api_key_alias")] == ["cust_9913", "chat-7", MAIL]
    assert (written["tags"], found.workloads[0].name) == ([f"owner:{MAIL}"], MAIL)


@pytest.mark.parametrize("plain", [True, False])
def test_a_secret_key_is_shown_to_nobody(tmp_path: Path, plain: bool) -> None:
    secret = "sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z"
    found, written = tagged(tmp_path, [call(key=secret, tags=[f"k={secret}"])], plain=plain)
    assert secret not in repr(found) + repr(written)
    assert re.fullmatch("secret-[0-9a-f]{10}", written[0]["api_key_alias"])


@pytest.mark.parametrize(
    "name", ["sk-learn-pipeline-nightly-run", "rk_reports_of_the_archive", "hf-2024-models", "a@", "@b"]
)
def test_a_name_that_looks_somewhat_like_a_secret_or_an_address_is_a_name(tmp_path: Path, name: str) -> None:
    assert Pseudonyms(tmp_path).text(name) == name


def test_counts_and_verdicts_are_the_same_with_and_without_names(tmp_path: Path) -> None:
    rows = [
        call(6 * n + 20 * (n % 7), user_id=f"u{n % 5}@x.example", session_id=f"s{n % 9}", service="chat", stream=True)
        for n in range(60)
    ]
    shown, written = tagged(tmp_path, rows, plain=True)
    hidden, kept = tagged(tmp_path, rows)
    assert hidden == shown
    for column in ("end_user_id", "session_id"):
        assert len({row[column] for row in kept}) == len({row[column] for row in written}) > 1
        assert not {row[column] for row in kept} & {row[column] for row in written}
    rest = set(kept[0]) - {"end_user_id", "session_id"}
    assert [{k: row[k] for k in rest} for row in kept] == [{k: row[k] for k in rest} for row in written]


def test_a_key_is_made_once_for_its_owner_alone_and_git_ignores_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE)
    first = load_key(tmp_path)
    path = tmp_path / ".whowaits" / "key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, check=True, capture_output=True).stdout == b""
    assert load_key(tmp_path) == first
    assert [p.name for p in sorted(path.parent.iterdir())] == [".gitignore", "key"]


def test_runs_at_the_same_time_agree_on_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: load_key(tmp_path), range(16)))) == 1


def test_nothing_is_made_where_nobody_has_to_be_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    tagged(tmp_path, [call(service="desk")])
    assert not (tmp_path / ".whowaits").exists()


@pytest.mark.parametrize("text", ["", "short"])
def test_a_key_that_could_be_tried_out_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(WrongUse, match=f"{VARIABLE}: a key has at least 16 characters"):
        load_key(tmp_path)


def test_a_key_that_is_a_link_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    (tmp_path / "elsewhere").write_text("k" * 40, encoding="utf-8")
    (tmp_path / ".whowaits").mkdir()
    (tmp_path / ".whowaits" / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongUse, match="is a link"):
        load_key(tmp_path)


def test_the_command_says_where_no_key_can_be_kept(tmp_path: Path) -> None:
    lines(tmp_path / "calls.jsonl", [call(user_id="u")])
    (tmp_path / ".whowaits").write_text("a file", encoding="utf-8")
    command = [sys.executable, "-m", "whowaits", "classify", "calls.jsonl", "-o", "t.parquet"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "no key can be read there" in run.stderr and VARIABLE in run.stderr
    assert not (tmp_path / "t.parquet").exists()


def test_the_project_is_where_the_configuration_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    settings = config(tmp_path, "")
    with logs.classify([lines(tmp_path / "calls.jsonl", [call(user_id="u")])], settings, AS_OF) as session:
        session.write_tagged(tmp_path / "t.parquet")
    assert (tmp_path / ".whowaits" / "key").is_file()
