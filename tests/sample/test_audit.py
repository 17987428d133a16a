"""The main job on the sample company: what it computes is true, what it writes gives nothing away."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from whowaits import config
from whowaits import logs as log_half
from whowaits.model import Classified, Workload

AS_OF = date(2026, 11, 20)
HOME = Path(__file__).parents[2]
REPORTS = HOME / "reports"
MARKS = ("Hraundal", "HARFUR-7", "Brynja", "311299-0000", "Öldugata")
"""Words that occur nowhere in the sample company but in the private sentences of its logs."""
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture(scope="module")
def classified(newsroom: Path) -> Iterator[Classified]:
    session = log_half.classify([newsroom / "logs"], config.load(newsroom / "code"), AS_OF, mapping=None)
    with session:
        yield session.classified


@pytest.fixture(scope="module")
def audited(newsroom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three reports and, as terminal.txt, what the command printed."""
    out = tmp_path_factory.mktemp("audit")
    command = [sys.executable, "-m", "whowaits", "audit", "sample_logs/newsroom/code"]
    command += [
        "--logs",
        "sample_logs/newsroom/logs",
        "-o",
        str(out),
        "--name",
        "newsroom",
        "--as-of",
        AS_OF.isoformat(),
    ]
    done = subprocess.run(
        command, cwd=HOME, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "7"}, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    (out / "terminal.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return out


def _of(classified: Classified, row: dict[str, Any]) -> list[Workload]:
    """The workloads that hold the calls of one row of the truth: under its name, else under its key or service."""
    by_name = [w for w in classified.workloads if w.name == row["workload"]]
    alias = row["key"] or row["service"]
    return by_name or [w for w in classified.workloads if alias in w.name]


def test_every_workload_has_the_calls_that_were_made(classified: Classified, truth: dict[str, Any]) -> None:
    computed = {row["workload"]: sum(w.calls for w in _of(classified, row)) for row in truth["workloads"]}
    assert computed == {row["workload"]: row["calls"] for row in truth["workloads"]}


def test_every_workload_has_the_bill_that_was_paid(classified: Classified, truth: dict[str, Any]) -> None:
    for row in truth["workloads"]:
        computed = sum((w.spend_usd or Decimal(0) for w in _of(classified, row)), Decimal(0))
        assert abs(computed - Decimal(row["spend_usd"])) < Decimal("0.01"), row["workload"]


def test_the_bill_of_the_quarter_is_the_sum_with_no_call_counted_twice(
    classified: Classified, truth: dict[str, Any]
) -> None:
    total = sum((w.spend_usd or Decimal(0) for w in classified.workloads), Decimal(0))
    assert abs(total - Decimal(truth["spend_usd"])) < Decimal("0.05")
    assert classified.duplicates > 5_000
    assert classified.skipped == ()


def test_what_the_register_and_the_tags_say_decides(classified: Classified, truth: dict[str, Any]) -> None:
    rows = {row["workload"]: row for row in truth["workloads"]}
    expected = {
        "article-tagger": ("batch", "try", "nobody", 14_400.0),
        "archive-embeddings": ("batch", "required", "nobody", 604_800.0),
        "editions-abroad": ("batch", "required", "nobody", 86_400.0),
        "copilot": ("sync", None, "person", None),
        "search-suggestions": ("sync", None, "person", None),
        "ticket-triage": ("sync", None, "program", 600.0),
        "archive-summaries": ("batch", "try", "nobody", 86_400.0),
        "evaluation-golden": ("batch", "try", "nobody", 86_400.0),
    }
    for name, verdict in expected.items():
        for workload in _of(classified, rows[name]):
            v = workload.verdict
            assert (v.route, v.urgency, v.waiter, v.deadline_s) == verdict, name


def test_nothing_that_somebody_waits_for_is_sent_to_batch(classified: Classified, truth: dict[str, Any]) -> None:
    waited = [row for row in truth["workloads"] if row["waiter"] != "nobody"]
    routes = {row["workload"]: {w.verdict.route for w in _of(classified, row)} for row in waited}
    assert {name for name, found in routes.items() if "batch" in found} == set()


def test_no_private_sentence_reaches_anything_that_is_written(audited: Path, truth: dict[str, Any]) -> None:
    sentences = truth["private_strings"]
    assert all(any(mark in sentence for sentence in sentences) for mark in MARKS)
    written = sorted(audited.iterdir())
    assert {path.suffix for path in written} == {".html", ".md", ".json", ".txt"}
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert [mark for mark in (*sentences, *MARKS) if mark in text] == [], path.name


@pytest.mark.parametrize("suffix", ["json", "md"])
def test_the_report_in_the_repository_is_what_a_fresh_run_writes(audited: Path, suffix: str) -> None:
    assert (audited / f"newsroom.{suffix}").read_bytes() == (REPORTS / f"newsroom.{suffix}").read_bytes()


def test_the_html_report_in_the_repository_differs_at_most_in_its_drawings(audited: Path) -> None:
    fresh, kept = ((folder / "newsroom.html").read_text(encoding="utf-8") for folder in (audited, REPORTS))
    assert "<svg" in kept
    assert DRAWING.sub("", fresh) == DRAWING.sub("", kept)
