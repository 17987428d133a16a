"""Every attempt of every workload on one day: what was asked, what failed, what was tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from generator import jobs, people
from generator.calls import SECOND, Call, stream_of
from generator.days import in_incident

Traffic = Callable[[date, float], Iterator[Call]]
PER_MILLE = {"article-tagger": 6, "archive-summaries": 9, "newsletters": 14, "editions-abroad": 8, "ticket-triage": 4}
TRAFFIC: dict[str, Traffic] = {
    "article-tagger": jobs.article_tagger,
    "archive-embeddings": jobs.archive_embeddings,
    "copilot": people.copilot,
    "copilot-research": people.copilot_research,
    "search-suggestions": people.search_suggestions,
    "ticket-triage": people.ticket_triage,
    "editions-abroad": jobs.editions_abroad,
    "reader-web": people.reader_web,
    "archive-summaries": jobs.archive_summaries,
    "evaluation-golden": jobs.evaluation_golden,
    "evaluation-interviews": jobs.evaluation_interviews,
    "newsletters": jobs.newsletters,
    "slack-bot": people.slack_bot,
    "legacy-tools": people.legacy_tools,
    "photo-captions": jobs.photo_captions,
}


def with_failures(workload: str, calls: Iterator[Call], day: date) -> Iterator[Call]:
    """The calls with what went wrong before they worked, and the few that never did."""
    rng = stream_of("failures", workload, day)
    per_mille = PER_MILLE.get(workload, 2) * (9 if in_incident(day) else 1)
    for call in calls:
        if rng.randrange(1_000) >= per_mille:
            yield call
            continue
        call.group = call.id
        refused = replace(
            call, id=f"{call.id}-attempt-0", status=429, error="RateLimitError", duration=120 + rng.randrange(400)
        )
        refused = replace(refused, input=0, output=0, cached=0, cache_write=0, first_token=None)
        yield refused
        if rng.randrange(25) == 0:
            yield replace(
                refused,
                id=f"{call.id}-attempt-1",
                status=504,
                error="APITimeoutError",
                attempt=2,
                started=refused.ended + 2 * SECOND,
                duration=60 * SECOND,
            )
        else:
            yield replace(call, started=refused.ended + SECOND + rng.randrange(SECOND), attempt=2)


def calls_of(workload: str, day: date, share: float, sampling: int) -> Iterator[Call]:
    """Every attempt of one workload on one day, in no order; each stands for `sampling` of its kind."""
    calls = with_failures(workload, TRAFFIC[workload](day, share), day)
    for call in calls:
        call.sampling = sampling
        yield call
