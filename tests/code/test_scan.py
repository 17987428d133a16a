"""From a tree of files to verdicts, findings and what was skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from whowaits import config
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import Basis, CallSite, Scan

CLIENT = "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"
ASK = 'client.responses.create(model="gpt-4o-mini", input=text)'


def scanned(root: Path, files: dict[str, str], *named: str, settings: Config | None = None) -> Scan:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return scan(root, [root / n for n in named] or [root], settings or Config(), cache=False)


def only(result: Scan) -> CallSite:
    assert len(result.call_sites) == 1
    return result.call_sites[0]


def test_a_loop_is_named_as_driver_with_its_place(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"job.py": CLIENT + f"def main(texts):\n    for text in texts:\n        {ASK}\n"})
    usage = only(result).deciding
    assert (usage.verdict.route, usage.shape, usage.rule) == ("batch", "loop", "loop-over-data")
    assert usage.driver is not None
    assert str(usage.driver) == "job.py:7"
    assert [f.rule for f in result.findings] == ["loop-over-data"]


def test_a_loop_two_files_away_is_found_and_the_way_is_told(tmp_path: Path) -> None:
    files = {
        "llm.py": CLIENT + f"def ask(text):\n    return {ASK}\n",
        "steps.py": "from llm import ask\n\n\ndef label(row):\n    return ask(row.text)\n",
        "job.py": "from steps import label\n\n\ndef main(rows):\n    for row in rows:\n        label(row)\n",
    }
    usage = only(scanned(tmp_path, files)).deciding
    assert str(usage.driver) == "job.py:5"
    assert [f.function for f in usage.via] == ["main", "label", "ask"]


def test_a_handler_above_the_loop_wins(tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI\n" + CLIENT + "app = FastAPI()\n\n\ndef label(texts):\n"
        f"    return [{ASK} for text in texts]\n\n\n@app.post('/label')\ndef route(texts: list[str]):\n    return label(texts)\n"
    )
    result = scanned(tmp_path, {"api.py": text})
    usage = only(result).deciding
    assert (usage.verdict.route, usage.verdict.waiter, usage.verdict.row) == ("sync", "person", 1)
    assert usage.driver is not None
    assert result.findings == ()


def test_a_helper_with_a_nightly_loop_and_a_handler_is_batch_and_also_waited(tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI\n" + CLIENT + f"app = FastAPI()\n\n\ndef ask(text):\n    return {ASK}\n\n\n"
        "@app.post('/ask')\ndef route(text: str):\n    return ask(text)\n\n\ndef nightly(rows):\n    for row in rows:\n        ask(row)\n"
    )
    site = only(scanned(tmp_path, {"api.py": text}))
    assert site.deciding.verdict.route == "batch"
    assert site.also_waited
    assert {u.verdict.route for u in site.usages} == {"batch", "sync"}


def test_a_beat_schedule_gives_the_deadline(tmp_path: Path) -> None:
    text = (
        "from celery import Celery\nfrom celery.schedules import crontab\n" + CLIENT + 'app = Celery("t")\n'
        'app.conf.beat_schedule = {"n": {"task": "tasks.digest", "schedule": crontab(hour=2, minute=0)}}\n\n\n'
        '@app.task(name="tasks.digest")\ndef digest():\n    text = "today"\n    return ' + ASK + "\n"
    )
    usage = only(scanned(tmp_path, {"tasks.py": text})).deciding
    assert (usage.verdict.row, usage.verdict.deadline_s, usage.shape) == (7, 86_400, "scheduled")
    assert usage.verdict.deadline_basis is Basis.INFERRED


def test_a_task_that_a_handler_enqueues_is_not_waited_for(tmp_path: Path) -> None:
    text = (
        "from celery import shared_task\nfrom fastapi import FastAPI\n" + CLIENT + "app = FastAPI()\n\n\n@shared_task\n"
        f"def ingest(texts):\n    for text in texts:\n        {ASK}\n\n\n"
        "@app.post('/upload')\ndef upload(texts: list[str]):\n    ingest.delay(texts)\n    return 'queued'\n"
    )
    site = only(scanned(tmp_path, {"tasks.py": text}))
    assert site.deciding.verdict.route == "batch"
    assert not site.also_waited


def test_a_task_whose_result_the_handler_reads_is_waited_for(tmp_path: Path) -> None:
    text = (
        "from celery import shared_task\nfrom fastapi import FastAPI\n" + CLIENT + "app = FastAPI()\n\n\n@shared_task\n"
        f"def one(text):\n    return {ASK}.output_text\n\n\n"
        "@app.get('/ask')\ndef ask(text: str):\n    return one.delay(text).get(timeout=30)\n"
    )
    verdict = only(scanned(tmp_path, {"tasks.py": text})).deciding.verdict
    assert (verdict.route, verdict.waiter, verdict.row) == ("sync", "person", 1)


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("person -- the editor looks at it", ("sync", "person", None)),
        ("nobody deadline=20m -- the queue is read twice an hour", ("flex", "nobody", 1200)),
        ("nobody deadline=24h -- runbook", ("batch", "nobody", 86_400)),
    ],
)
def test_a_comment_declares_who_waits(tmp_path: Path, comment: str, told: tuple[object, ...]) -> None:
    ask = ASK.replace("gpt-4o-mini", "gpt-5-mini")  # sold as batch and as flex
    text = CLIENT + f"def main(texts):\n    for text in texts:  # whowaits: {comment}\n        {ask}\n"
    verdict = only(scanned(tmp_path, {"job.py": text})).deciding.verdict
    assert (verdict.route, verdict.waiter, verdict.deadline_s) == told


def test_a_comment_that_nobody_understands_is_skipped_with_its_place(tmp_path: Path) -> None:
    text = CLIENT + f"def main(texts):\n    for text in texts:\n        # whowaits: nobdy\n        {ASK}\n"
    result = scanned(tmp_path, {"job.py": text})
    assert [(str(s.place), "nobdy" in s.reason) for s in result.skipped] == [("job.py:8", True)]
    assert only(result).deciding.verdict.basis is Basis.ASSUMED


def test_the_register_declares_for_code(tmp_path: Path) -> None:
    (tmp_path / "whowaits.toml").write_text(
        '[[workload]]\nname = "tagger"\ncode = ["job.py:main"]\nwaiter = "nobody"\ndeadline = "24h"\n'
    )
    text = CLIENT + f"def main(texts):\n    for text in texts:\n        {ASK}\n"
    verdict = only(scanned(tmp_path, {"job.py": text}, settings=config.load(tmp_path))).deciding.verdict
    assert (verdict.route, verdict.urgency, verdict.basis) == ("batch", "required", Basis.DECLARED)


def test_declared_nobody_against_a_person_is_a_finding(tmp_path: Path) -> None:
    text = (
        CLIENT + f'def main():\n    text = input("> ")\n    return {ASK}  # whowaits: nobody deadline=24h -- agreed\n'
    )
    result = scanned(tmp_path, {"job.py": text})
    assert "declared-but-waited" in {f.rule for f in result.findings}


def test_a_single_call_is_not_asked_about(tmp_path: Path) -> None:
    verdict = only(scanned(tmp_path, {"job.py": CLIENT + f"def ask(text):\n    return {ASK}\n"})).deciding.verdict
    assert (verdict.route, verdict.question) == ("unknown", None)


def test_an_early_exit_is_no_finding(tmp_path: Path) -> None:
    text = (
        CLIENT
        + f"def find(texts):\n    for text in texts:\n        r = {ASK}\n        if r.output_text:\n            return text\n"
    )
    result = scanned(tmp_path, {"job.py": text})
    assert only(result).deciding.verdict.row == 12
    assert result.findings == ()


def test_only_named_files_are_reported_but_the_whole_tree_is_read(tmp_path: Path) -> None:
    files = {
        "llm.py": CLIENT + f"def ask(text):\n    return {ASK}\n",
        "job.py": "from llm import ask\n\n\ndef main(rows):\n    for row in rows:\n        ask(row)\n",
        "other.py": CLIENT + f"def other(text):\n    return {ASK}\n",
    }
    result = scanned(tmp_path, files, "llm.py")
    assert only(result).deciding.verdict.route == "batch"


def test_a_file_that_does_not_parse_is_skipped_and_the_rest_is_read(tmp_path: Path) -> None:
    files = {"broken.py": "def f(:\n", "job.py": CLIENT + f"def main(texts):\n    for text in texts:\n        {ASK}\n"}
    result = scanned(tmp_path, files)
    assert [s.place.path for s in result.skipped] == ["broken.py"]
    assert len(result.findings) == 1


def test_a_function_nested_too_deep_is_skipped_with_the_reason(tmp_path: Path) -> None:
    deep = "+".join(["text"] * 200)
    text = CLIENT + f"def main(texts):\n    for text in texts:\n        x = {deep}\n        {ASK}\n"
    result = scanned(tmp_path, {"job.py": text})
    assert any("deeper than" in s.reason for s in result.skipped)
    assert only(result).deciding.verdict.route == "unknown"


def test_fingerprints_survive_moved_lines_and_tell_equal_calls_apart(tmp_path: Path) -> None:
    body = f"def main(texts):\n    for text in texts:\n        {ASK}\n        {ASK}\n"
    before = scanned(tmp_path / "a", {"job.py": CLIENT + body}).findings
    after = scanned(tmp_path / "b", {"job.py": CLIENT + "# moved\n\n\n" + body}).findings
    assert [f.fingerprint for f in before] == [f.fingerprint for f in after]
    assert len({f.fingerprint for f in before}) == 2


def test_two_scans_are_equal(tmp_path: Path) -> None:
    files = {"job.py": CLIENT + f"def main(texts):\n    for text in texts:\n        {ASK}\n"}
    assert scanned(tmp_path, files) == scanned(tmp_path, files)


def test_a_tree_without_python_has_no_files(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"README.md": "hello\n"})
    assert (result.files, result.call_sites, result.findings) == (0, (), ())
