"""What ten answers add: the largest workloads that logs alone leave unknown, declared as their labels say.

python bench/answers.py EVAL [--most 10]      EVAL holds log.parquet, truth_rows.parquet, truth_workloads.csv, score.py

Entries and answers are written as `whowaits init` and `whowaits answer` write them. Whoever is asked knows the program:
if a person waits for any of its calls, the answer is `person`, else the shortest time that any of its work has.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from whowaits import config, join, logs
from whowaits.deadlines import register_edit
from whowaits.model import Workload
from whowaits.report.register_text import proposals

AS_OF = date(2026, 11, 20)
FEWEST_PERCENT = 1
"""A label that fewer calls of a workload have is an oversight of whoever is asked."""


def main() -> None:
    """Print the answers, and the score with them, for both windows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--most", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pred = Path(folder, "tagged.parquet")
        unknown = _unknown(asked.eval / "log.parquet", pred)[: asked.most]
        register = _register(unknown, _answers(asked.eval, pred))
        settings = config.check(Path(folder, config.FILE_NAME), register)
        with logs.classify([asked.eval / "log.parquet"], settings, AS_OF) as session:
            session.write_tags(pred)
        print(register)
        for hours in ("24", "1"):
            score = [sys.executable, str(asked.eval / "score.py"), "--bundle", str(asked.eval), "--pred", str(pred)]
            subprocess.run([*score, "--batch-hours", hours, "--brief"], check=True)  # noqa: S603 - our own command


def _unknown(log: Path, pred: Path) -> list[register_edit.Proposal]:
    """The entries that ask about the largest workloads left unknown; the tags of all calls are at `pred`."""
    with logs.classify([log], config.Config(), AS_OF) as session:
        session.write_tags(pred)
        found = proposals(join.claims(None, session.classified, config.Config()))
        unknown = {join.base_name(w.name) for w in session.classified.workloads if _is_unknown(w)}
    return [p for p in found if p.name in unknown]


def _is_unknown(workload: Workload) -> bool:
    return workload.verdict.route == "unknown"


def _answers(folder: Path, pred: Path) -> Mapping[str, str]:
    """Workload -> what its owner would answer."""
    import duckdb

    with (folder / "truth_workloads.csv").open(encoding="utf-8") as stream:
        truth = {row["workload_id"]: row for row in csv.DictReader(stream)}
    tags, labels = duckdb.read_parquet(str(pred)), duckdb.read_parquet(str(folder / "truth_rows.parquet"))
    both = tags.join(labels, "request_id")
    rows = both.aggregate("workload, workload_id, count(*)").order("workload, workload_id").fetchall()
    calls: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for workload, label, count in rows:
        calls[join.base_name(workload)][label] += count
    return {name: _answer([truth[label] for label in _often(counts)]) for name, counts in calls.items()}


def _often(counts: Mapping[str, int]) -> list[str]:
    return [label for label, count in counts.items() if count * 100 >= sum(counts.values()) * FEWEST_PERCENT]


def _answer(labels: list[dict[str, str]]) -> str:
    if any(label["human_waiting"] == "True" for label in labels):
        return "person"
    return f"{round(60 * min(float(label['true_deadline_hours']) for label in labels))}m"


def _register(asked: list[register_edit.Proposal], answers: Mapping[str, str]) -> str:
    text = register_edit.proposed("", (), asked)
    for proposal in asked:
        said = register_edit.answer_of(answers[proposal.name])
        text = register_edit.answered(text, (), proposal.name, register_edit.Answer(said, reviewed=AS_OF))
    return text


if __name__ == "__main__":
    main()
