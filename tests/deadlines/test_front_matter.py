"""Front matter of documents: which fields give a deadline, of what, and on which line."""

from __future__ import annotations

import pytest

from whowaits.deadlines import front_matter, runbooks
from whowaits.deadlines.clock_times import ClockTime
from whowaits.deadlines.proposals import Proposal


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ("sla: 4 hours", 4 * 3600),
        ("SLA: 4h", 4 * 3600),
        ("deadline: PT6H", 6 * 3600),
        ("start: 02:00\ndue by: 06:00", 4 * 3600),
        ("start: 16:30\ndue_by: 18:30", 2 * 3600),
        ('window: "22:00 - 04:00"', 6 * 3600),
        ("sla: 99.9", None),
        ("sla: 24", None),
        ("due: 06:00", None),
        ("start: 25:00\ndue: 06:00", None),
        ("sla: [", None),
        ("- a\n- list", None),
        ("owner: data", None),
    ],
)
def test_front_matter_gives_a_deadline_only_where_a_field_is_one(fields: str, seconds: float | None) -> None:
    found = front_matter.read(f"---\n{fields}\n---\n# Job\n")
    assert (None if found is None or isinstance(found.due, ClockTime) else found.due) == seconds


def test_a_rule_between_paragraphs_is_no_front_matter() -> None:
    assert front_matter.read("# Job\n\n---\nsla: 4h\n---\n") is None


def test_front_matter_is_a_proposal_about_the_jobs_that_it_names() -> None:
    text = "---\ntitle: Tagging\njobs: [article-tagger, relabel]\nsla: 4h\n---\n# Tagging\nIt is needed within a day.\n"
    stated, sentence = runbooks.read("docs/tagging.md", text)
    assert isinstance(stated, Proposal)
    assert (str(stated.place), stated.deadline_s) == ("docs/tagging.md:4", 14400)
    assert stated.says == 'the front matter of a runbook says: "sla: 4h"'
    assert stated.evidence.proposal
    assert stated.speaks_of(["article-tagger"]) and stated.speaks_of(["relabel"]) and not stated.speaks_of(["chat"])
    assert str(sentence.place) == "docs/tagging.md:7"


def test_front_matter_that_names_no_job_speaks_of_what_its_file_is_called_after() -> None:
    (stated,) = runbooks.read("docs/article-tagger.md", "---\nsla: 4h\n---\n")
    assert isinstance(stated, Proposal)
    assert stated.speaks_of(["article_tagger"]) and not stated.speaks_of(["tagger"])
