"""The main job on the sample company: what it computes is true, what it writes gives nothing away."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
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


class Sample(NamedTuple):
    """Logs of the sample company, what is true about them and what the log half makes of them."""

    folder: Path
    truth: dict[str, Any]
    session: log_half.Session

    @property
    def classified(self) -> Classified:
        return self.session.classified


@pytest.fixture(scope="module", params=["thinned", pytest.param("whole", marks=pytest.mark.slow)])
def sample(
    request: pytest.FixtureRequest, newsroom: Path, run_generator: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    thinned = request.param == "thinned"
    folder = run_generator(tmp_path_factory.mktemp("thinned"), "0.03") if thinned else newsroom
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    session = log_half.classify([folder / "logs"], config.load(newsroom / "code"), AS_OF, mapping=None)
    with session:
        yield Sample(folder, truth, session)


@pytest.fixture(scope="module")
def audited(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three reports and, as terminal.txt, what the command printed."""
    out, logs = tmp_path_factory.mktemp("audit"), sample.folder / "logs"
    given = logs.relative_to(HOME) if logs.is_relative_to(HOME) else logs
    command = [sys.executable, "-m", "whowaits", "audit", "sample_logs/newsroom/code", "--logs", str(given)]
    command += ["-o", str(out), "--name", "newsroom", "--as-of", AS_OF.isoformat()]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (0, 1), done.stderr
    (out / "terminal.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return out


def _of(classified: Classified, row: dict[str, Any]) -> list[Workload]:
    """The workloads that hold the calls of one row of the truth: under its name, else under its key or service."""
    by_name = [w for w in classified.workloads if w.name == row["workload"]]
    alias = row["key"] or row["service"]
    return by_name or [w for w in classified.workloads if alias in w.name]


def test_every_workload_has_the_calls_that_were_made(sample: Sample) -> None:
    computed = {row["workload"]: sum(w.calls for w in _of(sample.classified, row)) for row in sample.truth["workloads"]}
    assert computed == {row["workload"]: row["calls"] for row in sample.truth["workloads"]}


def test_every_workload_has_the_bill_that_was_paid(sample: Sample) -> None:
    for row in sample.truth["workloads"]:
        computed = sum((w.spend_usd or Decimal(0) for w in _of(sample.classified, row)), Decimal(0))
        assert abs(computed - Decimal(row["spend_usd"])) < Decimal("0.01"), row["workload"]


def test_the_bill_of_the_quarter_is_the_sum_with_no_call_counted_twice(sample: Sample) -> None:
    total = sum((w.spend_usd or Decimal(0) for w in sample.classified.workloads), Decimal(0))
    assert abs(total - Decimal(sample.truth["spend_usd"])) < Decimal("0.05")
    assert sample.classified.duplicates > 100
    assert sample.classified.skipped == ()


def test_what_the_register_and_the_tags_say_decides(sample: Sample) -> None:
    rows = {row["workload"]: row for row in sample.truth["workloads"]}
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
        for workload in _of(sample.classified, rows[name]):
            v = workload.verdict
            deadline_s = None if v.waiter == "person" else v.deadline_s
            assert (v.route, v.urgency, v.waiter, deadline_s) == verdict, name


def test_nothing_that_somebody_waits_for_is_sent_to_batch(sample: Sample) -> None:
    waited = [row for row in sample.truth["workloads"] if row["waiter"] != "nobody"]
    routes = {row["workload"]: {w.verdict.route for w in _of(sample.classified, row)} for row in waited}
    assert {name for name, found in routes.items() if "batch" in found} == set()


def test_no_private_sentence_reaches_anything_that_is_written(sample: Sample, audited: Path) -> None:
    sentences = sample.truth["private_strings"]
    assert all(any(mark in sentence for sentence in sentences) for mark in MARKS)
    written = sorted(audited.iterdir())
    assert {path.suffix for path in written} == {".html", ".md", ".json", ".txt"}
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert [mark for mark in (*sentences, *MARKS) if mark in text] == [], path.name


@pytest.mark.parametrize("sample", ["thinned"], indirect=True)
def test_no_private_sentence_reaches_the_tagged_calls(sample: Sample, tmp_path: Path) -> None:
    sample.session.write_tagged(tmp_path / "tagged.parquet")
    rows = pq.read_table(tmp_path / "tagged.parquet").to_pylist()
    assert len(rows) > 10_000
    text = "\n".join(map(repr, rows))
    assert [mark for mark in (*sample.truth["private_strings"], *MARKS) if mark in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["whole"], indirect=True)
@pytest.mark.parametrize("suffix", ["json", "md"])
def test_the_report_in_the_repository_is_what_a_fresh_run_writes(audited: Path, suffix: str) -> None:
    assert (audited / f"newsroom.{suffix}").read_bytes() == (REPORTS / f"newsroom.{suffix}").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["whole"], indirect=True)
def test_the_html_report_in_the_repository_differs_at_most_in_its_drawings(audited: Path) -> None:
    fresh, kept = ((folder / "newsroom.html").read_text(encoding="utf-8") for folder in (audited, REPORTS))
    assert "<svg" in kept
    assert DRAWING.sub("", fresh) == DRAWING.sub("", kept)
