"""Runbook sentences: which give a deadline, and which job they speak of."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from whowaits.deadlines import runbooks
from whowaits.deadlines.proposals import Proposal
from whowaits.model import Basis


def proposed(text: str) -> list[float]:
    return [p.deadline_s for p in runbooks.read("docs/runbook.md", dedent(text)) if isinstance(p, Proposal)]


@pytest.mark.parametrize(
    ("sentence", "seconds"),
    [
        ("The tagger starts at 02:00 and must be done by 06:00, when the CMS imports.", 4 * 3600),
        ("It runs at 10 pm.\nResults are needed by 6:30 am.", 8.5 * 3600),
        ("The run begins at midnight and has to be ready before noon.", 12 * 3600),
        ("The translations start at 19:30. The editions are due by 19:30 on the day after.", 86400),
        ("It starts at 02:00. The answers are due by 06:00 on the day after.", 28 * 3600),
        ("Its vectors are needed within a week; readers notice nothing if it fails once.", 7 * 86400),
        ("Its vectors are needed within a week.", 7 * 86400),
        ("A letter is triaged within ten minutes.", 600),
        ("The digest has to be delivered within four hours of the import.", 4 * 3600),
        ("SLA: 4 hours.", 4 * 3600),
        ("**Deadline:** 90 minutes", 5400),
        ("The SLA is 99.9 percent.", None),
        ("Window: 22:00 to 04:00", 6 * 3600),
        ("The batch window is from 02:00 to 06:00.", 4 * 3600),
        ("The maintenance window is from 02:00 to 06:00.", None),
        ("Everything must be done by 06:00.", None),
        ("It starts at 02:00.", None),
        ("The answers are not needed by 06:00; the run starts at 02:00.", None),
        ("Does it start at 02:00, and must it be done by 06:00?", None),
        ("It used to start at 02:00 and had to be done by 06:00.", None),
        ("It starts at 02:00 UTC and must be done by 06:00 (Europe/Berlin).", 2 * 3600),
        ("It starts at 02:00 CET and must be done by 06:00.", 4 * 3600),
        ("It starts at 02:00 UTC and must be done by 06:00 IST.", None),
        ("It starts at 02:00 UTC and must be done by 06:00 Mars/Olympus.", None),
        ("It starts at 2 workers and must be done by 6.", None),
        ("It starts at 25:00 and must be done by 06:00.", None),
    ],
)  # fmt: skip
def test_a_sentence_proposes_a_deadline_only_when_it_gives_one(sentence: str, seconds: float | None) -> None:
    assert proposed(f"# Job\n{sentence}\n") == ([] if seconds is None else [seconds])


def test_a_start_time_does_not_reach_past_the_next_heading() -> None:
    assert proposed("# One\nIt starts at 02:00.\n\n# Two\nIt must be done by 06:00.\n") == []


def test_code_blocks_and_tables_are_no_prose() -> None:
    text = """\
        # Job
        ```
        It starts at 02:00 and must be done by 06:00.
        ```
        | It starts at 02:00 | and must be done by 06:00. |
        """
    assert proposed(text) == []


def test_a_proposal_has_its_place_and_never_declares(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "runbook.md"
    path.parent.mkdir()
    path.write_text("# Article tagger\n\nNightly.\nIt starts at 02:00 and\nmust be done by 06:00.\n", encoding="utf-8")
    (found,) = runbooks.find(tmp_path, ["docs/runbook.md"])
    assert (str(found.place), found.subjects) == ("docs/runbook.md:4", ("Article tagger",))
    assert isinstance(found, Proposal)
    claim = found.evidence
    assert (claim.proposal, claim.basis, claim.waiter, claim.deadline_s) == (True, Basis.INFERRED, None, 14400)


@pytest.mark.parametrize(
    ("name", "spoken_of"),
    [
        ("article-tagger", True),
        ("news/articles/tagger.py", True),
        ("news.articles.tagger", True),
        ("articleTagger", True),
        ("tagger", False),
        ("articles/reader.py", False),
    ],
)
def test_a_heading_names_a_job_when_all_its_words_are_there(name: str, spoken_of: bool) -> None:
    (found,) = runbooks.read("r.md", "# The article tagger job\nIt starts at 02:00 and must be done by 06:00.\n")
    assert isinstance(found, Proposal)
    assert found.speaks_of([name]) is spoken_of


def test_a_path_in_the_sentence_names_the_script() -> None:
    text = "# Nights\n`jobs/tag.py` starts at 02:00 and must be done by 06:00.\n"
    (found,) = runbooks.read("r.md", text)
    assert isinstance(found, Proposal)
    assert found.speaks_of(["src/jobs/tag.py"])
    assert not found.speaks_of(["src/jobs/untag.py"])
